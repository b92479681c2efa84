#include "thalweg/io/network_reader.hpp"

#include <cctype>
#include <optional>
#include <string>
#include <utility>

#include "io/standardization_arrays.hpp"
#include "io/text.hpp"
#include "thalweg/io/onnx.hpp"

namespace thalweg::io {
namespace {

/// The arrays a network is made of, whatever the file calls them.
struct Parts {
  std::string W;
  std::string alpha;
  std::string hidden_bias;
  std::string output_bias;
  std::string skip;          ///< "" where the scheme has none
  bool alpha_is_transposed;  ///< (c x m) as PyTorch stores it instead of (m x c)
};

/// Whether a name is that of a layer in a PyTorch nn.Sequential: digits, a point, anything.
bool is_sequential_name(std::string_view name) {
  const std::size_t digits = name.find_first_not_of("0123456789");
  return digits != std::string_view::npos && digits > 0 && name[digits] == '.';
}

/// Which naming scheme the file follows. Errors: kMissing, kMalformed, kUnsupported.
template <class Source>
Expected<Parts> find_parts(const Source& source) {
  const auto malformed = [&](const std::string& what) {
    return fail(ErrorCode::kMalformed, source.file() + ": expected " + what + ", found both");
  };
  const bool own = source.contains("W");
  const bool torch = source.contains("0.weight");
  if (own && torch) return malformed("a network under 'W' or under '0.weight'");
  if (!own && !torch) {
    return fail(
        ErrorCode::kMissing,
        source.file() +
            ": expected a network as 'W' and 'alpha', or '0.weight' and '2.weight', found neither");
  }
  if (own) {
    if (source.contains("alpha") && source.contains("a")) return malformed("'alpha' or 'a'");
    return Parts{"W", source.contains("a") ? "a" : "alpha", "b", "output_bias", "skip", false};
  }
  const Parts parts{"0.weight", "2.weight", "0.bias", "2.bias", "", true};
  for (const std::string& name : source.names()) {
    const bool known = name == parts.W || name == parts.alpha || name == parts.hidden_bias ||
                       name == parts.output_bias;
    if (!known && is_sequential_name(name)) {
      return fail(
          ErrorCode::kUnsupported,
          source.file() +
              ": expected the layers of nn.Sequential(Linear, ReLU, Linear) (0.weight, 0.bias, "
              "2.weight, 2.bias), found also " +
              quote(name));
    }
  }
  return parts;
}

/// W (m x d), d >= 1.
template <class Source>
Expected<Matrix> read_weights(const Source& source, const std::string& name) {
  const ArrayLabel label{source.file(), name};
  const auto array = source.read(name);
  if (!array) return tl::unexpected(array.error());
  auto W = to_matrix(*array, label);
  if (W && W->cols() == 0) {
    return fail(ErrorCode::kBadShape, describe(label) +
                                          ": expected at least one column, found shape " +
                                          describe_shape(array->shape));
  }
  return W;
}

/// alpha (m x c), c >= 1.
template <class Source>
Expected<Matrix> read_output_weights(const Source& source, const Parts& parts, Index m) {
  const ArrayLabel label{source.file(), parts.alpha};
  const auto array = source.read(parts.alpha);
  if (!array) return tl::unexpected(array.error());
  auto alpha = parts.alpha_is_transposed ? to_matrix(*array, label) : to_columns(*array, label);
  if (!alpha) return alpha;
  if (parts.alpha_is_transposed) alpha = Matrix(alpha->transpose());
  if (alpha->rows() != m || alpha->cols() == 0) {
    const std::string width = std::to_string(m);
    const std::string expected =
        parts.alpha_is_transposed ? "(c, " + width + ")" : "(" + width + ",) or (" + width + ", c)";
    return fail(ErrorCode::kBadShape, describe(label) + ": expected shape " + expected +
                                          " with c >= 1, as " + quote(parts.W) + " has " + width +
                                          " rows, found " + describe_shape(array->shape));
  }
  return alpha;
}

/// The skip connection (d x c), a row an input of W, the column of ones included.
template <class Source>
Expected<Matrix> read_skip(const Source& source, const std::string& name,
                           const TwoLayerNetwork& network) {
  const ArrayLabel label{source.file(), name};
  const auto array = source.read(name);
  if (!array) return tl::unexpected(array.error());
  auto skip = to_columns(*array, label);
  const Index d = network.input_dimension();
  if (skip && (skip->rows() != d || skip->cols() != network.outputs())) {
    const bool bias = network.hidden_bias == HiddenBias::kLastColumn;
    return fail(ErrorCode::kBadShape, describe(label) + ": expected shape (" + std::to_string(d) +
                                          ", " + std::to_string(network.outputs()) +
                                          "), one row an input" +
                                          (bias ? " and one for the column of ones" : "") +
                                          ", found " + describe_shape(array->shape));
  }
  return skip;
}

template <class Source>
Expected<StoredNetwork> assemble(const Source& source) {
  const auto parts = find_parts(source);
  if (!parts) return tl::unexpected(parts.error());
  auto W = read_weights(source, parts->W);
  if (!W) return tl::unexpected(W.error());
  const Index m = W->rows();
  auto alpha = read_output_weights(source, *parts, m);
  if (!alpha) return tl::unexpected(alpha.error());
  const Index c = alpha->cols();
  auto standardization = read_standardization(source, W->cols(), c);
  if (!standardization) return tl::unexpected(standardization.error());

  StoredNetwork stored{{std::move(*W), std::move(*alpha), Vector::Zero(c), HiddenBias::kNone},
                       false,
                       std::move(*standardization)};
  if (source.contains(parts->hidden_bias)) {
    const auto b =
        read_vector(source, parts->hidden_bias, m, "one number a row of " + quote(parts->W));
    if (!b) return tl::unexpected(b.error());
    Matrix& weights = stored.network.W;
    weights.conservativeResize(Eigen::NoChange, weights.cols() + 1);
    weights.rightCols(1) = *b;
    stored.network.hidden_bias = HiddenBias::kLastColumn;
  }
  if (source.contains(parts->output_bias)) {
    auto bias = read_vector(source, parts->output_bias, c, "one number an output");
    if (!bias) return tl::unexpected(bias.error());
    stored.network.output_bias = std::move(*bias);
    stored.has_output_bias = true;
  }
  if (!parts->skip.empty() && source.contains(parts->skip)) {
    auto skip = read_skip(source, parts->skip, stored.network);
    if (!skip) return tl::unexpected(skip.error());
    stored.network.skip = std::move(*skip);
  }
  return stored;
}

}  // namespace

Expected<StoredNetwork> network_from(const NpzArchive& archive) { return assemble(archive); }
Expected<StoredNetwork> network_from(const SafetensorsFile& file) { return assemble(file); }

Expected<StoredNetwork> read_network(const std::filesystem::path& path) {
  const std::string ending = lower_ending(path.string());
  if (is_pickle_ending(ending)) {
    return fail(ErrorCode::kUnsupported, path.string() + ": " + pickle_advice());
  }
  if (ending == ".npz") {
    const auto archive = read_npz(path);
    if (!archive) return tl::unexpected(archive.error());
    return network_from(*archive);
  }
  if (ending == ".safetensors") {
    const auto file = read_safetensors(path);
    if (!file) return tl::unexpected(file.error());
    return network_from(*file);
  }
  if (ending == ".onnx") {
    const auto bytes = read_file(path);
    if (!bytes) return tl::unexpected(bytes.error());
    return onnx_network(*bytes, path.string());
  }
  return fail(ErrorCode::kUnsupported,
              path.string() + ": expected a network ending in .npz, .safetensors or .onnx, found " +
                  quote(ending));
}

Expected<void> check_fits(const StoredNetwork& stored, const Dataset& dataset) {
  const TwoLayerNetwork& network = stored.network;
  const Index d = dataset.X.cols();
  const bool has_bias = network.hidden_bias == HiddenBias::kLastColumn;
  const Index columns = network.input_dimension() - (has_bias ? 1 : 0);
  if (columns != d) {
    std::string message = "network: expected W with " + std::to_string(d) +
                          " columns as X has, found " + std::to_string(columns);
    if (columns == d + 1 && !has_bias) {
      message +=
          "; a hidden bias is stored as its own array b (m), not as a last column of W: "
          "store b = W[:, -1] and W = W[:, :-1], and the column of ones is appended to X by itself";
    }
    return fail(ErrorCode::kBadShape, message);
  }
  if (dataset.y.cols() != 0 && network.outputs() != dataset.y.cols()) {
    return fail(ErrorCode::kBadShape, "network: expected " + std::to_string(dataset.y.cols()) +
                                          " outputs as y has columns, found " +
                                          std::to_string(network.outputs()));
  }
  return {};
}

}  // namespace thalweg::io
