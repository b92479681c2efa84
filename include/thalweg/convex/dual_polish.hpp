#pragma once

#include <vector>

#include "thalweg/convex/kink_newton.hpp"

namespace thalweg {

/// A point whose dual is accurate relative to itself, not only relative to the targets.
struct PolishedPoint {
  std::vector<Neuron> neurons;
  double bias = 0;
  Vector skip;              ///< v (d), empty when the problem has no skip connection
  Vector dual;              ///< nu (n), rounded once from double-double
  double stationarity = 0;  ///< reduced stationarity of the unrounded point, relative to beta
  /// The unrounded point: columns of doubles that add up to it, the first the rounded one. (d x k)
  /// a neuron, and (affine_size x k) as TrainingProblem::stack orders bias and skip connection.
  std::vector<Matrix> weight_words;
  Matrix affine_words;

  [[nodiscard]] AffinePart affine() const { return {bias, skip}; }
};

/// The arithmetic of residuals and iterates.
enum class PolishPrecision {
  kDoubleDouble,  ///< about 106 bits
  kWide,          ///< 320 bits, some ten times slower
};

/// Refines a solved point with its linear pieces, kinks and loss regimes held fixed: Newton
/// corrections from the double factorisation, residuals and iterates in extended precision.
///
/// At small beta the dual nu = y - fit is smaller than the fit by the factor beta, so a double fit
/// leaves nu only 1e-16 |y| / beta relative accuracy; here nu is accurate to rounding relative to
/// beta where the reduced system is not singular to working precision. Never worse than the given
/// point: without progress the point is returned as it is. The logistic loss is returned unchanged.
/// O(n m d) in double-double an iteration; ends at a stationarity of `enough`, where the rounding
/// of 106 bits (about 1e-30 |y| / beta) allows it.
[[nodiscard]] PolishedPoint polish_dual(const TrainingProblem& problem,
                                        const std::vector<Neuron>& neurons,
                                        const AffinePart& affine, double enough = 1e-18,
                                        PolishPrecision precision = PolishPrecision::kDoubleDouble);

}  // namespace thalweg
