#include "thalweg/model/parameter_vector.hpp"

#include <gtest/gtest.h>

#include "convex/random_problem.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

TEST(ParameterVector, ThereAndBack) {
  for (const OutputBias bias : {OutputBias::kNone, OutputBias::kPenalised, OutputBias::kFree}) {
    for (const SkipConnection skip : {SkipConnection::kNone, SkipConnection::kFree}) {
      Random random(5);
      const TrainingProblem problem(testing::random_matrix(random, 7, 3), Vector::Ones(7), 0.2,
                                    Loss::squared(), bias, skip);
      Vector parameters(4 * 4 + problem.affine_size());
      for (double& value : parameters) value = random.normal();
      const TwoLayerNetwork network = network_from(problem, 4, parameters);
      EXPECT_EQ(network.width(), 4);
      EXPECT_EQ(parameters_of(problem, network), parameters);
      EXPECT_THROW((void)network_from(problem, 5, parameters), InvalidArgument);
    }
  }
}

TEST(ParameterVector, GradientPredictsTheChangeOfTheObjective) {
  Random random(6);
  const TrainingProblem problem(testing::random_matrix(random, 9, 3), Vector::Ones(9), 0.2,
                                Loss::squared(), OutputBias::kPenalised, SkipConnection::kFree);
  Vector at(3 * 4 + problem.affine_size());
  Vector move(at.size());
  for (double& value : at) value = random.normal();
  for (double& value : move) value = random.normal();
  const auto objective = [&](double t) {
    return problem.objective(network_from(problem, 3, at + t * move));
  };
  const Vector slope = parameters_of(problem, problem.gradient(network_from(problem, 3, at)));
  const double step = 1e-6;
  EXPECT_NEAR((objective(step) - objective(-step)) / (2 * step), slope.dot(move), 1e-6);
}

}  // namespace
}  // namespace thalweg
