#pragma once

#include <vector>

#include "thalweg/core/types.hpp"

namespace thalweg {

/// A set of linearly independent rows that spans the rows of a matrix.
struct RowBasis {
  std::vector<Index> rows;  ///< ascending
  /// Whether the span is proved; false only when the rank is below both n and d and above
  /// kMaxProvedDeficientRank.
  bool proved = true;

  [[nodiscard]] Index rank() const { return static_cast<Index>(rows.size()); }
};

/// Up to this rank a deficiency is proved by an exact kernel; above it, by elimination modulo 2^61
/// - 1 only.
inline constexpr Index kMaxProvedDeficientRank = 32;

/// An exact row basis of X (n x d), finite, as stored; rows of `preferred` are taken first, in that
/// order, when independent.
///
/// Independence is decided modulo the prime 2^61 - 1 (a nonzero minor modulo p is nonzero, so
/// independence there is independence). That the rows span is trivial when there are min(n, d) of
/// them; else every row is multiplied with an exact rational kernel of the basis, and a row that
/// does not vanish joins the basis. O(n d r) modular operations, plus O(n d r) on big integers when
/// deficient.
[[nodiscard]] RowBasis row_basis(const Matrix& X, const std::vector<Index>& preferred = {});

}  // namespace thalweg
