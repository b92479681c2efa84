#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "certificate/row_problem.hpp"

namespace thalweg::certificate {

/// A dual point on a grid: nu_i = entries_i * 2^-exponent, exactly the doubles in `nu`.
struct GridDual {
  long exponent = 0;
  std::vector<std::int64_t> entries;  ///< (n), |entry| < 2^53
  Vector nu;                          ///< (n)
};

/// The factor with which nu (n) gives the best bound among the multiples whose dual norm, `norm` at
/// factor 1, is at most (1 - slack) beta.
[[nodiscard]] double dual_scale(const RowProblem& problem, const Vector& nu, double norm,
                                double slack);

/// Rounds nu (n) to a grid so fine that max |nu^T (Xu)_+| over the rows changes by at most about
/// slack * beta / 4 (coarser where 53 bits an entry do not suffice). The result lies exactly in the
/// domain of the loss's conjugate, and sums to exactly 0 when the output bias is free; empty when
/// that cannot be reached. O(n d).
[[nodiscard]] std::optional<GridDual> round_to_grid(const RowProblem& problem, const Vector& nu,
                                                    double slack);

}  // namespace thalweg::certificate
