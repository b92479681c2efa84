#pragma once

#include <cstdint>

#include "thalweg/core/run_control.hpp"
#include "thalweg/core/types.hpp"

namespace thalweg::oracle {

struct CapsOutcome {
  bool proved = false;  ///< g^T (X u)_+ <= target |u| for all u, rigorous
  Vector above;         ///< a direction (d) whose value seems above the target; else empty
  std::int64_t nodes = 0;
};

/// Tries to prove g^T (X u)_+ <= target |u| for all u by branch and bound over pieces of the unit
/// sphere cut out by caps and half-spaces, in a few attempts of at most `nodes` of them.
///
/// A piece is bounded by MomentProgram, a moment relaxation: it puts a distribution with mean m and
/// covariance V where the function is largest. Where V lies along m, or is small, the piece is
/// split by c^T u <= t or >= t around c = m / |m| or around the local maximiser next to it: what is
/// outside of the cap no longer has the maximiser, inside nearly all rows are linear. Else it is
/// halved by a hyperplane through m, across the direction in which the relaxation loses most. A
/// hyperplane of a single row, as in bound_by_signs, decides one row in hundreds; these decide
/// many.
///
/// X (k x d) of rank d, 2 <= d <= kMaxTreeCoordinates; g (k); target > 0. A node costs some 30
/// steps of O(k d^4 + d^6). Both children of a split cover it for any stored c, t, h, so nothing
/// but the bound of a leaf and its intervals needs care with rounding. Deterministic unless
/// stopped. Source: derived, theory section 10.
[[nodiscard]] CapsOutcome bound_by_caps(const Matrix& X, const Vector& g, double target,
                                        std::int64_t nodes, const RunControl& control);

}  // namespace thalweg::oracle
