#include <string>
#include <utility>

#include "io/onnx_branches.hpp"
#include "thalweg/io/onnx.hpp"

namespace thalweg::io {
namespace {

using Kind = OnnxLayer::Kind;

/// Numbers of all branches together, as shared neurons are copied.
constexpr Index kMaxNumbers = Index{1} << 26;

/// Dense layers with Relu between, the first perhaps a convolution; one output.
bool alternates(const OnnxChain& chain, std::size_t dense, bool convolution) {
  if (chain.layers.size() != 2 * dense - 1) return false;
  for (std::size_t i = 0; i < chain.layers.size(); ++i) {
    const Kind first = convolution && i == 0 ? Kind::kConvolution : Kind::kDense;
    if (chain.layers[i].kind != (i % 2 == 0 ? first : Kind::kRelu)) return false;
  }
  return chain.layers.back().weights.rows() == 1;
}

/// The neurons of the layer below as the layer reads them.
struct Below {
  Index each;   ///< neurons of a branch
  bool shared;  ///< whether all branches have the same ones
};

/// What is to be cut into branches.
struct Cut {
  const OnnxChain& chain;
  Index branches;
};

tl::unexpected<Error> no_branches(const Cut& cut, const OnnxLayer& layer, const std::string& what) {
  return fail(ErrorCode::kBadShape, cut.chain.file + ": " + layer.label + ": expected " + what +
                                        " for " + std::to_string(cut.branches) + " branches");
}

/// A layer's weights (K x rows fan): `rows` neurons of a branch, each reading `fan` neurons of its
/// own branch and nothing else. Neurons that branches share are copied; `below` becomes this layer.
Expected<Matrix> cut_layer(const Cut& cut, const OnnxLayer& layer, Index rows, Index fan,
                           Below& below) {
  const Matrix& weights = layer.weights;
  const bool own = weights.rows() == cut.branches * rows;
  const bool shared = !own && below.shared && weights.rows() == rows;
  const Index inputs = below.each * (below.shared ? 1 : cut.branches);
  if (!(own || shared) || weights.cols() != inputs) {
    return no_branches(cut, layer,
                       std::to_string(cut.branches * rows) + " x " + std::to_string(inputs) +
                           " weights, " + std::to_string(rows) + " neurons each, and not " +
                           std::to_string(weights.rows()) + " x " + std::to_string(weights.cols()));
  }
  if (cut.branches > kMaxNumbers / (rows * fan)) {
    return fail(ErrorCode::kTooLarge,
                cut.chain.file + ": too many weights in copies of neurons that branches share");
  }
  Matrix result(cut.branches, rows * fan);
  for (Index branch = 0; branch < cut.branches; ++branch) {
    for (Index row = 0; row < rows; ++row) {
      const Index neuron = own ? branch * rows + row : row;
      const Index first =
          (below.shared ? 0 : branch * below.each) + (fan == below.each ? 0 : row * fan);
      const auto outside = weights.row(neuron).head(first).any() ||
                           weights.row(neuron).tail(inputs - first - fan).any();
      if (outside) {
        return no_branches(cut, layer,
                           "neurons that read " + std::to_string(fan) +
                               " neurons of their own branch, all other weights 0,");
      }
      result.row(branch).segment(row * fan, fan) = weights.row(neuron).segment(first, fan);
    }
  }
  below = {rows, shared};
  return result;
}

/// The first layer with its bias as the weight of the column of ones, where there is one.
Expected<OnnxLayer> first_layer(const OnnxChain& chain, const BranchFormat& format) {
  OnnxLayer layer = chain.layers.front();
  const Index features = format.layers.front().shape.back();
  const bool ones =
      format.hidden_bias == HiddenBias::kLastColumn && layer.weights.cols() + 1 == features;
  if (ones) {
    layer.weights.conservativeResize(Eigen::NoChange, features);
    layer.weights.rightCols(1) = layer.bias.value_or(Vector::Zero(layer.weights.rows()));
    layer.bias.reset();
  }
  if (layer.bias) {
    return fail(ErrorCode::kUnsupported, chain.file + ": " + layer.label +
                                             ": its bias is the weight of a column of ones, which "
                                             "--bias appends to X");
  }
  if (layer.weights.cols() != features) {
    return fail(ErrorCode::kBadShape,
                chain.file + ": " + layer.label + ": expected " + std::to_string(features) +
                    " inputs as the data have, found " + std::to_string(layer.weights.cols()));
  }
  return layer;
}

Expected<void> check_biases(const OnnxChain& chain) {
  for (std::size_t i = 1; i + 1 < chain.layers.size(); ++i) {
    if (!chain.layers[i].bias) continue;
    return fail(ErrorCode::kUnsupported,
                chain.file + ": " + chain.layers[i].label +
                    ": expected no bias, as the architecture has none there");
  }
  return {};
}

}  // namespace

Expected<StoredBranchNetwork> parallel_branches(const OnnxChain& chain,
                                                const BranchFormat& format) {
  const ArchitectureDescription& description = format.description;
  const bool convolution = description.kind == ArchitectureKind::kCnnThreeLayer;
  const std::size_t dense = convolution ? 3 : format.layers.size();
  if (!alternates(chain, dense, convolution)) {
    std::string expected = convolution ? "Conv" : "Gemm";
    for (std::size_t i = 1; i < dense; ++i) expected += ", Relu, Gemm";
    return other_layers(chain, description, expected + " with one output");
  }
  if (auto checked = check_biases(chain); !checked) return tl::unexpected(checked.error());
  const OnnxLayer& last = chain.layers.back();
  const Cut cut{chain, last.weights.cols()};
  StoredBranchNetwork stored;
  Below below{};
  if (convolution) {
    auto filters = filters_of(chain, description);
    if (!filters) return tl::unexpected(filters.error());
    stored.network.layers = std::move(*filters);
    const OnnxLayer& first = chain.layers.front();
    if (first.weights.rows() != cut.branches) {
      return no_branches(cut, first, "a filter each");
    }
    below = {first.positions, false};
  } else {
    auto first = first_layer(chain, format);
    if (!first) return tl::unexpected(first.error());
    below = {first->weights.cols(), true};
    auto weights = cut_layer(cut, *first, format.layers.front().shape.front(), below.each, below);
    if (!weights) return tl::unexpected(weights.error());
    stored.network.layers.push_back(std::move(*weights));
  }
  for (std::size_t i = 1; i + 1 < dense; ++i) {
    // One weight a patch is one neuron that reads them all.
    const std::vector<Index>& shape = format.layers[format.layers.size() - dense + i].shape;
    const Index rows = shape.size() == 2 ? shape.front() : 1;
    auto weights = cut_layer(cut, chain.layers[2 * i], rows, shape.back(), below);
    if (!weights) return tl::unexpected(weights.error());
    stored.network.layers.push_back(std::move(*weights));
  }
  stored.network.layers.emplace_back(last.weights.transpose());
  if (last.bias) stored.output_bias = (*last.bias)[0];
  return stored;
}

Expected<StoredBranchNetwork> onnx_branch_network(std::span<const std::byte> bytes,
                                                  const BranchFormat& format,
                                                  const std::string& file) {
  const auto graph = parse_onnx_graph(bytes, file);
  if (!graph) return tl::unexpected(graph.error());
  const auto chain = make_onnx_chain(*graph);
  if (!chain) return tl::unexpected(chain.error());
  switch (format.description.kind) {
    case ArchitectureKind::kCnn:
    case ArchitectureKind::kCnnFlattened:
      return convolution_branches(*chain, format);
    case ArchitectureKind::kCnnThreeLayer:
    case ArchitectureKind::kThreeLayer:
    case ArchitectureKind::kPath:
      return parallel_branches(*chain, format);
    default:
      break;
  }
  return fail(ErrorCode::kUnsupported, file + ": networks of the architecture " +
                                           std::string(to_string(format.description.kind)) +
                                           " are not read from ONNX: store the arrays as .npz");
}

}  // namespace thalweg::io
