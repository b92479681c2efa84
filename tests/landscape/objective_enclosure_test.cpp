#include "landscape/objective_enclosure.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "support/fixtures.hpp"
#include "thalweg/core/random.hpp"

namespace thalweg::landscape {
namespace {

using testing::make_fixture;

/// F3 at its spurious minimum: 2 beta - beta^2, up to the rounding of the stored weights.
TEST(ObjectiveEnclosure, HoldsTheObjectiveTightly) {
  const TrainingProblem problem =
      make_fixture("F3", {{0.6, 0.8}, {0.6, -0.8}}, {1, 1}, 0).problem();
  TwoLayerNetwork network = TwoLayerNetwork::empty(2);
  const double root = std::sqrt(0.9);
  network.W.resize(2, 2);
  network.W << 0.6 * root, 0.8 * root, 0.6 * root, -0.8 * root;
  network.alpha = Matrix::Constant(2, 1, root);
  const Enclosure value = enclose_objective(problem, network);
  EXPECT_NEAR(value.lower, 0.19, 1e-14);
  EXPECT_NEAR(value.upper, 0.19, 1e-14);
  EXPECT_LT(value.lower, value.upper);
}

/// Every loss, against the problem's own evaluation; Huber and hinge also at their jumps.
TEST(ObjectiveEnclosure, AgreesWithTheProblem) {
  Random random(13);
  for (const Loss& loss : {Loss::squared(LossScale::kMean), Loss::huber(0.5), Loss::squared_hinge(),
                           Loss::logistic(LossScale::kMean)}) {
    for (int k = 0; k < 50; ++k) {
      const Matrix X = Matrix::NullaryExpr(6, 2, [&] { return random.normal(); });
      const Vector y = Vector::NullaryExpr(6, [&] { return random.uniform() < 0.5 ? -1.0 : 1.0; });
      const TrainingProblem problem(X, y, 0.1, loss, OutputBias::kPenalised, SkipConnection::kFree);
      TwoLayerNetwork network = TwoLayerNetwork::empty(2);
      network.W = Matrix::NullaryExpr(3, 2, [&] { return random.normal(); });
      network.alpha = Matrix::NullaryExpr(3, 1, [&] { return random.normal(); });
      network.output_bias[0] = random.normal();
      network.skip = Matrix::NullaryExpr(2, 1, [&] { return random.normal(); });
      const double objective = problem.objective(network);
      const Enclosure value = enclose_objective(problem, network);
      EXPECT_NEAR(value.lower, objective, 1e-12 * (1 + objective));
      EXPECT_NEAR(value.upper, objective, 1e-12 * (1 + objective));
    }
  }
  // fit 0.5 = y - delta: exactly at the jump.
  const TrainingProblem jump(Matrix::Ones(1, 1), Vector::Ones(1), 1, Loss::huber(0.5));
  TwoLayerNetwork network = TwoLayerNetwork::empty(1);
  network.W = Matrix::Constant(1, 1, 0.5);
  network.alpha = Matrix::Ones(1, 1);
  const Enclosure value = enclose_objective(jump, network);
  EXPECT_LE(value.lower, 0.75);
  EXPECT_GE(value.upper, 0.75);
  EXPECT_LE(value.upper - value.lower, 1e-14);
}

}  // namespace
}  // namespace thalweg::landscape
