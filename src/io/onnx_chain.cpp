#include "io/onnx_chain.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "io/onnx_call.hpp"
#include "io/text.hpp"

namespace thalweg::io {
namespace {

/// Layers, and nodes that are constants.
constexpr std::size_t kMaxLayers = 64;

/// Follows the nodes in their order, which ONNX demands to be one of evaluation.
class Walk {
 public:
  explicit Walk(const OnnxGraph& graph) : graph_(graph) {
    for (const auto& [name, array] : graph.constants) constants_[name] = &array;
    chain_.file = graph.file;
  }

  Expected<OnnxChain> run();

 private:
  /// The inputs of a node: constants, or places in the chain.
  struct Inputs {
    std::vector<const NdArray*> constants;
    std::vector<const OnnxSizes*> sizes;  ///< likewise
    std::vector<std::size_t> data;        ///< which inputs are neither
    std::vector<std::size_t> places;      ///< and how many nodes of the chain lie before them
  };

  Expected<void> begin();
  Expected<Inputs> resolve(const OnnxNode& node) const;
  Expected<void> follow(const OnnxNode& node);
  Expected<void> apply(const OnnxNode& node, Inputs inputs);
  Expected<void> compute_constant(const OnnxNode& node, const Inputs& inputs);
  Expected<bool> follow_sizes(const OnnxNode& node, Inputs& inputs);
  [[nodiscard]] tl::unexpected<Error> refuse(ErrorCode code, const std::string& what) const {
    return fail(code, graph_.file + ": " + what);
  }

