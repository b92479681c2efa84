#pragma once

#include "thalweg/core/error.hpp"
#include "thalweg/model/training_problem.hpp"

namespace thalweg {

/// A network made as small as its function allows, with the exact change of the objective.
struct SimplifyResult {
  TwoLayerNetwork network;
  Index width_before = 0;
  Index width_after = 0;
  double objective_before;  ///< rounded up
  double objective_after;   ///< rounded up
  /// Lower bound of L(before) - L(after), exact when `verified` (may be slightly negative by
  /// rounding of the weights).
  double decrease;
  bool verified = false;
};

/// Balances, merges and prunes a network to linearly independent activations (theory 2.5). The step
/// that would raise the objective beyond rounding is not taken. The change is recomputed in exact
/// arithmetic by the checker for losses with a rational conjugate. O(n m^2) a pruning step.
[[nodiscard]] Expected<SimplifyResult> simplify(const TrainingProblem& problem,
                                                const TwoLayerNetwork& network);

}  // namespace thalweg
