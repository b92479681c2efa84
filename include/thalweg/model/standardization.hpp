#pragma once

#include <optional>

#include "thalweg/core/types.hpp"
#include "thalweg/model/dataset.hpp"

namespace thalweg {

/// The affine map z = (x - mean) / scale of each column of a matrix.
struct ColumnScaling {
  Vector mean;   ///< (k)
  Vector scale;  ///< (k), positive; powers of two when this library chose them

  /// The columns of `values` (n x k) mapped; each operation is rounded to nearest. Throws
  /// InvalidArgument when the columns do not fit, or an entry of the result is not finite.
  [[nodiscard]] Matrix apply(const Matrix& values) const;
  /// How many entries of `values` (n x k) `apply` maps with a rounding error.
  [[nodiscard]] Index rounded_entries(const Matrix& values) const;
  /// The columns that are left as they are: mean 0 and scale 1.
  [[nodiscard]] bool identity(Index column) const;

  friend bool operator==(const ColumnScaling& a, const ColumnScaling& b) {
    return a.mean.size() == b.mean.size() && a.mean == b.mean && a.scale == b.scale;
  }
};

/// What was done to a data set before training: the problem is about z = (x - mean) / scale, and so
/// is the network: for inputs x it is f(z), mapped back by the targets' scaling when there is one.
struct Standardization {
  ColumnScaling inputs;                  ///< of X (d)
  std::optional<ColumnScaling> targets;  ///< of y (c), none when y is left as it is

  /// X and, where `targets` is set, y mapped. A data set without y (no columns) stays without.
  /// Throws as ColumnScaling::apply.
  [[nodiscard]] Dataset apply(const Dataset& dataset) const;

  friend bool operator==(const Standardization&, const Standardization&) = default;
};

/// Centres and scales columns: scale is the power of two next to the standard deviation (in ratio),
/// mean the mean rounded to a multiple of scale / 64.
///
/// values (n x k), finite. A constant column stays as it is (mean 0, scale 1). So the mapped
/// columns have a mean of at most 1/128 and a standard deviation in [0.7, 1.42], and the map is as
/// exact as such a map can be. *Lemma.* A column whose entries are multiples of g = 2^e <= scale /
/// 64 is mapped without rounding when |x - mean| <= 2^53 g for its entries, unless it underflows.
/// *Proof.* mean is a multiple of scale / 64, hence of g, and so is x - mean; multiples of g of at
/// most 2^53 g are doubles; dividing one by a power of two is exact. QED Throws InvalidArgument
/// when the range of a column overflows. O(n k).
[[nodiscard]] ColumnScaling choose_scaling(const Matrix& values);

}  // namespace thalweg
