#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "thalweg/core/types.hpp"
#include "thalweg/model/pooling.hpp"

namespace thalweg {

/// The architectures that a description can name.
enum class ArchitectureKind {
  kTwoLayer,        ///< "two-layer": fully connected
  kCnn,             ///< "cnn": two-layer convolutions, pooled
  kCnnFlattened,    ///< "cnn-flattened": a dense layer over all activations
  kCnnThreeLayer,   ///< "cnn-three-layer": two ReLU layers
  kCircularLinear,  ///< "circular-linear": circular convolutions without ReLU
  kCircularRelu,    ///< "circular-relu": circular convolutions with one ReLU layer
  kThreeLayer,      ///< "three-layer": parallel branches under |W_1|_F <= 1
  kPath,            ///< "path": parallel branches under the path norm
  kPolynomial,      ///< "polynomial": polynomial activations of degree 2
  kOneDimensional,  ///< "one-dimensional": deep narrow branches on one input
  kThreshold,       ///< "threshold": step activations
};

/// All of them.
inline constexpr std::array kArchitectureKinds = {
    ArchitectureKind::kTwoLayer,       ArchitectureKind::kCnn,
    ArchitectureKind::kCnnFlattened,   ArchitectureKind::kCnnThreeLayer,
    ArchitectureKind::kCircularLinear, ArchitectureKind::kCircularRelu,
    ArchitectureKind::kThreeLayer,     ArchitectureKind::kPath,
    ArchitectureKind::kPolynomial,     ArchitectureKind::kOneDimensional,
    ArchitectureKind::kThreshold,
};

/// The word of description files: "cnn", ...
[[nodiscard]] std::string_view to_string(ArchitectureKind kind);

/// An architecture as a description file states it; a field that `kind` does not have keeps its
/// default. What each means is with the architecture (reformulation/make_architecture.hpp).
struct ArchitectureDescription {
  ArchitectureKind kind = ArchitectureKind::kTwoLayer;
  /// Of convolutions, as PyTorch has them: [length], or [channels, height, width].
  std::vector<Index> input = {};
  std::vector<Index> kernel = {};   ///< [length] or [height, width]
  std::vector<Index> stride = {};   ///< empty: ones
  std::vector<Index> padding = {};  ///< empty: zeros
  bool filter_bias = false;
  Pooling pooling = Pooling::kSum;
  bool residual = false;  ///< of a fully convolutional network: outputs are added to the input
  Index neurons = 0;      ///< m_1 of three layers
  std::vector<Index> fan_in = {};         ///< m_1 .. m_{L-2} of the path norm
  Index layers = 0;                       ///< L of one-dimensional and threshold networks
  std::vector<double> coefficients = {};  ///< a, b, c of the polynomial a t^2 + b t + c
};

}  // namespace thalweg
