#include "thalweg/landscape/simplify.hpp"

#include <gtest/gtest.h>

#include "support/groundtruth.hpp"

namespace thalweg {
namespace {

TEST(Simplify, SplitNetworksReturnToIndependentNeuronsAtTheSameObjective) {
  for (const testing::GroundTruth& truth : testing::all_groundtruth()) {
    Index solver_width = 0;
    for (const auto& stored : truth.networks) {
      if (stored.name == "global_solver") solver_width = stored.network.width();
      if (stored.name != "global_split_permuted") continue;
      SCOPED_TRACE(truth.name);
      const auto result = simplify(truth.problem(), stored.network);
      ASSERT_TRUE(result.has_value()) << result.error().message;
      EXPECT_TRUE(result->verified);
      EXPECT_LE(result->width_after, solver_width);
      EXPECT_NEAR(result->objective_after, truth.optimum, 1e-11 * truth.optimum);
      EXPECT_GE(result->decrease, -1e-13 * truth.optimum);
    }
  }
}

TEST(Simplify, NeverRaisesTheObjectiveAndKeepsTheFit) {
  for (const testing::GroundTruth& truth : testing::all_groundtruth()) {
    const TrainingProblem problem = truth.problem();
    for (const auto& stored : truth.networks) {
      SCOPED_TRACE(truth.name + " " + stored.name);
      const auto result = simplify(problem, stored.network);
      ASSERT_TRUE(result.has_value()) << result.error().message;
      EXPECT_LE(result->width_after, std::min(result->width_before, truth.X.rows()));
      EXPECT_GE(result->decrease, -1e-12 * stored.objective);
      EXPECT_LE((problem.fit(result->network) - problem.fit(stored.network)).norm(),
                1e-9 * (1 + problem.fit(stored.network).norm()));
    }
  }
}

}  // namespace
}  // namespace thalweg
