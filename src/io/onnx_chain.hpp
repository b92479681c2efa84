#pragma once

#include <optional>
#include <string>
#include <vector>

#include "io/onnx_graph.hpp"
#include "thalweg/core/types.hpp"
#include "thalweg/model/pooling.hpp"

namespace thalweg::io {

/// Channels, height and width; a signal has height 1.
struct OnnxImage {
  Index channels = 0;
  Index height = 0;
  Index width = 0;

  bool operator==(const OnnxImage&) const = default;
};

/// One step of the chain of operations that a graph is.
struct OnnxLayer {
  enum class Kind {
    kDense,        ///< y = weights x + bias
    kConvolution,  ///< the same at each patch
    kRelu,
    kPool,      ///< over all positions of each channel
    kAddInput,  ///< the network's input is added
  };
  Kind kind;
  std::string label;    ///< for messages: "Gemm '/0/Gemm'"
  Matrix weights = {};  ///< out x in; of a convolution in = channels x height x width
  std::optional<Vector> bias = std::nullopt;  ///< out
  OnnxImage input = {};                       ///< of a convolution
  OnnxImage kernel = {};                      ///< of a convolution, its channels those of the input
  std::vector<Index> stride = {};             ///< rows, columns
  std::vector<Index> padding = {};            ///< rows, columns: the same at both ends
  Index channels = 0;                         ///< of a pool
  Index positions = 1;                        ///< of a convolution's output, of a pool's input
  Pooling pooling = Pooling::kNone;
};

/// A graph whose nodes follow one another from its one input to its one output. Operators that only
/// give another shape to the numbers of a sample, in the same order, leave no layer.
struct OnnxChain {
  std::string file;
  Index inputs = 0;          ///< numbers of one sample
  std::vector<Index> shape;  ///< of one sample behind the last layer
  std::vector<OnnxLayer> layers;
};

/// Follows the graph. Errors: kUnsupported (an operator or attribute that is not read, a graph that
/// forks), kMalformed (undefined inputs, attributes that contradict each other), kBadShape (weights
/// that do not fit what comes in), kBadValue (a factor that would round weights).
[[nodiscard]] Expected<OnnxChain> make_onnx_chain(const OnnxGraph& graph);

/// "Gemm '/0/Gemm', Relu '/1/Relu', ..": the first dozen of layers.
[[nodiscard]] std::string describe_layers(const OnnxChain& chain);

}  // namespace thalweg::io
