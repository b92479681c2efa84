#pragma once

#include <vector>

#include "thalweg/core/types.hpp"
#include "thalweg/exact/row_groups.hpp"

namespace thalweg {

/// A row x_row that is parallel to x_first up to rounding only, as x and fl(3 x) are.
struct NearRow {
  Index row = 0;
  Index first = 0;      ///< first row of the group that it joined
  double multiple = 0;  ///< k, never 0
  double error = 0;     ///< at least the 1-norm of x_row - k x_first
};

/// Joins groups of X (n x d) whose directions agree to about 16 units in the last place: the group
/// with the smallest first row takes in the others, and `multiples` of their rows become those of
/// the returned list, ascending in `row`. A maximiser often lies on the hyperplane of such rows,
/// where no cone tree of the unjoined rows closes: the interpolation gap of the pair shrinks only
/// with the cone's angle. Replacing x_row by k x_first changes nu^T (X u)_+ by at most |nu_row|
/// error |u|, since (t)_+ is 1-Lipschitz. Expected O(n d + G log G) for G groups.
[[nodiscard]] std::vector<NearRow> join_near_parallel(const Matrix& X, RowGroups& groups);

}  // namespace thalweg
