#include "thalweg/training/width_limited.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "thalweg/core/error.hpp"
#include "thalweg/core/random.hpp"
#include "thalweg/model/transform.hpp"
#include "thalweg/training/train.hpp"

namespace thalweg {
namespace {

TrainingProblem two_points() { return {Matrix{{-1}, {1}}, Vector{{1, 2}}, 0.1, Loss::squared()}; }

TrainingProblem planted(Index n, Index d, std::uint64_t seed, double beta,
                        OutputBias bias = OutputBias::kNone) {
  Random random(seed);
  const Matrix X = Matrix::NullaryExpr(n, d, [&] { return random.normal(); });
  Vector y = Vector::NullaryExpr(n, [&] { return 0.3 * random.normal(); });
  for (int j = 0; j < 4; ++j) y += random.normal() * (X * random.direction(d)).cwiseMax(0.0);
  return {X, y, beta, Loss::squared(), bias};
}

TwoLayerNetwork optimum(const TrainingProblem& problem) {
  return train(problem, TrainingSettings{}).network;
}

/// The best single neuron in the plane by angle: its mass is (s c - beta)_+ / |a|^2 with c = y^T a
/// for the atom a, and the objective falls by (s c - beta)_+^2 / (2 |a|^2).
double best_single_neuron(const TrainingProblem& problem, int angles) {
  double decrease = 0;
  for (int k = 0; k < angles; ++k) {
    const double angle = 2 * std::numbers::pi * k / angles;
    const Vector a = (problem.X() * Vector{{std::cos(angle), std::sin(angle)}}).cwiseMax(0.0);
    const double pull = std::abs(problem.y().dot(a)) - problem.beta();
    if (pull > 0) decrease = std::max(decrease, pull * pull / (2 * a.squaredNorm()));
  }
  return 0.5 * problem.y().squaredNorm() - decrease;
}

TEST(WidthLimited, TwoPointsByHand) {
  // On a line each neuron serves one side: the best one gives up the point of target 1.
  const TrainingProblem problem = two_points();
  const double expected[] = {2.5, 0.695, 0.29, 0.29};
  for (Index width = 0; width <= 3; ++width) {
    const auto found = train_width_limited(problem, width, {optimum(problem)}, {});
    EXPECT_LE(found.network.width(), width);
    EXPECT_NEAR(found.objective, expected[width], 1e-12);
    EXPECT_DOUBLE_EQ(problem.objective(found.network), found.objective);
    EXPECT_FALSE(found.stopped);
  }
}

TEST(WidthLimited, OneNeuronInThePlane) {
  for (const std::uint64_t seed : {1, 2, 3, 4, 5}) {
    const TrainingProblem problem = planted(30, 2, seed, 2.0);
    const auto found = train_width_limited(problem, 1, {optimum(problem)}, {});
    const double grid = best_single_neuron(problem, 20000);
    EXPECT_LE(found.objective, grid + 1e-12 * grid) << seed;
    EXPECT_GE(found.objective, grid - 1e-3 * grid) << seed;
  }
}

TEST(WidthLimited, UnitsFarFromOne) {
  Matrix X(3, 2);
  X << 1, 0, 0, 1, 1, 1;
  const Vector y{{1.0, -1.0, 0.5}};
  const WidthLimitedResult plain = train_width_limited({X, y, 0.1, Loss::squared()}, 1, {}, {});
  for (const double unit : {1e-155, 1e155}) {
    const TrainingProblem problem(unit * X, y, 0.1 * unit, Loss::squared());
    const WidthLimitedResult far = train_width_limited(problem, 1, {}, {});
    EXPECT_NEAR(far.objective, plain.objective, 1e-9 * plain.objective);
    EXPECT_EQ(far.objective, problem.objective(far.network));
    // Nothing to scale by: a network without a promise, but one.
    const TrainingProblem fixed(unit * X, y, 0.1 * unit, Loss::squared(), OutputBias::kPenalised);
    EXPECT_LE(train_width_limited(fixed, 1, {}, {}).network.width(), 1);
  }
}

TEST(WidthLimited, NeverRisesWithTheWidthAndStopsAtTheBound) {
  const TrainingProblem problem = planted(40, 3, 7, 0.5, OutputBias::kPenalised);
  const TrainingResult trained = train(problem, TrainingSettings{});
  double before = std::numeric_limits<double>::infinity();
  for (Index width = 0; width <= trained.network.width(); ++width) {
    const auto found = train_width_limited(problem, width, {trained.network}, {});
    problem.check(found.network);
    EXPECT_LE(found.network.width(), width);
    EXPECT_LE(balance_defect(found.network), 1e-12);
    EXPECT_GE(found.objective, trained.lower_bound * (1 - 1e-12));
    EXPECT_LE(found.objective, before * (1 + 1e-9)) << width;
    before = found.objective;
  }
  EXPECT_LE(before, trained.objective * (1 + 1e-12));
}

TEST(WidthLimited, NeverAboveAStartOfTheWidth) {
  const TrainingProblem problem = planted(25, 2, 11, 0.2);
  Random random(5);
  TwoLayerNetwork start = TwoLayerNetwork::empty(2);
  for (int j = 0; j < 3; ++j) start = append_neuron(start, random.direction(2), random.normal());
  WidthLimitedSettings settings;
  settings.restarts = 0;
  const auto found = train_width_limited(problem, 3, {start}, settings);
  EXPECT_LT(found.objective, problem.objective(start));
}

TEST(WidthLimited, OtherLossesAndFewSamples) {
  Random random(3);
  const Matrix X = Matrix::NullaryExpr(4, 6, [&] { return random.normal(); });
  const Vector y = Vector::NullaryExpr(4, [&] { return random.uniform() < 0.5 ? -1.0 : 1.0; });
  for (const Loss& loss :
       {Loss::logistic(), Loss::huber(0.5), Loss::squared_hinge(LossScale::kMean)}) {
    const TrainingProblem problem(X, y, 0.02, loss, OutputBias::kFree);
    const TrainingResult trained = train(problem, TrainingSettings{});
    const auto found = train_width_limited(problem, 2, {trained.network}, {});
    EXPECT_LE(found.network.width(), 2);
    EXPECT_GE(found.objective, trained.lower_bound * (1 - 1e-12));
    EXPECT_LT(found.objective, problem.objective(TwoLayerNetwork::empty(6)));
  }
}

TEST(WidthLimited, IsTheSameForASeedAndAnyNumberOfThreads) {
  const TrainingProblem problem = planted(30, 3, 2, 0.3);
  const TwoLayerNetwork start = optimum(problem);
  WidthLimitedSettings settings;
  settings.seed = 9;
  const auto one = train_width_limited(problem, 2, {start}, settings);
  settings.threads = 2;
  const auto two = train_width_limited(problem, 2, {start}, settings);
  EXPECT_EQ(one.network.W, two.network.W);
  EXPECT_EQ(one.objective, two.objective);
}

TEST(WidthLimited, AStoppedSearchStillKeepsTheWidth) {
  const TrainingProblem problem = planted(30, 3, 2, 0.01);
  WidthLimitedSettings settings;
  settings.control.cancellation.cancel();
  const auto found = train_width_limited(problem, 2, {optimum(problem)}, settings);
  EXPECT_TRUE(found.stopped);
  EXPECT_LE(found.network.width(), 2);
  EXPECT_LE(found.objective, problem.objective(TwoLayerNetwork::empty(3)));
  EXPECT_DOUBLE_EQ(problem.objective(found.network), found.objective);
}

TEST(WidthLimited, AWideStartDoesNotTakeTheTimeOfTheOthers) {
  const TrainingProblem problem = planted(400, 10, 2, 0.01);
  Random random(5);
  TwoLayerNetwork wide = TwoLayerNetwork::empty(10);
  for (int j = 0; j < 200; ++j) wide = append_neuron(wide, random.direction(10), random.normal());
  WidthLimitedSettings settings;
  const auto alone = train_width_limited(problem, 1, {}, settings);
  settings.control.deadline = Deadline::after(2);  // its descent takes much longer
  const auto found = train_width_limited(problem, 4, {wide}, settings);
  EXPECT_TRUE(found.stopped);
  EXPECT_LT(found.objective, alone.objective);
  EXPECT_LE(found.network.width(), 4);
}

TEST(WidthLimited, RejectsWhatDoesNotFit) {
  const TrainingProblem problem = two_points();
  EXPECT_THROW((void)train_width_limited(problem, -1, {}, {}), InvalidArgument);
  EXPECT_THROW((void)train_width_limited(problem, 1, {TwoLayerNetwork::empty(2)}, {}),
               InvalidArgument);
}

}  // namespace
}  // namespace thalweg
