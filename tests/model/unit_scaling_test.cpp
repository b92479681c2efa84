#include "thalweg/model/unit_scaling.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace thalweg {
namespace {

Matrix inputs() {
  Matrix X(3, 2);
  X << 1, -0.5, 0.25, 1, 0.75, 1;
  return X;
}

TwoLayerNetwork network() {
  TwoLayerNetwork result = TwoLayerNetwork::empty(2);
  result.W.resize(2, 2);
  result.W << 1, 0.5, -0.25, 1.5;
  result.alpha.resize(2, 1);
  result.alpha << 0.75, -1.25;
  return result;
}

TEST(UnitScaling, ObjectivesDifferByThePowerOfTwoOnly) {
  const Vector y{{1.0, -0.75, 0.5}};
  for (const auto& [x, t] : {std::pair{300, 0}, {-300, 0}, {0, 80}, {-99, 61}, {1, -45}}) {
    SCOPED_TRACE(std::to_string(x) + " " + std::to_string(t));
    const double outputs = std::ldexp(1.0, t);
    for (const Loss& loss : {Loss::squared(), Loss::huber(0.25 * outputs)}) {
      const TrainingProblem problem(std::ldexp(1.0, x) * inputs(), outputs * y,
                                    std::ldexp(0.5, x + t), loss, OutputBias::kFree);
      const UnitScaling units(problem);
      ASSERT_TRUE(units.needed());
      EXPECT_TRUE(units.exact());
      const TrainingProblem scaled = units.scaled();
      EXPECT_LE(scaled.X().cwiseAbs().maxCoeff(), 1);
      EXPECT_GE(scaled.X().cwiseAbs().maxCoeff(), 0.5);
      const TwoLayerNetwork there = network();
      const TwoLayerNetwork here = units.restored(there);
      EXPECT_EQ(problem.objective(here), std::ldexp(scaled.objective(there), units.objective()));
      EXPECT_EQ(problem.fit(here), std::ldexp(1.0, units.outputs()) * scaled.fit(there));
      EXPECT_EQ(units.scaled(here).W, there.W);
      EXPECT_EQ(units.scaled(here).alpha, there.alpha);
    }
  }
}

TEST(UnitScaling, OrdinaryUnitsAndFixedOnesStay) {
  const Vector y{{1.0, -1.0, 0.5}};
  EXPECT_FALSE(UnitScaling({1e6 * inputs(), y, 0.5, Loss::squared()}).needed());
  EXPECT_FALSE(
      UnitScaling({1e90 * inputs(), y, 0.5, Loss::squared(), OutputBias::kPenalised}).needed());
  const TrainingProblem labels(1e90 * inputs(), Vector{{1.0, -1.0, 1.0}}, 0.5, Loss::logistic());
  EXPECT_TRUE(UnitScaling(labels).needed());
  EXPECT_EQ(UnitScaling(labels).outputs(), 0);
}

TEST(UnitScaling, SaysWhenDigitsAreLost) {
  Matrix X = 1e200 * inputs();
  const Vector y{{1.0, -1.0, 0.5}};
  const TrainingProblem whole(X, y, 1e200, Loss::squared());
  EXPECT_TRUE(UnitScaling(whole).exact());
  X(0, 0) = 1e-200;
  const TrainingProblem cut(X, y, 1e200, Loss::squared());
  EXPECT_FALSE(UnitScaling(cut).exact());
}

}  // namespace
}  // namespace thalweg
