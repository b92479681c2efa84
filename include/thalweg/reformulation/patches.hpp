#pragma once

#include <vector>

#include "thalweg/core/types.hpp"

namespace thalweg {

/// How a filter moves over an input; shapes as PyTorch's convolutions have them.
struct PatchSettings {
  /// [length] of a signal, or [channels, height, width]. A row of X is such an array, last axis
  /// fastest.
  std::vector<Index> input = {};
  std::vector<Index> kernel = {};   ///< [length] or [height, width]
  std::vector<Index> stride = {};   ///< as kernel; empty for ones
  std::vector<Index> padding = {};  ///< zeros around the input, as kernel; empty for none
  bool bias = false;  ///< a 1 after every patch: the filter's bias, regularised with it
};

/// The patches of an input, in the order of the output's pixels (rows first), each with its entries
/// in the order of PyTorch's weights: channel, row, column, and the bias last.
class PatchGeometry {
 public:
  /// Throws InvalidArgument when shapes do not fit, or the kernel does not fit into the input.
  explicit PatchGeometry(const PatchSettings& settings);

  [[nodiscard]] Index inputs() const { return inputs_; }  ///< entries of a row of X
  [[nodiscard]] Index patches() const { return static_cast<Index>(positions_.size()); }  ///< K
  /// h: entries of a patch, the bias among them.
  [[nodiscard]] Index size() const { return weights_ + (has_bias_ ? 1 : 0); }
  [[nodiscard]] Index weights() const { return weights_; }  ///< entries without the bias
  [[nodiscard]] bool has_bias() const { return has_bias_; }
  /// Of a filter: [length] or [channels, height, width].
  [[nodiscard]] const std::vector<Index>& filter_shape() const { return filter_shape_; }
  /// The column of X behind each entry of patch k, -1 for padding, (weights()).
  [[nodiscard]] const std::vector<Index>& positions(Index k) const {
    return positions_[static_cast<std::size_t>(k)];
  }

  /// Patch k of one input; x (inputs()), result (size()).
  [[nodiscard]] Vector patch(const Eigen::Ref<const Vector>& x, Index k) const;
  /// All patches of X (n x inputs()): row i K + k is patch k of row i, (n K x size()). Throws
  /// InvalidArgument when X has another number of columns. O(n K h).
  [[nodiscard]] Matrix stacked(const Matrix& X) const;

 private:
  Index inputs_ = 0;
  Index weights_ = 0;
  bool has_bias_ = false;
  std::vector<Index> filter_shape_;
  std::vector<std::vector<Index>> positions_;
};

}  // namespace thalweg
