#include "io/onnx_chain.hpp"
#include "thalweg/io/onnx.hpp"

namespace thalweg::io {
namespace {

using Kind = OnnxLayer::Kind;

/// What keeps the chain from being a two-layer network, in words; "" when nothing does.
std::string difference(const std::vector<OnnxLayer>& layers) {
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const Kind kind = layers[i].kind;
    if (kind == Kind::kConvolution || kind == Kind::kPool) {
      return layers[i].label + " is for convolutional networks, which need --architecture";
    }
    if (kind == Kind::kAddInput) return layers[i].label + " adds the input";
    if (i > 0 && kind == layers[i - 1].kind) {
      return (kind == Kind::kDense ? "no Relu between " : "no dense layer between ") +
             layers[i - 1].label + " and " + layers[i].label;
    }
  }
  if (layers.empty()) return "no layer";
  if (layers.front().kind == Kind::kRelu) return layers.front().label + " before the first layer";
  if (layers.back().kind == Kind::kRelu) return layers.back().label + " after the last layer";
  if (layers.size() == 1) return "no Relu";
  if (layers.size() > 3) return std::to_string(layers.size() / 2 + 1) + " dense layers";
  return "";
}

}  // namespace

Expected<StoredNetwork> onnx_network(std::span<const std::byte> bytes, const std::string& file) {
  const auto graph = parse_onnx_graph(bytes, file);
  if (!graph) return tl::unexpected(graph.error());
  const auto chain = make_onnx_chain(*graph);
  if (!chain) return tl::unexpected(chain.error());
  if (const std::string found = difference(chain->layers); !found.empty()) {
    return fail(ErrorCode::kUnsupported,
                file + ": expected a two-layer network (Gemm, Relu, Gemm), found " + found +
                    "; its layers are " + describe_layers(*chain));
  }
  const OnnxLayer& hidden = chain->layers.front();
  const OnnxLayer& output = chain->layers.back();
  const Index outputs = output.weights.rows();
  StoredNetwork stored{{hidden.weights, output.weights.transpose(), Vector::Zero(outputs)}};
  TwoLayerNetwork& network = stored.network;
  if (hidden.bias) {
    network.W.conservativeResize(Eigen::NoChange, network.W.cols() + 1);
    network.W.rightCols(1) = *hidden.bias;
    network.hidden_bias = HiddenBias::kLastColumn;
  }
  if (output.bias) network.output_bias = *output.bias;
  stored.has_output_bias = output.bias.has_value();
  return stored;
}

}  // namespace thalweg::io
