#pragma once

#include <vector>

#include "thalweg/convex/neuron.hpp"
#include "thalweg/convex/solver_types.hpp"

namespace thalweg {

/// What a neuron may do at a wall x_i^T w = 0.
enum class Crossing {
  kFree,   ///< cross it, or stay on it while that is best: all patterns take part
  kFixed,  ///< stay in its closed cell: the cone-constrained program over given patterns
};

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
/// constraint; a kink leaves when its multiplier does not lie in [0, 1] (kFree) or is negative
/// (kFixed). The objective never increases. With kFree the limit is stationary among all one-sided
/// directions of the given neurons (not global: that needs the oracle); with kFixed it is optimal
/// over the given blocks.
///
/// `start` are nonzero neurons with, for kFixed, `cell` set; `gates` (p x n) holds 1 where a
/// pattern is active and 0 elsewhere (kFixed only, must outlive the call). O(n K^2 + K^3) a step
/// with K the number of free coordinates; beyond 1200 coordinates conjugate gradients, O(n K) an
/// iteration. Source: algorithms/certifier.md, section 2.
[[nodiscard]] KinkNewtonResult kink_newton(const TrainingProblem& problem,
                                           const std::vector<Neuron>& start,
                                           const AffinePart& affine, Crossing crossing,
                                           const SolverSettings& settings,
                                           const Matrix* gates = nullptr);

}  // namespace thalweg
