#pragma once

#include <cstdint>
#include <vector>

#include "thalweg/core/types.hpp"
#include "thalweg/oracle/row_geometry.hpp"

namespace thalweg::oracle {

/// Rows |w| v of one sign of w, as zero-padded columns of length `stride`.
struct RowSet {
  Index count = 0;
  Index stride = 0;                  ///< count rounded up to a multiple of kernels::kLanes
  Matrix columns;                    ///< (stride x R)
  std::vector<std::int32_t> groups;  ///< (count), group of each row

  [[nodiscard]] const double* column(Index k) const { return columns.data() + k * stride; }
};

/// f(z) = linear . z + sum over `up` (y . z)_+ - sum over `down` (y . z)_+ for one g, or for -g
/// after `negated()`.
///
/// Rigour: |v . r| and the weights are rounded. For a ray r and any sums formed in the tree the
/// error is at most kappa * 2^-53 * magnitude . |r| with kappa = base_depth + 3 * (depth of the
/// node), see `error_factor`: each row's contribution carries the relative error (against
/// magnitudes) of its coordinates, weight, product and additions along the path, each sum that of
/// its additions, and rows enter frozen sums once.
struct SignedRows {
  RowSet up;
  RowSet down;
  Vector linear;     ///< (R)
  Vector magnitude;  ///< (R), at least sum over rows of |g_j| |x_j| in coordinates
  double row_scale =
      0;  ///< at least the largest magnitude of one row's entry times its absolute weight
  double base_depth = 0;
  bool exact_rows =
      true;  ///< coordinates are the stored rows, so that the sign of an entry is exact

  [[nodiscard]] Index coordinates() const { return linear.size(); }
  /// Factor of magnitude . |r| in the error bound of sums at a node of this depth.
  [[nodiscard]] double error_factor(int depth) const;
  /// f at z, to rounding.
  [[nodiscard]] double value(const Vector& z) const;
  /// The same for -g.
  [[nodiscard]] SignedRows negated() const;
};

/// Rows of the groups with nonzero weight in the coordinates z of the geometry.
[[nodiscard]] SignedRows signed_rows(const RowGeometry& geometry, const GroupWeights& weights);

}  // namespace thalweg::oracle
