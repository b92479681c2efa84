#pragma once

#include "thalweg/core/types.hpp"

namespace thalweg {

/// An orthonormal basis of the span of given columns U (n x q), with the way back to them.
struct FreeSpan {
  Matrix Q;  ///< (n x r), orthonormal columns, r the numerical rank of U
  Matrix T;  ///< (q x r), U T = Q: coefficients of the given columns
};

/// Rank-revealing QR of the columns, each scaled to length 1 first, so that the answer does not
/// depend on their units. A column closer than 1e-13 to the span of others, relatively, counts as
/// dependent and gets coefficient 0. U may have no columns. O(n q^2).
[[nodiscard]] FreeSpan orthonormal_span(const Matrix& U);

}  // namespace thalweg
