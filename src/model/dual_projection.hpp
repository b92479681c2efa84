#pragma once

#include "thalweg/core/loss.hpp"

namespace thalweg::detail {

/// The point nearest to nu of the loss's dual domain with Q^T x = 0; Q (n x r) orthonormal columns,
/// nu (n). When the iteration does not end, x violates the equalities.
///
/// x = P(nu - Q t), P the projection on the domain (a box), where t minimises the convex function
/// with gradient -Q^T P(nu - Q t): a semismooth Newton method with line search. O(n r^2) a step.
[[nodiscard]] Vector project_on_complement(const Loss& loss, const Vector& targets, const Matrix& Q,
                                           const Vector& nu);

}  // namespace thalweg::detail
