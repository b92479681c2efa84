#include "thalweg/landscape/descent_path.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "support/fixtures.hpp"
#include "thalweg/certificate/path_value.hpp"
#include "thalweg/core/random.hpp"
#include "thalweg/landscape/mode_connection.hpp"
#include "thalweg/training/train.hpp"

namespace thalweg {
namespace {

/// A random problem and an unbalanced random network with dead and half-empty neurons.
struct PathInstance {
  TrainingProblem problem;
  TwoLayerNetwork start;
};

TwoLayerNetwork random_network(Random& random, const TrainingProblem& problem, Index m) {
  TwoLayerNetwork network = TwoLayerNetwork::empty(problem.dimension());
  network.W = Matrix::NullaryExpr(m, problem.dimension(), [&] { return 3 * random.normal(); });
  network.alpha = Matrix::NullaryExpr(m, 1, [&] { return random.normal(); });
  if (m > 2) {
    network.alpha(1, 0) = 0;
    network.W.row(2).setZero();
  }
  if (m > 5) {
    network.W.row(4) = -0.25 * network.W.row(3);
    network.W.row(5) = network.W.row(3);
    network.alpha(5, 0) = 2 * network.alpha(3, 0);
  }
  if (problem.output_bias() != OutputBias::kNone) network.output_bias[0] = random.normal();
  return network;
}

PathInstance path_instance(std::uint64_t seed, Index extra) {
  Random random(0xde5c0000 + seed);
  const auto n = static_cast<Index>(2 + random.below(39));
  const auto d = static_cast<Index>(1 + random.below(5));
  const Matrix X = Matrix::NullaryExpr(n, d, [&] { return random.normal(); });
  const Vector y = Vector::NullaryExpr(n, [&] { return random.normal(); });
  constexpr OutputBias kBiases[] = {OutputBias::kNone, OutputBias::kPenalised, OutputBias::kFree};
  const double beta = 0.5 * std::pow(10.0, -3 * random.uniform());
  const Loss loss = seed % 5 == 4 ? Loss::huber(0.75) : Loss::squared();
  TrainingProblem problem(X, y, beta, loss, kBiases[seed % 3]);
  const Index m = n + 1 + extra * static_cast<Index>(random.below(20));
  TwoLayerNetwork start = random_network(random, problem, m);
  return {std::move(problem), std::move(start)};
}

TrainingResult optimum_of(const TrainingProblem& problem) {
  TrainingSettings settings;
  settings.relative_gap = 1e-9;
  return train(problem, settings);
}

/// A positive number that rounding may be: 1e-12 of the start, as the issue allows level segments.
void expect_descent(const TrainingProblem& problem, const DescentPath& descent, double lower) {
  const PathValue value = evaluate_path(problem, descent.path);
  const double start = problem.objective(descent.path.start);
  EXPECT_EQ(descent.status, PathStatus::kConnected);
  EXPECT_LE(value.increase, 1e-12 * start);
  for (std::size_t k = 0; k < value.slopes.size(); ++k) {
    const double fall = value.objectives[k] - value.objectives[k + 1];
    if (fall > 1e-12 * start) {
      EXPECT_LE(value.slopes[k], 0) << "segment " << k;
    }
  }
  EXPECT_LE(value.end - lower, 1e-8 * lower);
  // The real networks at the states agree with the exact values.
  for (std::size_t k = 0; k < descent.path.states.size(); ++k) {
    const double real = problem.objective(network_of(descent.path, descent.path.states[k]));
    EXPECT_NEAR(real, value.objectives[k], 1e-12 * start);
  }
}

TEST(DescentPath, WalksFromRandomNetworksOfRankPlusOneToTheOptimum) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    const PathInstance instance = path_instance(seed, static_cast<Index>(seed % 2));
    const TrainingResult optimum = optimum_of(instance.problem);
    const DescentPath descent = descent_path(instance.problem, instance.start, optimum.network);
    expect_descent(instance.problem, descent, optimum.lower_bound);
  }
}

TEST(DescentPath, IsBlockedAtTheSpuriousMinimaOfF3AndF3b) {
  for (const testing::Fixture& fixture : testing::closed_form_fixtures()) {
    if (fixture.name != "F3" && fixture.name != "F3b") continue;
    SCOPED_TRACE(fixture.name);
    const TrainingProblem problem = fixture.problem();
    const Index n = problem.samples();
    // Theory 6.2: one neuron along each row, masses (1 - beta / rho) / rho.
    TwoLayerNetwork start = TwoLayerNetwork::empty(problem.dimension());
    start.W = problem.X();
    start.alpha = Matrix::Zero(n, 1);
    for (Index j = 0; j < n; ++j) {
      const double rho = problem.X().row(j).norm();
      const double root = std::sqrt((1 - problem.beta() / rho) / rho);
      start.W.row(j) *= root / rho;
      start.alpha(j, 0) = root;
    }
    const TrainingResult optimum = optimum_of(problem);
    const DescentPath blocked = descent_path(problem, start, optimum.network);
    EXPECT_EQ(blocked.status, PathStatus::kBlocked);
    EXPECT_EQ(descent_width(problem, start, optimum.network), n + 1);
    EXPECT_TRUE(blocked.reached);
    EXPECT_GT(evaluate_path(problem, blocked.path).maximum, problem.objective(start));
    // One slot more, and the way is free.
    TwoLayerNetwork wider = start;
    wider.W.conservativeResize(n + 1, Eigen::NoChange);
    wider.W.row(n).setZero();
    wider.alpha.conservativeResize(n + 1, 1);
    wider.alpha(n, 0) = 0;
    expect_descent(problem, descent_path(problem, wider, optimum.network), optimum.lower_bound);
  }
}

TEST(ModeConnection, JoinsTwoRandomNetworksThroughTheBottom) {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    SCOPED_TRACE(seed);
    const PathInstance instance = path_instance(seed, 1);
    const TrainingProblem& problem = instance.problem;
    Random random(0xc0ffee + seed);
    const TwoLayerNetwork other = random_network(random, problem, instance.start.width());
    const TrainingResult optimum = optimum_of(problem);
    const ModeConnection connection =
        connect_modes(problem, instance.start, other, optimum.network);
    ASSERT_EQ(connection.status, PathStatus::kConnected);
    ASSERT_TRUE(connection.path.end);
    const PathValue value = evaluate_path(problem, connection.path);
    const double ends = std::max(problem.objective(instance.start), problem.objective(other));
    EXPECT_LE(value.maximum, ends * (1 + 1e-12));
    EXPECT_NEAR(value.end, problem.objective(other), 1e-12 * ends);
    const double bottom = value.objectives[static_cast<std::size_t>(connection.lowest)];
    EXPECT_NEAR(bottom, optimum.objective, 1e-8 * optimum.objective);
  }
}

}  // namespace
}  // namespace thalweg
