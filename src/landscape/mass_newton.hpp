#pragma once

#include "thalweg/model/training_problem.hpp"

namespace thalweg::landscape {

/// A direction in the lengths |w| |alpha| of neurons and the affine coefficients.
struct MassDirection {
  Vector change;
  bool flat = false;  ///< a null vector of the Hessian along which L falls, or does not rise
};

/// Newton's direction for L over the masses of some neurons and the affine part, where L has the
/// `gradient` (masses + affine_size()) and its loss the `curvature` (n); or a null vector when the
/// Hessian is singular to rounding. columns (n x (masses + affine_size())): activations of the
/// neurons at length 1 with their signs, then those of the affine coefficients. O(n k^2).
[[nodiscard]] MassDirection mass_direction(const TrainingProblem& problem, const Matrix& columns,
                                           const Vector& gradient, const Vector& curvature);

/// The length at which L is least on the ray from `fit` and affine coefficients c, at most
/// `furthest`; along it lengths change by change.head(masses). Infinity when L falls for ever.
[[nodiscard]] double best_length(const TrainingProblem& problem, const Vector& fit, const Vector& c,
                                 const Matrix& columns, const MassDirection& direction,
                                 double furthest);

}  // namespace thalweg::landscape
