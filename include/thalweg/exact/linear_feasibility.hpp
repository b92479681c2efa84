#pragma once

#include <optional>
#include <vector>

#include "thalweg/core/types.hpp"

namespace thalweg {

/// What an exact linear program says about an open polyhedron {z : A z > b}. Exactly one of
/// `feasible` and "`support` is not empty" holds.
struct StrictFeasibility {
  bool feasible = false;
  /// Strictly inside, exactly for these doubles, and well inside: near the point whose smallest
  /// slack is largest. Absent when the set is empty, and when it is so thin that no point of
  /// doubles was found.
  std::optional<Vector> point;
  /// When the set is empty: ascending rows with positive multipliers whose combination of the rows
  /// of A is 0 and of b is >= 0. At most as many as A's rank plus one.
  std::vector<Index> support;
};

/// Decides exactly whether {z : A z > b} (strict in every row) is empty, for A (k x r) and b (k),
/// or b empty for 0, as stored and finite.
///
/// *Lemma* (Gordan, Motzkin). The set is empty iff multipliers l >= 0, l != 0, have l^T A = 0 and
/// l^T b >= 0. *Proof that they exclude it.* For a z in the set, 0 = l^T A z > l^T b >= 0. QED
/// Both sides come from max {t : A z - t s >= b, t <= 1}, s the rows' powers of two (with |z|_inf
/// <= 1 instead of t <= 1 when b = 0, which loses nothing in a cone), whose dual has r + 1
/// equations and is solved by CGAL's exact simplex method with Bland's rule. The multipliers, and
/// the point, are verified in rational arithmetic here. Errors: InvalidArgument (shape of b,
/// entries that are not finite). About 0.5 ms for 20 x 5 and 15 ms for 200 x 10.
[[nodiscard]] StrictFeasibility strict_feasibility(const Matrix& A, const Vector& b = {});

/// Whether A z > b holds in every row, exactly; b (k), or empty for 0. O(k r) rational operations.
[[nodiscard]] bool strictly_inside(const Matrix& A, const Vector& z, const Vector& b = {});

/// Whether one relation, unique up to scaling, combines the rows of A (k x r) to zero, and with
/// positive factors only. Then no z has A z > 0, but some z has it in every row but one, and the
/// rows are a positive circuit. O(k^2 r) rational operations.
[[nodiscard]] bool positive_circuit(const Matrix& A);

}  // namespace thalweg
