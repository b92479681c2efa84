#pragma once

#include <optional>

#include "landscape/rational_optimum.hpp"
#include "thalweg/oracle/dual_oracle.hpp"
#include "thalweg/training/train.hpp"

namespace thalweg::testing {

/// Training and enclosure, as optimal_set chains them.
inline landscape::Optimum near_optimum(const TrainingProblem& problem, const DualOracle& oracle) {
  TrainingSettings training;
  training.relative_gap = 1e-10;
  const TrainingResult trained = train(problem, training);
  return landscape::enclose_optimum(problem, oracle, to_neurons(trained.network),
                                    problem.affine_part(trained.network), {});
}

/// The rational proof on top.
inline std::optional<landscape::RationalOptimum> solve_rational(const TrainingProblem& problem) {
  const DualOracle oracle(problem.X());
  return landscape::rational_optimum(problem, oracle, near_optimum(problem, oracle), {}, {});
}

}  // namespace thalweg::testing
