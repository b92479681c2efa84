#pragma once

#include "thalweg/core/error.hpp"
#include "thalweg/landscape/certify.hpp"
#include "thalweg/model/training_problem.hpp"

namespace thalweg {

/// L(network) and L(network) - L(improved) as the independent checker computes them; fails when a
/// file cannot be written or the checker disagrees (an internal error). Only for losses with a
/// rational conjugate. O(n d m) big-integer operations.
struct ExactComparison {
  double objective_before;  ///< rounded up
  double objective_after;   ///< rounded up
  double decrease;          ///< rounded down
};
[[nodiscard]] Expected<ExactComparison> compare_exactly(const TrainingProblem& problem,
                                                        const TwoLayerNetwork& network,
                                                        const TwoLayerNetwork& improved);

/// The same comparison, exact when the loss allows it, otherwise in floating point with a rounding
/// allowance.
struct Comparison : ExactComparison {
  bool verified = false;
};
[[nodiscard]] Expected<Comparison> compare(const TrainingProblem& problem,
                                           const TwoLayerNetwork& network,
                                           const TwoLayerNetwork& improved);

}  // namespace thalweg
