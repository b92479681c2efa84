#include <gtest/gtest.h>

#include "convex/random_problem.hpp"
#include "thalweg/training/beta_max.hpp"
#include "training/training_checks.hpp"

namespace thalweg {
namespace {

struct Case {
  Loss loss;
  OutputBias bias;
};

std::vector<Case> cases() {
  std::vector<Case> result;
  for (const Loss& loss : testing::all_losses()) {
    for (const OutputBias bias : {OutputBias::kNone, OutputBias::kPenalised, OutputBias::kFree}) {
      result.push_back({loss, bias});
    }
  }
  return result;
}

/// Objectives of many random networks of the problem's shape.
double best_random(const TrainingProblem& problem, const TwoLayerNetwork& around, Random& random) {
  double best = problem.objective(TwoLayerNetwork::empty(problem.dimension()));
  for (int trial = 0; trial < 200; ++trial) {
    TwoLayerNetwork network = around;
    const double size = std::pow(10.0, -1 - 5 * random.uniform());
    for (Index j = 0; j < network.width(); ++j) {
      network.W.row(j) += size * random.direction(problem.dimension()).transpose();
      network.alpha(j, 0) += size * random.normal();
    }
    if (problem.output_bias() != OutputBias::kNone)
      network.output_bias[0] += size * random.normal();
    best = std::min(best, problem.objective(network));
  }
  return best;
}

TEST(TrainLosses, GapClosesAndNothingNearbyIsBetter) {
  for (const Case& item : cases()) {
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      SCOPED_TRACE(item.loss.name() + " seed " + std::to_string(seed) + " bias " +
                   std::to_string(static_cast<int>(item.bias)));
      const double beta = item.loss.scale() == LossScale::kMean ? 0.01 : 0.2;
      const TrainingProblem problem =
          testing::random_problem(seed, 25, 3, beta, item.loss, item.bias);
      TrainingSettings settings;
      settings.relative_gap = 1e-8;
      const TrainingResult result = train(problem, settings);
      testing::expect_valid(problem, result);
      EXPECT_EQ(result.status, TrainingStatus::kSolved);
      testing::expect_stationary(problem, result, 1e-6);
      Random random(seed + 7);
      const double best = best_random(problem, result.network, random);
      EXPECT_GE(best, result.lower_bound);
      EXPECT_GE(best, result.objective * (1 - 1e-10));
    }
  }
}

TEST(TrainLosses, ZeroNetworkExactlyFromBetaMaxOn) {
  for (const Case& item : cases()) {
    SCOPED_TRACE(item.loss.name());
    const TrainingProblem problem = testing::random_problem(5, 20, 3, 1, item.loss, item.bias);
    // A penalised bias depends on beta: take beta_max there as its fixed point.
    double beta = 1;
    for (int step = 0; step < 60; ++step) {
      const TrainingProblem at(problem.X(), problem.y(), beta, item.loss, item.bias);
      beta = beta_max(at, {}).upper;
    }
    TrainingSettings settings;
    settings.relative_gap = 1e-9;
    const TrainingProblem above(problem.X(), problem.y(), 1.01 * beta, item.loss, item.bias);
    const TrainingResult zero = train(above, settings);
    EXPECT_EQ(zero.status, TrainingStatus::kSolved);
    EXPECT_EQ(zero.network.width(), 0);
    testing::expect_valid(above, zero);
    const TrainingProblem below(problem.X(), problem.y(), 0.9 * beta, item.loss, item.bias);
    const TrainingResult some = train(below, settings);
    EXPECT_EQ(some.status, TrainingStatus::kSolved);
    EXPECT_GT(some.network.width(), 0);
  }
}

}  // namespace
}  // namespace thalweg
