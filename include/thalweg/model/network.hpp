#pragma once

#include "thalweg/core/types.hpp"

namespace thalweg {

/// Whether the last column of W multiplies the column of ones that a hidden bias stands for.
enum class HiddenBias { kNone, kLastColumn };

/// A two-layer ReLU network f(x) = sum_j (w_j^T x)_+ alpha_j + b + x^T V.
///
/// W (m x d), a row a hidden neuron (with HiddenBias::kLastColumn the last of the d columns is the
/// bias); alpha (m x c), a row a hidden neuron; output_bias (c), zero when the network has none;
/// skip V (d x c), the linear skip connection, 0 x 0 when the network has none.
struct TwoLayerNetwork {
  Matrix W;
  Matrix alpha;
  Vector output_bias;
  HiddenBias hidden_bias = HiddenBias::kNone;
  Matrix skip{};

  /// Hidden width m, zero neurons included.
  [[nodiscard]] Index width() const { return W.rows(); }
  /// Input dimension d of W, the column of ones included.
  [[nodiscard]] Index input_dimension() const { return W.cols(); }
  /// Number of outputs c.
  [[nodiscard]] Index outputs() const { return alpha.cols(); }

  [[nodiscard]] bool has_skip() const { return skip.size() > 0; }

  /// A network with no neurons, d inputs and c outputs, output bias zero, no skip connection.
  [[nodiscard]] static TwoLayerNetwork empty(Index input_dimension, Index outputs = 1);
};

/// Hidden activations (X W^T)_+, (n x m); X (n x d) with the column of ones when the network has a
/// hidden bias.
[[nodiscard]] Matrix activations(const Matrix& X, const TwoLayerNetwork& network);
/// Outputs of the network, (n x c). O(n d m).
[[nodiscard]] Matrix predict(const Matrix& X, const TwoLayerNetwork& network);

}  // namespace thalweg
