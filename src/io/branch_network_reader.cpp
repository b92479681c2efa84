#include "thalweg/io/branch_network_reader.hpp"

#include <algorithm>

#include "io/standardization_arrays.hpp"
#include "io/text.hpp"
#include "thalweg/io/onnx.hpp"

namespace thalweg::io {
namespace {

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// "(K, 3, 3)", with a number in place of K once it is known.
std::string wanted_shape(const std::vector<Index>& shape, std::optional<Index> branches) {
  std::string text = "(";
  text += branches ? std::to_string(*branches) : "K";
  for (const Index extent : shape) text += ", " + std::to_string(extent);
  return text + (shape.empty() ? ",)" : ")");
}

/// Refuses arrays that nothing reads: they would be part of another network.
template <class Source>
Expected<void> refuse_others(const Source& source, const std::vector<std::string>& known) {
  for (const std::string& name : source.names()) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    std::string names;
    for (const std::string& word : known) names += (names.empty() ? "" : ", ") + quote(word);
    return fail(ErrorCode::kUnsupported, source.file() + ": array " + quote(name) +
                                             " is none of this architecture's: expected " + names);
  }
  return {};
}

/// The weights of an array, a row a branch.
Matrix as_rows(const NdArray& array, Index branches, Index size) {
  return Eigen::Map<const RowMajor>(array.values.data(), branches, size);
}

/// An array of the given shape behind K, which is any number while `branches` is none. A number
/// for each branch may also be a column.
template <class Source>
Expected<Matrix> read_layer(const Source& source, const std::string& name,
                            const BranchLayer& wanted, std::optional<Index> branches) {
  const ArrayLabel label{source.file(), name};
  const auto array = source.read(name);
  if (!array) return tl::unexpected(array.error());
  const std::vector<Index>& shape = array->shape;
  const bool column = wanted.shape.empty() && shape.size() == 2 && shape[1] == 1;
  const bool fits = !shape.empty() && (!branches || shape[0] == *branches) &&
                    (column || std::equal(shape.begin() + 1, shape.end(), wanted.shape.begin(),
                                          wanted.shape.end()));
  if (!fits) {
    return fail(ErrorCode::kBadShape, describe(label) + ": expected shape " +
                                          wanted_shape(wanted.shape, branches) +
                                          (branches ? "" : ", K the number of branches") +
                                          ", found " + describe_shape(shape));
  }
  return as_rows(*array, shape[0], wanted.size());
}

template <class Source>
Expected<std::optional<double>> read_bias(const Source& source, const std::string& name) {
  if (!source.contains(name)) return std::nullopt;
  const auto bias = read_vector(source, name, 1, "one output bias");
  if (!bias) return tl::unexpected(bias.error());
  return (*bias)[0];
}

template <class Source>
Expected<StoredBranchNetwork> read_own(const Source& source, const BranchFormat& format) {
  std::vector<std::string> known;
  for (const BranchLayer& layer : format.layers) known.push_back(layer.name);
  known.insert(known.end(), {"output_bias", "dual"});
  if (auto read = refuse_others(source, known); !read) return tl::unexpected(read.error());
  StoredBranchNetwork stored;
  std::optional<Index> branches;
  for (const BranchLayer& layer : format.layers) {
    auto weights = read_layer(source, layer.name, layer, branches);
    if (!weights) return tl::unexpected(weights.error());
    branches = weights->rows();
    stored.network.layers.push_back(std::move(*weights));
  }
  auto bias = read_bias(source, "output_bias");
  if (!bias) return tl::unexpected(bias.error());
  stored.output_bias = *bias;
  return stored;
}

/// The number N of a name "N.weight" or "N.bias" of nn.Sequential; none for other names.
std::optional<std::string> layer_number(const std::string& name) {
  const std::size_t digits = name.find_first_not_of("0123456789");
  if (digits == std::string::npos || digits == 0 || name[digits] != '.') return std::nullopt;
  return name.substr(0, digits);
}

/// The one layer behind the convolution. Errors: kMissing, kUnsupported.
template <class Source>
Expected<std::string> output_layer(const Source& source) {
  std::string found;
  for (const std::string& name : source.names()) {
    const std::optional<std::string> number = layer_number(name);
    if (!number || *number == "0") continue;
    const bool known = name == *number + ".weight" || name == *number + ".bias";
    if (!known || (!found.empty() && found != *number)) {
      return fail(ErrorCode::kUnsupported,
                  source.file() +
                      ": expected one convolution 0.weight and one layer N.weight behind it, found "
                      "also " +
                      quote(name));
    }
    found = *number;
  }
  if (found.empty()) {
    return fail(ErrorCode::kMissing,
                source.file() + ": expected the output layer 'N.weight' behind '0.weight'");
  }
  return found;
}

/// Output weights (1 x K s), or (1 x K x 1 ..) of a convolution with s = 1, as (K x s).
template <class Source>
Expected<Matrix> read_output_weights(const Source& source, const std::string& name, Index branches,
                                     Index each) {
  const ArrayLabel label{source.file(), name};
  const auto array = source.read(name);
  if (!array) return tl::unexpected(array.error());
  const std::vector<Index>& shape = array->shape;
  const bool ones = shape.size() >= 2 && shape[0] == 1 &&
                    std::all_of(shape.begin() + 2, shape.end(), [](Index e) { return e == 1; });
  if (!ones || shape[1] != branches * each || (shape.size() > 2 && each != 1)) {
    return fail(ErrorCode::kBadShape,
                describe(label) + ": expected shape (1, " + std::to_string(branches * each) +
                    "), " + std::to_string(each) + " for each of the " + std::to_string(branches) +
                    " filters, found " + describe_shape(shape));
  }
  return as_rows(*array, branches, each);
}

template <class Source>
Expected<StoredBranchNetwork> read_torch(const Source& source, const BranchFormat& format) {
  const bool with_bias = format.layers.size() == 3;
  if (source.contains("0.bias") && !with_bias) {
    return fail(ErrorCode::kUnsupported,
                source.file() +
                    ": '0.bias' is a filter's bias, but the description has none: expected "
                    "\"filter_bias\": true in it");
  }
  auto filters = read_layer(source, "0.weight", format.layers.front(), std::nullopt);
  if (!filters) return tl::unexpected(filters.error());
  const Index branches = filters->rows();
  StoredBranchNetwork stored;
  stored.network.layers.push_back(std::move(*filters));
  if (with_bias) {
    auto bias = read_layer(source, "0.bias", format.layers[1], branches);
    if (!bias) return tl::unexpected(bias.error());
    stored.network.layers.push_back(std::move(*bias));
  }
  const auto number = output_layer(source);
  if (!number) return tl::unexpected(number.error());
  auto read = refuse_others(source, {"0.weight", "0.bias", *number + ".weight", *number + ".bias"});
  if (!read) return tl::unexpected(read.error());
  auto weights =
      read_output_weights(source, *number + ".weight", branches, format.layers.back().size());
  if (!weights) return tl::unexpected(weights.error());
  stored.network.layers.push_back(std::move(*weights));
  auto bias = read_bias(source, *number + ".bias");
  if (!bias) return tl::unexpected(bias.error());
  stored.output_bias = *bias;
  return stored;
}

template <class Source>
Expected<StoredBranchNetwork> assemble(const Source& source, const BranchFormat& format) {
  if (source.contains("input_mean") || source.contains("output_mean")) {
    return fail(ErrorCode::kUnsupported,
                source.file() +
                    ": a network of this architecture for standardised data is not "
                    "known: standardise the data set itself");
  }
  const std::string& first = format.layers.front().name;
  const bool own = source.contains(first);
  const bool torch = source.contains("0.weight") && format.torch == TorchNames::kConvolution;
  if (own && torch) {
    return fail(ErrorCode::kMalformed, source.file() + ": expected a network under " +
                                           quote(first) + " or under '0.weight', found both");
  }
  if (torch) return read_torch(source, format);
  if (own) return read_own(source, format);
  std::string names;
  for (const BranchLayer& layer : format.layers) {
    names += (names.empty() ? "" : ", ") + quote(layer.name);
  }
  return fail(
      ErrorCode::kMissing,
      source.file() + ": expected a network as " + names +
          (format.torch == TorchNames::kConvolution ? ", or '0.weight' and 'N.weight'" : "") +
          ", found no " + quote(first));
}

}  // namespace

