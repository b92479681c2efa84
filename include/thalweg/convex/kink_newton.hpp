#pragma once

#include <vector>

#include "thalweg/convex/neuron.hpp"
#include "thalweg/convex/solver_types.hpp"

namespace thalweg {

/// A stationary point of the program over the given neurons.
struct KinkNewtonResult {
  SolverInfo info;              ///< stationarity is that of the returned point
  std::vector<Neuron> neurons;  ///< nonzero; fewer than given where neurons vanished or merged
  double bias = 0;              ///< output bias, 0 when the problem has none
  Vector skip;                  ///< v (d) of the skip connection, empty when the problem has none
  Vector dual;                  ///< nu = -grad l(fit), (n)

  [[nodiscard]] AffinePart affine() const { return {bias, skip}; }
};

/// Active-set Newton method over neurons (w_j, s_j) and the affine part (b, v) for
///   l(sum_j s_j (X w_j)_+ + b + X v, y) + beta sum_j |w_j| + gamma/2 b^2.
///
/// Kinks {x_i^T w_j = 0} are equality constraints (a null-space basis a neuron); the line search is
/// exact through all breakpoints and stops *at* a kink where that is best, which then becomes a
/// constraint; a kink leaves when its multiplier does not lie in [0, 1]. The objective never
/// increases. The limit is stationary among all one-sided directions of the given neurons (not
/// global: that needs the oracle).
///
/// `start` are nonzero neurons. O(n K^2 + K^3) a step with K the number of free coordinates; beyond
/// 1200 coordinates conjugate gradients, O(n K) an iteration. Source: derived, theory section 3 for
/// the one-sided subgradients.
[[nodiscard]] KinkNewtonResult kink_newton(const TrainingProblem& problem,
                                           const std::vector<Neuron>& start,
                                           const AffinePart& affine,
                                           const SolverSettings& settings);

}  // namespace thalweg
