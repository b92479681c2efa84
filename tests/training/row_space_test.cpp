#include "training/row_space.hpp"

#include <gtest/gtest.h>

#include "convex/random_problem.hpp"

namespace thalweg::detail {
namespace {

TEST(RowSpace, KeepsActivationsAndNormsOfRowSpaceWeights) {
  const TrainingProblem problem = testing::random_problem(1, 4, 10, 0.1);
  const RowSpace space(problem);
  EXPECT_EQ(space.problem().dimension(), 4);
  Random random(2);
  const Vector w = problem.X().transpose() * testing::random_vector(random, 4);
  const Vector v = space.restrict_to(w);
  EXPECT_NEAR(v.norm(), w.norm(), 1e-13 * w.norm());
  EXPECT_LE((space.problem().X() * v - problem.X() * w).norm(), 1e-12 * w.norm());
  const std::vector<Neuron> lifted = space.lift({{v, Sign::kPlus, {}, -1}});
  EXPECT_LE((lifted[0].w - w).norm(), 1e-13 * w.norm());
}

TEST(RowSpace, LeavesProblemsWithEnoughSamplesAlone) {
  const TrainingProblem problem = testing::random_problem(1, 10, 4, 0.1);
  const RowSpace space(problem);
  EXPECT_EQ(&space.problem(), &problem);
  const Vector w = Vector::Ones(4);
  EXPECT_EQ(space.restrict_to(w), w);
}

}  // namespace
}  // namespace thalweg::detail