Expected<StoredBranchNetwork> branch_network_from(const NpzArchive& archive,
                                                  const BranchFormat& format) {
  return assemble(archive, format);
}

Expected<StoredBranchNetwork> branch_network_from(const SafetensorsFile& file,
                                                  const BranchFormat& format) {
  return assemble(file, format);
}

Expected<StoredBranchNetwork> read_branch_network(const std::filesystem::path& path,
                                                  const BranchFormat& format) {
  const std::string ending = lower_ending(path.string());
  if (is_pickle_ending(ending)) {
    return fail(ErrorCode::kUnsupported, path.string() + ": " + pickle_advice());
  }
  if (ending == ".npz") {
    const auto archive = read_npz(path);
    if (!archive) return tl::unexpected(archive.error());
    return assemble(*archive, format);
  }
  if (ending == ".safetensors") {
    const auto file = read_safetensors(path);
    if (!file) return tl::unexpected(file.error());
    return assemble(*file, format);
  }
  if (ending == ".onnx") {
    const auto bytes = read_file(path);
    if (!bytes) return tl::unexpected(bytes.error());
    return onnx_branch_network(*bytes, format, path.string());
  }
  return fail(ErrorCode::kUnsupported,
              path.string() + ": expected a network ending in .npz, .safetensors or .onnx, found " +
                  quote(ending));
}

}  // namespace thalweg::io
