#pragma once

#include <gtest/gtest.h>

#include <cmath>

#include "thalweg/model/transform.hpp"
#include "thalweg/training/train.hpp"

namespace thalweg::testing {

/// What every result of train must satisfy, whatever its status.
inline void expect_valid(const TrainingProblem& problem, const TrainingResult& result) {
  EXPECT_NE(result.status, TrainingStatus::kUnsolved);
  problem.check(result.network);
  EXPECT_LE(balance_defect(result.network), 1e-14 * (1 + result.network.W.norm()));
  EXPECT_DOUBLE_EQ(problem.objective(result.network), result.objective);
  EXPECT_FALSE(std::isnan(result.lower_bound));
  EXPECT_LE(result.lower_bound, result.objective + 1e-12 * (1e-10 + std::abs(result.objective)));
  // The bound follows from the dual and its norm.
  ASSERT_EQ(result.dual.size(), problem.samples());
  EXPECT_TRUE(std::isfinite(problem.dual_objective(result.dual)));
  const double limit =
      result.dual_norm > 0 ? std::min(1.0, problem.beta() / result.dual_norm) : 1.0;
  const double scale = problem.best_dual_scale(result.dual, limit);
  EXPECT_DOUBLE_EQ(problem.dual_objective(Vector(scale * result.dual)), result.lower_bound);
}

/// Optimality of the masses and of the output bias: beta alpha_j = nu^T (X w_j)_+ and gamma b = 1^T
/// nu.
inline void expect_stationary(const TrainingProblem& problem, const TrainingResult& result,
                              double tolerance) {
  const TwoLayerNetwork& network = result.network;
  const Vector nu = problem.dual_point(problem.fit(network));
  const Matrix hidden = activations(problem.X(), network);
  for (Index j = 0; j < network.width(); ++j) {
    const double pull = nu.dot(hidden.col(j));
    const double alpha = network.alpha(j, 0);
    EXPECT_NEAR(pull / (problem.beta() * alpha), 1, tolerance) << "neuron " << j;
  }
  const double gamma = problem.output_bias() == OutputBias::kPenalised ? problem.beta() : 0.0;
  if (problem.output_bias() != OutputBias::kNone) {
    EXPECT_NEAR(gamma * network.output_bias[0], nu.sum(), tolerance * (nu.lpNorm<1>() + 1e-12));
  }
}

}  // namespace thalweg::testing
