#include "thalweg/landscape/path_baselines.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "convex/random_problem.hpp"
#include "thalweg/core/error.hpp"
#include "thalweg/landscape/invariances.hpp"
#include "thalweg/model/parameter_vector.hpp"

namespace thalweg {
namespace {

TwoLayerNetwork one_input(std::initializer_list<double> W, std::initializer_list<double> alpha) {
  TwoLayerNetwork network = TwoLayerNetwork::empty(1);
  const auto m = static_cast<Index>(W.size());
  network.W = Eigen::Map<const Vector>(W.begin(), m);
  network.alpha = Eigen::Map<const Vector>(alpha.begin(), m);
  return network;
}

/// x = 1, y = 1: neuron w > 0, alpha > 0 with w alpha = 1 - beta is optimal, in either slot.
class SlotChange : public ::testing::Test {
 protected:
  SlotChange()
      : problem_(Matrix::Ones(1, 1), Vector::Ones(1), 0.1, Loss::squared()),
        from_(one_input({std::sqrt(0.9), 0}, {std::sqrt(0.9), 0})),
        to_(one_input({0, std::sqrt(0.9)}, {0, std::sqrt(0.9)})) {}
  TrainingProblem problem_;
  TwoLayerNetwork from_;
  TwoLayerNetwork to_;
};

TEST_F(SlotChange, BarrierOfTheStraightLine) {
  const PathBaselines result = path_baselines(problem_, from_, to_);
  // With c = (1-t)^2 + t^2 both fit and penalty are 0.9 c and 0.09 c; c is 1/2 in the middle.
  const double end = 0.005 + 0.09;
  const double middle = 0.5 * 0.55 * 0.55 + 0.045;
  EXPECT_NEAR(result.line.objectives.front(), end, 1e-15);
  EXPECT_NEAR(result.line.maximum, middle, 1e-12);
  EXPECT_NEAR(result.line.maximum_at, 0.5, 1e-6);
  EXPECT_NEAR(result.line.barrier, middle - end, 1e-12);
  ASSERT_TRUE(result.aligned);
  EXPECT_EQ(result.order, (std::vector<Index>{1, 0}));
  EXPECT_LE(result.aligned->barrier, 1e-15);
}

TEST_F(SlotChange, BezierGoesRound) {
  const PathBaselines result = path_baselines(problem_, from_, to_);
  // A control point of sqrt(0.9) (k, k; k, k) has c = (s^2 + 2stk)^2 + (t^2 + 2stk)^2, s = 1 - t:
  // within 3 % of 1 for k = 0.914, and the objective is flat at c = 1.
  EXPECT_LE(result.bezier.barrier, 0.01);
  EXPECT_GE(result.bezier.barrier, 0);
  EXPECT_LE(result.bezier.maximum, result.line.maximum);
  const TwoLayerNetwork control = result.control;
  const Vector middle = 0.25 * parameters_of(problem_, from_) +
                        0.5 * parameters_of(problem_, control) +
                        0.25 * parameters_of(problem_, to_);
  const auto at = std::find(result.bezier.t.begin(), result.bezier.t.end(), 0.5);
  ASSERT_NE(at, result.bezier.t.end());
  EXPECT_EQ(result.bezier.objectives[static_cast<std::size_t>(at - result.bezier.t.begin())],
            problem_.objective(network_from(problem_, 2, middle)));
}

TEST_F(SlotChange, WithoutStepsTheCurveIsTheLine) {
  PathBaselinesSettings settings;
  settings.steps = 0;
  const PathBaselines result = path_baselines(problem_, from_, to_, settings);
  EXPECT_FALSE(result.stopped);
  EXPECT_NEAR(result.bezier.maximum, result.line.maximum, 1e-14);
}

TEST_F(SlotChange, StopsAndRefuses) {
  PathBaselinesSettings settings;
  settings.control.cancellation.cancel();
  const PathBaselines result = path_baselines(problem_, from_, to_, settings);
  EXPECT_TRUE(result.stopped);
  EXPECT_EQ(result.line.t.size(), result.line.objectives.size());
  EXPECT_THROW((void)path_baselines(problem_, from_, one_input({1}, {1})), InvalidArgument);
  settings = {};
  settings.samples = 1;
  EXPECT_THROW((void)path_baselines(problem_, from_, to_, settings), InvalidArgument);
}

TEST(PathBaselines, HoldsOnRandomNetworks) {
  for (const Loss& loss : testing::all_losses()) {
    SCOPED_TRACE(loss.name());
    Random random(31);
    const Matrix X = testing::random_matrix(random, 15, 3);
    const TrainingProblem problem(X, testing::random_targets(random, 15, loss), 0.1, loss,
                                  OutputBias::kPenalised, SkipConnection::kFree);
    const Index size = 6 * 4 + problem.affine_size();
    const TwoLayerNetwork from = network_from(problem, 6, testing::random_matrix(random, size, 1));
    const TwoLayerNetwork to = network_from(problem, 6, testing::random_matrix(random, size, 1));
    PathBaselinesSettings settings;
    settings.seed = 4;
    settings.steps = 200;
    const PathBaselines result = path_baselines(problem, from, to, settings);
    for (const BaselineCurve& curve : {result.line, *result.aligned, result.bezier}) {
      EXPECT_EQ(curve.objectives.front(), problem.objective(from));
      EXPECT_NEAR(curve.objectives.back(), problem.objective(to), 1e-12 * curve.maximum);
      EXPECT_TRUE(std::is_sorted(curve.t.begin(), curve.t.end()));
      EXPECT_EQ(curve.maximum, *std::max_element(curve.objectives.begin(), curve.objectives.end()));
      EXPECT_EQ(curve.barrier,
                curve.maximum - std::max(curve.objectives.front(), curve.objectives.back()));
    }
    // The lines are what they say, at a point between samples.
    const Vector third = 2.0 / 3 * parameters_of(problem, from) +
                         1.0 / 3 * parameters_of(problem, permuted(to, result.order));
    EXPECT_LE(problem.objective(network_from(problem, 6, third)),
              result.aligned->maximum * (1 + 1e-3));
    const PathBaselines again = path_baselines(problem, from, to, settings);
    EXPECT_EQ(again.bezier.objectives, result.bezier.objectives);
  }
}

}  // namespace
}  // namespace thalweg
