#include "thalweg/training/beta_max.hpp"

#include <gtest/gtest.h>

#include "support/fixtures.hpp"
#include "support/groundtruth.hpp"

namespace thalweg {
namespace {

TEST(BetaMax, GroundTruth) {
  for (const testing::GroundTruth& truth : testing::all_groundtruth()) {
    const BetaMax bounds = beta_max(truth.problem(), {});
    EXPECT_LE(bounds.lower, truth.beta_max * (1 + 1e-13)) << truth.name;
    EXPECT_GE(bounds.upper, truth.beta_max * (1 - 1e-13)) << truth.name;
    EXPECT_LE(bounds.upper - bounds.lower, 1.1e-6 * bounds.upper) << truth.name;
  }
}

TEST(BetaMax, Fixtures) {
  // Theory section 10, F0: F1 2, F2 1, F3 1.2.
  for (const testing::Fixture& fixture : testing::closed_form_fixtures()) {
    const double expected = fixture.name == "F1"   ? 2
                            : fixture.name == "F2" ? 1
                            : fixture.name == "F3" ? 1.2
                                                   : 0;
    if (expected == 0) continue;
    const BetaMax bounds = beta_max(fixture.problem(), {});
    EXPECT_NEAR(bounds.lower, expected, 2e-6) << fixture.name;
    EXPECT_NEAR(bounds.upper, expected, 2e-6) << fixture.name;
  }
}

TEST(BetaMax, OutputBiasTakesTheMeanAway) {
  // Constant targets need no neuron when the bias is free: nu_0 is zero up to rounding.
  Matrix X(3, 2);
  X << 1, 2, -1, 1, 0.5, -2;
  const TrainingProblem free(X, Vector::Constant(3, 2.0), 0.1, Loss::squared(), OutputBias::kFree);
  EXPECT_LE(beta_max(free, {}).upper, 1e-14);
  const TrainingProblem none(X, Vector::Constant(3, 2.0), 0.1, Loss::squared());
  EXPECT_GT(beta_max(none, {}).lower, 1);
}

}  // namespace
}  // namespace thalweg
