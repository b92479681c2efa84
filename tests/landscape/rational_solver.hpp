#pragma once

#include <optional>

#include "landscape/rational_optimum.hpp"
#include "thalweg/oracle/dual_oracle.hpp"
#include "thalweg/training/train.hpp"

namespace thalweg::testing {

/// Training, enclosure and the rational proof, as optimal_set chains them.
inline std::optional<landscape::RationalOptimum> solve_rational(const TrainingProblem& problem) {
  const DualOracle oracle(problem.X());
  TrainingSettings training;
  training.relative_gap = 1e-10;
  const TrainingResult trained = train(problem, training);
  const landscape::Optimum near = landscape::enclose_optimum(
      problem, oracle, to_neurons(trained.network), problem.affine_part(trained.network), {});
  return landscape::rational_optimum(problem, oracle, near, {}, {});
}

}  // namespace thalweg::testing
