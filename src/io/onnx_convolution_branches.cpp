#include <utility>

#include "io/onnx_branches.hpp"

namespace thalweg::io {
namespace {

using Kind = OnnxLayer::Kind;

tl::unexpected<Error> mismatch(const OnnxChain& chain, const OnnxLayer& layer,
                               const std::string& expected, const std::string& found) {
  return fail(ErrorCode::kUnsupported, chain.file + ": " + layer.label + ": expected " + expected +
                                           " as the description has, found " + found);
}

/// Two numbers of a description, those of a signal behind `first`, those that are not given.
std::vector<Index> rows_and_columns(const std::vector<Index>& given, bool is_signal,
                                    Index otherwise) {
  if (given.empty()) return {otherwise, otherwise};
  return is_signal ? std::vector<Index>{otherwise, given.back()} : given;
}

/// Input, kernel, stride and padding against the description.
Expected<void> compare_geometry(const OnnxChain& chain, const OnnxLayer& layer,
                                const ArchitectureDescription& description) {
  const bool is_signal = description.input.size() == 1;
  const auto input =
      is_signal ? std::vector<Index>{1, 1, description.input.front()} : description.input;
  std::vector<Index> kernel = rows_and_columns(description.kernel, is_signal, 1);
  kernel.insert(kernel.begin(), input.front());
  const auto sizes = [](const OnnxImage& image) {
    return std::vector<Index>{image.channels, image.height, image.width};
  };
  struct Row {
    std::string name;
    std::vector<Index> expected;
    std::vector<Index> found;
  };
  const Row rows[] = {
      {"an input", input, sizes(layer.input)},
      {"a kernel", kernel, sizes(layer.kernel)},
      {"a stride", rows_and_columns(description.stride, is_signal, 1), layer.stride},
      {"a padding", rows_and_columns(description.padding, is_signal, 0), layer.padding},
  };
  for (const Row& row : rows) {
    if (row.expected == row.found) continue;
    return mismatch(chain, layer, row.name + " " + describe_shape(row.expected),
                    describe_shape(row.found));
  }
  return {};
}

/// The layers behind the filters and their Relu.
struct Tail {
  const OnnxLayer* pool = nullptr;
  const OnnxLayer* output = nullptr;
  bool adds_input = false;
};

/// Finds Conv, Relu, (pool), Gemm or Conv, (Add). The maximum may be taken before Relu: both
/// orders give the same numbers.
std::optional<Tail> find_tail(const OnnxChain& chain) {
  const std::vector<OnnxLayer>& layers = chain.layers;
  Tail tail;
  std::size_t next = 1;
  const auto take = [&](Kind kind) {
    const bool there = next < layers.size() && layers[next].kind == kind;
    return there ? &layers[next++] : nullptr;
  };
  const OnnxLayer* before = take(Kind::kPool);
  if (before != nullptr && before->pooling != Pooling::kMax) return std::nullopt;
  if (take(Kind::kRelu) == nullptr) return std::nullopt;
  const OnnxLayer* behind = take(Kind::kPool);
  if (before != nullptr && behind != nullptr) return std::nullopt;
  tail.pool = before != nullptr ? before : behind;
  tail.output = take(Kind::kDense);
  if (tail.output == nullptr) tail.output = take(Kind::kConvolution);
  if (tail.output == nullptr) return std::nullopt;
  tail.adds_input = take(Kind::kAddInput) != nullptr;
  if (next != layers.size()) return std::nullopt;
  return tail;
}

std::string expected_layers(const ArchitectureDescription& description) {
  if (description.kind == ArchitectureKind::kCnnFlattened) return "Conv, Relu, Gemm";
  if (description.pooling == Pooling::kNone) {
    return std::string("Conv, Relu, Conv") + (description.residual ? ", Add of the input" : "");
  }
  return "Conv, Relu, a pooling, Gemm";
}

/// Pooling and addition of the input against the description.
Expected<void> compare_pooling(const OnnxChain& chain, const Tail& tail,
                               const ArchitectureDescription& description) {
  const OnnxLayer& filters = chain.layers.front();
  if (tail.adds_input != description.residual) {
    return mismatch(
        chain, chain.layers.back(),
        description.residual ? "the input to be added" : "an output that is not residual",
        description.residual ? "none that is" : "the input added");
  }
  const bool flattened = description.kind == ArchitectureKind::kCnnFlattened;
  const Pooling wanted = flattened ? Pooling::kNone : description.pooling;
  // Over one patch all poolings are the same, and none.
  if (filters.positions == 1) return {};
  const Pooling found = tail.pool == nullptr ? Pooling::kNone : tail.pool->pooling;
  const auto word = [](Pooling pooling) {
    return pooling == Pooling::kNone ? std::string("no pooling")
                                     : std::string(to_string(pooling)) + " pooling";
  };
  if (found != wanted) {
    return mismatch(chain, tail.pool == nullptr ? *tail.output : *tail.pool, word(wanted),
                    word(found));
  }
  if (tail.pool != nullptr && (tail.pool->channels != filters.weights.rows() ||
                               tail.pool->positions != filters.positions)) {
    return fail(ErrorCode::kBadShape, chain.file + ": " + tail.pool->label +
                                          ": expected one channel for each of the " +
                                          std::to_string(filters.weights.rows()) + " filters");
  }
  return {};
}

/// The output weights (K x s): s for each filter, of a dense layer or of a convolution that does
/// the same at each position.
Expected<Matrix> output_weights(const OnnxChain& chain, const Tail& tail,
                                const ArchitectureDescription& description) {
  const OnnxLayer& filters = chain.layers.front();
  const OnnxLayer& output = *tail.output;
  const Index branches = filters.weights.rows();
  const bool flattened = description.kind == ArchitectureKind::kCnnFlattened;
  const Index each = flattened ? filters.positions : 1;
  const Index positions = tail.pool != nullptr ? 1 : filters.positions;
  const bool pointwise = output.kind == Kind::kConvolution && output.positions == positions &&
                         output.kernel == OnnxImage{branches, 1, 1} &&
                         output.padding == std::vector<Index>{0, 0};
  const bool fits = output.weights.rows() == 1 && output.weights.cols() == branches * each &&
                    (pointwise ? each == 1 : output.kind == Kind::kDense && positions == each);
  if (!fits) {
    return fail(ErrorCode::kBadShape,
                chain.file + ": " + output.label + ": expected one output and " +
                    std::to_string(each) + " weights for each of the " + std::to_string(branches) +
                    " filters" + (each < positions ? ", the same at each patch (Conv)" : "") +
                    ", found " + std::to_string(output.weights.rows()) + " x " +
                    std::to_string(output.weights.cols()) + " weights of another layer");
  }
  const Matrix row = output.weights.transpose();
  return Matrix(row.reshaped(each, branches).transpose());
}

}  // namespace

tl::unexpected<Error> other_layers(const OnnxChain& chain,
                                   const ArchitectureDescription& description,
                                   const std::string& expected) {
  return fail(ErrorCode::kUnsupported, chain.file + ": expected " + expected + " for " +
                                           std::string(to_string(description.kind)) + ", found " +
                                           describe_layers(chain));
}

Expected<std::vector<Matrix>> filters_of(const OnnxChain& chain,
                                         const ArchitectureDescription& description) {
  const OnnxLayer& layer = chain.layers.front();
  if (auto same = compare_geometry(chain, layer, description); !same) {
    return tl::unexpected(same.error());
  }
  if (layer.bias.has_value() != description.filter_bias) {
    const std::string key = description.filter_bias ? "false" : "true";
    return mismatch(
        chain, layer, description.filter_bias ? "a bias" : "no bias",
        (layer.bias ? "one: say \"filter_bias\": " : "none: say \"filter_bias\": ") + key);
  }
  std::vector<Matrix> layers = {layer.weights};
  if (layer.bias) layers.emplace_back(*layer.bias);
  return layers;
}

Expected<StoredBranchNetwork> convolution_branches(const OnnxChain& chain,
                                                   const BranchFormat& format) {
  const ArchitectureDescription& description = format.description;
  const bool begins = !chain.layers.empty() && chain.layers.front().kind == Kind::kConvolution;
  const auto tail = begins ? find_tail(chain) : std::nullopt;
  if (!tail) return other_layers(chain, description, expected_layers(description));
  auto layers = filters_of(chain, description);
  if (!layers) return tl::unexpected(layers.error());
  if (auto same = compare_pooling(chain, *tail, description); !same) {
    return tl::unexpected(same.error());
  }
  auto weights = output_weights(chain, *tail, description);
  if (!weights) return tl::unexpected(weights.error());
  StoredBranchNetwork stored{{std::move(*layers)}, std::nullopt};
  stored.network.layers.push_back(std::move(*weights));
  if (tail->output->bias) stored.output_bias = (*tail->output->bias)[0];
  return stored;
}

}  // namespace thalweg::io
