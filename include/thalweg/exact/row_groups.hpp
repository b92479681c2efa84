#pragma once

#include <vector>

#include "thalweg/core/types.hpp"

namespace thalweg {

/// Which nonzero rows of a matrix are exact multiples of each other.
struct RowGroups {
  std::vector<Index> first_rows;    ///< first row of each group, ascending
  std::vector<Index> group_of_row;  ///< (n), group of each row, -1 for a zero row
  Vector
      multiples;  ///< (n), k_j with x_j = k_j x_first; rounded, its sign is exact; 0 for a zero row
};

/// Groups the exactly parallel nonzero rows of X (n x d), finite; opposite rows are parallel.
///
/// Lemma. Parallel rows have the same vector of rounded quotients x_i / x_m, m the first position
/// of the largest |x_i|. Proof. The exact quotients are equal and IEEE division rounds a real
/// number, not its operands. QED So rows whose quotients differ are never compared; equal quotients
/// are decided by exact cross products. Expected O(n d). The same input gives the same groups on
/// every platform.
[[nodiscard]] RowGroups group_parallel_rows(const Matrix& X);

}  // namespace thalweg
