#include "thalweg/convex/dual_polish.hpp"

#include <gtest/gtest.h>

#include "convex/random_problem.hpp"
#include "support/fixtures.hpp"

namespace thalweg {
namespace {

TEST(DualPolish, DualIsAccurateRelativeToATinyBeta) {
  // F3 in closed form: one neuron along (1, 0), fit 1 - 5 beta / 6, so nu = 5 beta / 6.
  const double beta = 1e-9;
  Matrix X(2, 2);
  X << 0.6, 0.8, 0.6, -0.8;
  const TrainingProblem problem(X, Vector::Ones(2), beta, Loss::squared());
  Vector w(2);
  w << 1.2, 0.01;
  const KinkNewtonResult solved = kink_newton(problem, {{w, Sign::kPlus, {}, -1}}, 0, {});
  const PolishedPoint point = polish_dual(problem, solved.neurons, solved.bias);
  // The stored 0.6 is not 3/5: the exact value is beta / (2 * 0.6) of the stored double.
  const double exact = beta / (X(0, 0) + X(1, 0));
  EXPECT_NEAR(point.dual[0] / exact, 1, 4e-16);
  EXPECT_NEAR(point.dual[1] / exact, 1, 4e-16);
  EXPECT_LE(point.stationarity, 1e-17);
}

TEST(DualPolish, RefinesEveryRationalLossAndBias) {
  for (const Loss& loss : {Loss::squared(), Loss::huber(0.5), Loss::squared_hinge()}) {
    for (const OutputBias bias : {OutputBias::kNone, OutputBias::kPenalised, OutputBias::kFree}) {
      const TrainingProblem problem = testing::random_problem(4, 30, 3, 0.5, loss, bias);
      Random random(40);
      std::vector<Neuron> start;
      for (int j = 0; j < 3; ++j) {
        start.push_back({0.3 * random.direction(3), j == 1 ? Sign::kMinus : Sign::kPlus, {}, -1});
      }
      const KinkNewtonResult solved = kink_newton(problem, start, 0, {});
      ASSERT_FALSE(solved.neurons.empty());
      const PolishedPoint point = polish_dual(problem, solved.neurons, solved.bias);
      EXPECT_LE(point.stationarity, 1e-15) << loss.name();
      EXPECT_LE((point.dual - solved.dual).norm(), 1e-9 * solved.dual.norm());
      const double before = problem.objective(to_network(solved.neurons, 3, solved.bias));
      const double after = problem.objective(to_network(point.neurons, 3, point.bias));
      EXPECT_LE(after, before * (1 + 1e-12));
    }
  }
}

TEST(DualPolish, LeavesAPointFarFromStationaryAlone) {
  const TrainingProblem problem = testing::random_problem(4, 30, 3, 0.5);
  const Vector w = Vector::Ones(3);
  const PolishedPoint point = polish_dual(problem, {{w, Sign::kPlus, {}, -1}}, 0);
  EXPECT_GT(point.stationarity, 1e-2);
  EXPECT_EQ(point.neurons[0].w, w);
}

}  // namespace
}  // namespace thalweg