  const OnnxGraph& graph_;
  OnnxChain chain_;
  std::vector<Index> input_;  ///< the shape of a sample
  std::optional<Index> batch_;
  std::map<std::string, const NdArray*> constants_;
  std::map<std::string, NdArray> computed_;    ///< by the node's output
  std::map<std::string, std::size_t> places_;  ///< what the chain puts out after so many nodes
  std::size_t place_ = 0;
  std::vector<std::vector<Index>> shapes_;  ///< of a sample at each place
  std::map<std::string, OnnxSizes> sizes_;
};

std::string known_operators() {
  std::string list = "Constant, Shape";
  for (const auto* table : {&onnx_layer_operators(), &onnx_shape_operators()}) {
    for (const auto& [name, apply] : *table) list += ", " + name;
  }
  return list;
}

/// The one input, (N x ..), its extents behind N fixed.
Expected<void> Walk::begin() {
  if (graph_.inputs.size() != 1 || graph_.outputs.size() != 1) {
    return refuse(ErrorCode::kUnsupported, "expected one input and one output, found " +
                                               std::to_string(graph_.inputs.size()) + " and " +
                                               std::to_string(graph_.outputs.size()));
  }
  const OnnxInput& input = graph_.inputs.front();
  const auto bad = [&] {
    return refuse(
        ErrorCode::kUnsupported,
        "input " + quote(input.name) +
            ": expected two to four extents, samples first, the others fixed and at least 1");
  };
  if (!input.shape || input.shape->size() < 2 || input.shape->size() > 4) return bad();
  const auto& extents = *input.shape;
  if (extents.front() && *extents.front() > 0) batch_ = *extents.front();
  Index size = 1;
  for (std::size_t i = 1; i < extents.size(); ++i) {
    constexpr Index kMost = Index{1} << 31;
    if (!extents[i] || *extents[i] < 1 || *extents[i] > kMost / size) return bad();
    chain_.shape.push_back(*extents[i]);
    size *= *extents[i];
  }
  input_ = chain_.shape;
  chain_.inputs = size;
  places_[input.name] = 0;
  shapes_.push_back(input_);
  return {};
}

Expected<Walk::Inputs> Walk::resolve(const OnnxNode& node) const {
  Inputs inputs;
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    const std::string& name = node.inputs[i];
    inputs.constants.push_back(nullptr);
    inputs.sizes.push_back(nullptr);
    if (name.empty()) continue;
    const auto constant = constants_.find(name);
    const auto place = places_.find(name);
    const auto sizes = sizes_.find(name);
    if (constant != constants_.end()) {
      inputs.constants.back() = constant->second;
    } else if (sizes != sizes_.end()) {
      inputs.sizes.back() = &sizes->second;
    } else if (place != places_.end()) {
      inputs.data.push_back(i);
      inputs.places.push_back(place->second);
    } else {
      return refuse(ErrorCode::kMalformed, describe(node) + ": its input " + quote(name) +
                                               " is the output of no earlier node");
    }
  }
  return inputs;
}

/// A node without data.
Expected<void> Walk::compute_constant(const OnnxNode& node, const Inputs& inputs) {
  if (computed_.size() >= kMaxLayers) {
    return refuse(ErrorCode::kTooLarge,
                  "expected at most " + std::to_string(kMaxLayers) + " constants among the nodes");
  }
  auto array = constant_of(node, inputs.constants.empty() ? nullptr : inputs.constants.front());
  if (!array) {
    return refuse(
        ErrorCode::kUnsupported,
        describe(node) +
            ": on constants, expected Constant (of numbers), Identity, Unsqueeze (of a number) or "
            "Transpose (of a matrix)");
  }
  const std::string& name = node.outputs.front();
  constants_[name] = &(computed_[name] = std::move(*array));
  return {};
}

/// Sizes of data: whether the node computes such. Those that Reshape asks for become a constant, in
/// which 0 is what Reshape keeps: the number of samples, if it stays first.
Expected<bool> Walk::follow_sizes(const OnnxNode& node, Inputs& inputs) {
  const std::string& name = node.outputs.front();
  if (node.op == "Shape" && inputs.places.size() == 1 && node.attributes.empty()) {
    sizes_[name] = sizes_of(shapes_[inputs.places.front()]);
    return true;
  }
  const bool reads = std::any_of(inputs.sizes.begin(), inputs.sizes.end(),
                                 [](const OnnxSizes* sizes) { return sizes != nullptr; });
  if (!reads) return false;
  const OnnxCall call{graph_.file, node, 0, inputs.constants, batch_};
  if (inputs.data.empty()) {
    auto computed = compute_sizes(call, inputs.sizes);
    if (!computed) return tl::unexpected(computed.error());
    sizes_[name] = std::move(*computed);
    return true;
  }
  const OnnxSizes* asked = inputs.sizes.size() > 1 ? inputs.sizes[1] : nullptr;
  const bool first = asked != nullptr && !asked->values.empty() &&
                     std::find(asked->values.begin() + 1, asked->values.end(), kOnnxSamples) ==
                         asked->values.end();
  if (node.op != "Reshape" || !first) {
    return call.refuse(ErrorCode::kUnsupported,
                       "expected sizes of data for a Reshape only, and that of the samples first");
  }
  NdArray shape{{static_cast<Index>(asked->values.size())}, {}};
  for (const std::int64_t extent : asked->values) {
    shape.values.push_back(extent == kOnnxSamples ? 0 : static_cast<double>(extent));
  }
  inputs.constants[1] = &(computed_[name] = std::move(shape));
  return false;
}

/// A node that reads the end of the chain.
Expected<void> Walk::apply(const OnnxNode& node, Inputs inputs) {
  const auto& places = inputs.places;
  const bool adds_input = node.op == "Add" && places.size() == 2 && place_ > 0 &&
                          std::min(places[0], places[1]) == 0 &&
                          std::max(places[0], places[1]) == place_;
  if (adds_input) {
    if (chain_.shape != input_) {
      return refuse(ErrorCode::kUnsupported,
                    describe(node) + ": expected outputs of the input's shape, " +
                        describe_shape(input_) + ", found " + describe_shape(chain_.shape));
    }
    chain_.layers.push_back({.kind = OnnxLayer::Kind::kAddInput, .label = describe(node)});
    return {};
  }
  if (inputs.data.size() != 1 || inputs.places.front() != place_ ||
      (inputs.data.front() != 0 && node.op != "Add")) {
    return refuse(ErrorCode::kUnsupported,
                  describe(node) +
                      ": expected nodes in one chain from input to output, found one "
                      "that reads something else than the output of the one before it");
  }
  const OnnxCall call{graph_.file, node, inputs.data.front(), std::move(inputs.constants), batch_};
  for (const auto* table : {&onnx_layer_operators(), &onnx_shape_operators()}) {
    const auto found = table->find(node.op);
    if (found != table->end()) return found->second(call, chain_);
  }
  return refuse(
      ErrorCode::kUnsupported,
      describe(node) + ": this operator is not read; those that are: " + known_operators());
}

Expected<void> Walk::follow(const OnnxNode& node) {
  if (node.outputs.empty() || node.outputs.front().empty()) {
    return refuse(ErrorCode::kMalformed, describe(node) + ": it has no output");
  }
  const std::string& name = node.outputs.front();
  if (constants_.contains(name) || places_.contains(name) || sizes_.contains(name)) {
    return refuse(ErrorCode::kMalformed,
                  describe(node) + ": its output " + quote(name) + " was there before");
  }
  auto inputs = resolve(node);
  if (!inputs) return tl::unexpected(inputs.error());
  const auto done = follow_sizes(node, *inputs);
  if (!done) return tl::unexpected(done.error());
  if (*done) return {};
  if (inputs->data.empty()) return compute_constant(node, *inputs);
  if (auto applied = apply(node, std::move(*inputs)); !applied) return applied;
  // More is no network that is known, and each may hold a copy of one constant.
  if (chain_.layers.size() > kMaxLayers) {
    return refuse(ErrorCode::kTooLarge,
                  "expected at most " + std::to_string(kMaxLayers) + " layers");
  }
  places_[name] = ++place_;
  shapes_.push_back(chain_.shape);
  return {};
}

Expected<OnnxChain> Walk::run() {
  if (auto begun = begin(); !begun) return tl::unexpected(begun.error());
  for (const OnnxNode& node : graph_.nodes) {
    if (auto followed = follow(node); !followed) return tl::unexpected(followed.error());
  }
  const auto output = places_.find(graph_.outputs.front());
  if (output == places_.end() || output->second != place_) {
    return refuse(ErrorCode::kUnsupported,
                  "expected the last node's output as that of the graph, found " +
                      quote(graph_.outputs.front()));
  }
  return std::move(chain_);
}

}  // namespace

Expected<OnnxChain> make_onnx_chain(const OnnxGraph& graph) { return Walk(graph).run(); }

std::string describe_layers(const OnnxChain& chain) {
  constexpr std::size_t kMost = 12;
  std::string text;
  for (std::size_t i = 0; i < chain.layers.size() && i < kMost; ++i) {
    text += (i == 0 ? "" : ", ") + chain.layers[i].label;
  }
  if (chain.layers.empty()) return "no layer";
  return chain.layers.size() > kMost ? text + ", .." : text;
}

}  // namespace thalweg::io
