#include "support/groundtruth.hpp"

#include <gtest/gtest.h>

#include "support/fixtures.hpp"
#include "training/training_checks.hpp"

namespace thalweg {
namespace {

TrainingResult train_to(const TrainingProblem& problem, double gap, int threads = 1) {
  TrainingSettings settings;
  settings.relative_gap = gap;
  settings.threads = threads;
  settings.seed = 1;
  return train(problem, settings);
}

void expect_optimum(const TrainingProblem& problem, double optimum, double gap) {
  const TrainingResult result = train_to(problem, gap);
  testing::expect_valid(problem, result);
  EXPECT_EQ(result.status, TrainingStatus::kSolved);
  EXPECT_LE(result.relative_gap, gap);
  EXPECT_NEAR(result.objective, optimum, 1e-12 * optimum);
  EXPECT_LE(result.lower_bound, optimum * (1 + 1e-14));
  // The fit is rounded, and the dual is its residual: of the size of beta.
  testing::expect_stationary(problem, result, 1e-7 + 1e-12 / problem.beta());
}

TEST(TrainFixtures, ClosedFormOptima) {
  for (const testing::Fixture& fixture : testing::closed_form_fixtures()) {
    SCOPED_TRACE(fixture.name);
    expect_optimum(fixture.problem(), fixture.optimum, 1e-10);
  }
}

TEST(TrainGroundTruth, OptimumBoundAndGap) {
  for (const testing::GroundTruth& truth : testing::all_groundtruth()) {
    SCOPED_TRACE(truth.name);
    expect_optimum(truth.problem(), truth.optimum, 1e-8);
    expect_optimum(truth.problem(), truth.optimum, 1e-10);
  }
}

TEST(TrainGroundTruth, DualIsThatOfTheInstance) {
  // The dual of a differentiable loss is unique, so the stored one must be found.
  for (const testing::GroundTruth& truth : testing::all_groundtruth()) {
    SCOPED_TRACE(truth.name);
    const TrainingResult result = train_to(truth.problem(), 1e-10);
    const double scale = truth.nu.norm();
    EXPECT_LE((result.dual - truth.nu).norm(), 1e-4 * scale);
  }
}

TEST(TrainGroundTruth, StoredNetworksAreNeverBetterThanTheBound) {
  for (const testing::GroundTruth& truth : testing::all_groundtruth()) {
    SCOPED_TRACE(truth.name);
    const TrainingProblem problem = truth.problem();
    for (const testing::GroundTruthNetwork& stored : truth.networks) {
      TrainingSettings settings;
      settings.relative_gap = 1e-8;
      const TrainingResult result = train(problem, settings, stored.network);
      EXPECT_EQ(result.status, TrainingStatus::kSolved) << stored.name;
      EXPECT_NEAR(result.objective, truth.optimum, 1e-9 * truth.optimum) << stored.name;
      EXPECT_LE(result.lower_bound, stored.objective * (1 + 1e-13)) << stored.name;
    }
  }
}

TEST(TrainGroundTruth, ThreadsDoNotChangeTheAnswer) {
  for (const testing::GroundTruth& truth : testing::all_groundtruth()) {
    if (truth.X.rows() > 20) continue;
    SCOPED_TRACE(truth.name);
    const TrainingResult one = train_to(truth.problem(), 1e-8, 1);
    const TrainingResult two = train_to(truth.problem(), 1e-8, 2);
    EXPECT_EQ(one.objective, two.objective);
    EXPECT_EQ(one.network.W, two.network.W);
  }
}

}  // namespace
}  // namespace thalweg
