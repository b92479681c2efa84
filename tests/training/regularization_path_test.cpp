#include "thalweg/training/regularization_path.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "support/fixtures.hpp"
#include "thalweg/core/error.hpp"
#include "thalweg/core/random.hpp"
#include "thalweg/training/train.hpp"

namespace thalweg {
namespace {

TrainingProblem random_problem(std::uint64_t seed, Index n, Index d, const Loss& loss,
                               OutputBias bias, SkipConnection skip = SkipConnection::kNone) {
  Random random(seed);
  Matrix X = Matrix::NullaryExpr(n, d, [&] { return random.normal(); });
  Vector y = Vector::NullaryExpr(n, [&] { return random.normal(); });
  if (loss.needs_labels()) y = (y.array() < 0).select(Vector::Constant(n, -1), Vector::Ones(n));
  return {std::move(X), std::move(y), 1, loss, bias, skip};
}

PathSettings settings_of(double ratio, Index points = 8) {
  PathSettings settings;
  settings.beta_ratio = ratio;
  settings.points = points;
  settings.relative_gap = 1e-7;
  return settings;
}

double trained(const TrainingProblem& problem, double beta, double gap = 1e-9) {
  TrainingSettings settings;
  settings.relative_gap = gap;
  return train(problem.with_beta(beta), settings).objective;
}

void expect_valid(const TrainingProblem& problem, const RegularizationPath& path,
                  const PathSettings& settings) {
  ASSERT_EQ(path.status, PathStatus::kSolved);
  double before = std::numeric_limits<double>::infinity();
  for (const PathPoint& point : path.points) {
    EXPECT_LT(point.beta, before);
    before = point.beta;
    problem.check(point.network);
    const TrainingProblem here = problem.with_beta(point.beta);
    EXPECT_DOUBLE_EQ(point.objective, here.objective(point.network));
    EXPECT_LE(point.lower_bound, point.objective * (1 + 1e-12));
    EXPECT_LE(point.relative_gap, settings.relative_gap);
    EXPECT_EQ(static_cast<Index>(point.neurons.size()), point.network.width());
  }
  const PathDefects defects = path_defects(problem, path);
  for (const double defect :
       {defects.concavity, defects.monotonicity, defects.mass, defects.weak_duality}) {
    EXPECT_LE(defect, 4 * settings.relative_gap);
  }
}

/// Points and the bounds between them against networks trained on their own.
void expect_optimal(const TrainingProblem& problem, const RegularizationPath& path) {
  for (std::size_t k = 1; k < path.points.size(); k += 7) {
    const PathPoint& point = path.points[k];
    EXPECT_NEAR(trained(problem, point.beta), point.objective, 2e-7 * point.objective);
    const double middle = std::sqrt(point.beta * path.points[k - 1].beta);
    const double optimum = trained(problem, middle);
    EXPECT_LE(path_lower_bound(problem, path, middle), optimum * (1 + 1e-9));
  }
}

TEST(RegularizationPath, EveryLossAndBias) {
  const Loss losses[] = {Loss::squared(), Loss::logistic(), Loss::huber(0.5),
                         Loss::squared_hinge()};
  for (const Loss& loss : losses) {
    for (const OutputBias bias : {OutputBias::kNone, OutputBias::kPenalised, OutputBias::kFree}) {
      SCOPED_TRACE(loss.name() + " bias " + std::to_string(static_cast<int>(bias)));
      const TrainingProblem problem = random_problem(5, 12, 3, loss, bias);
      const PathSettings settings = settings_of(0.03);
      const RegularizationPath path = regularization_path(problem, settings);
      expect_valid(problem, path, settings);
      expect_optimal(problem, path);
    }
  }
}

TEST(RegularizationPath, SkipConnectionWeightsAndMeanScale) {
  const PathSettings settings = settings_of(0.05);
  const TrainingProblem skip =
      random_problem(7, 14, 3, Loss::squared(), OutputBias::kFree, SkipConnection::kFree);
  const RegularizationPath with_skip = regularization_path(skip, settings);
  expect_valid(skip, with_skip, settings);
  expect_optimal(skip, with_skip);
  const Vector omega = Vector::LinSpaced(12, 0.5, 2);
  const TrainingProblem weighted = random_problem(
      8, 12, 2, Loss::squared(LossScale::kMean).with_sample_weights(omega), OutputBias::kNone);
  const RegularizationPath with_weights = regularization_path(weighted, settings);
  expect_valid(weighted, with_weights, settings);
  expect_optimal(weighted, with_weights);
}

TEST(RegularizationPath, DegenerateData) {
  Random random(3);
  Matrix X = Matrix::NullaryExpr(6, 2, [&] { return std::round(2 * random.normal()); });
  Matrix doubled(14, 2);
  doubled << X, X, Matrix::Zero(2, 2);
  Vector y = Vector::NullaryExpr(14, [&] { return std::round(3 * random.normal()); });
  const TrainingProblem repeated(doubled, y, 1, Loss::squared());
  const PathSettings settings = settings_of(0.02);
  const RegularizationPath path = regularization_path(repeated, settings);
  expect_valid(repeated, path, settings);
  expect_optimal(repeated, path);
  // More inputs than samples: the path lives in the row space.
  const TrainingProblem wide = random_problem(4, 4, 9, Loss::squared(), OutputBias::kNone);
  const RegularizationPath wide_path = regularization_path(wide, settings);
  expect_valid(wide, wide_path, settings);
  expect_optimal(wide, wide_path);
  // A grid of integers: many walls meet.
  Matrix grid(9, 3);
  for (Index i = 0; i < 9; ++i) grid.row(i) << double(i % 3) - 1, double(i / 3) - 1, 1;
  const TrainingProblem lattice(grid, Vector::NullaryExpr(9, [&] { return random.normal(); }), 1,
                                Loss::squared());
  const RegularizationPath lattice_path = regularization_path(lattice, settings);
  expect_valid(lattice, lattice_path, settings);
  expect_optimal(lattice, lattice_path);
}

TEST(RegularizationPath, TheDualMovesNoFasterThanTheProjection) {
  // nu(beta) / beta projects y / beta on a convex set, so it is Lipschitz in 1 / beta.
  for (const OutputBias bias : {OutputBias::kNone, OutputBias::kFree}) {
    const TrainingProblem problem = random_problem(9, 15, 3, Loss::squared(), bias);
    const RegularizationPath path = regularization_path(problem, settings_of(0.02));
    for (const PathPoint& a : path.points) {
      for (const PathPoint& b : path.points) {
        const double distance = (a.dual / a.beta - b.dual / b.beta).norm();
        const double allowed = problem.y().norm() * std::abs(1 / a.beta - 1 / b.beta);
        EXPECT_LE(distance, allowed * (1 + 1e-9) + 1e-8);
      }
    }
  }
}

TEST(RegularizationPath, EventsExplainEveryChangeOfTheNeurons) {
  const TrainingProblem problem = random_problem(1, 20, 3, Loss::squared(), OutputBias::kNone);
  const RegularizationPath path = regularization_path(problem, settings_of(0.02));
  ASSERT_EQ(path.resolved, 0);
  std::vector<Index> active;
  std::size_t next = 0;
  for (const PathPoint& point : path.points) {
    while (next < path.events.size() && path.events[next].beta > point.beta * (1 + 1e-11)) {
      const PathEvent& event = path.events[next++];
      if (event.kind == PathEventKind::kEntry) active.push_back(event.neuron);
      if (event.kind == PathEventKind::kExit) std::erase(active, event.neuron);
    }
    if (point.event) continue;
    std::vector<Index> ids = point.neurons;
    std::sort(ids.begin(), ids.end());
    std::sort(active.begin(), active.end());
    EXPECT_EQ(ids, active) << "beta " << point.beta;
  }
  EXPECT_GT(path.events.size(), 20U);
}

TEST(RegularizationPath, BoundsBetweenPointsAreTight) {
  const TrainingProblem problem = random_problem(2, 12, 2, Loss::squared(), OutputBias::kNone);
  const RegularizationPath path = regularization_path(problem, settings_of(0.05, 30));
  for (std::size_t k = 1; k < path.points.size(); ++k) {
    const PathPoint& a = path.points[k - 1];
    const PathPoint& b = path.points[k];
    const double beta = 0.5 * (a.beta + b.beta);
    const double lower = path_lower_bound(problem, path, beta);
    // P* is concave: above its chord, below its tangents.
    const double tangent =
        std::min(a.objective + a.mass * (beta - a.beta), b.objective + b.mass * (beta - b.beta));
    EXPECT_LE(lower, tangent * (1 + 1e-9));
    EXPECT_GE(lower, 0.5 * (a.lower_bound + b.lower_bound) * (1 - 0.02));
  }
}

TEST(RegularizationPath, StopsWithAValidPart) {
  const TrainingProblem problem = random_problem(1, 30, 4, Loss::squared(), OutputBias::kNone);
  for (const PathMethod method : {PathMethod::kExact, PathMethod::kGrid}) {
    PathSettings settings = settings_of(1e-3, 20);
    settings.method = method;
    settings.control.cancellation.cancel();
    const RegularizationPath path = regularization_path(problem, settings);
    EXPECT_EQ(path.status, PathStatus::kLimit);
    EXPECT_LE(path.points.size(), 1U);
  }
}

TEST(RegularizationPath, RefusesWhatMakesNoSense) {
  const TrainingProblem problem = random_problem(1, 8, 2, Loss::squared(), OutputBias::kNone);
  const auto refuse = [&](auto&& change) {
    PathSettings settings = settings_of(0.1);
    EXPECT_NO_THROW(static_cast<void>(regularization_path(problem, settings)));
    change(settings);
    EXPECT_THROW(static_cast<void>(regularization_path(problem, settings)), InvalidArgument);
  };
  refuse([](PathSettings& s) { s.beta_min = -1; });
  refuse([](PathSettings& s) { s.beta_min = 1e9; });
  refuse([](PathSettings& s) { s.beta_min = std::numeric_limits<double>::quiet_NaN(); });
  refuse([](PathSettings& s) { s.beta_ratio = 1; });
  refuse([](PathSettings& s) { s.beta_ratio = 0; });
  refuse([](PathSettings& s) { s.points = 1; });
  refuse([](PathSettings& s) { s.relative_gap = 0; });
  refuse([](PathSettings& s) { s.threads = 0; });
}

TEST(RegularizationPath, ZeroTargetsNeedNoNeuron) {
  const TrainingProblem problem(Matrix::Identity(3, 3), Vector::Zero(3), 1, Loss::squared());
  PathSettings settings;
  EXPECT_TRUE(regularization_path(problem, settings).points.empty());
  settings.beta_min = 0.5;
  const RegularizationPath path = regularization_path(problem, settings);
  ASSERT_EQ(path.points.size(), 1U);
  EXPECT_EQ(path.points[0].objective, 0);
  EXPECT_EQ(path.points[0].relative_gap, 0);
}

TEST(ScanNetwork, OneNetworkOverTheWholePath) {
  const TrainingProblem problem = random_problem(6, 12, 2, Loss::squared(), OutputBias::kNone);
  const PathSettings settings = settings_of(0.02, 12);
  const RegularizationPath path = regularization_path(problem, settings);
  const std::size_t middle = path.points.size() / 2;
  std::vector<double> betas;
  for (const PathPoint& point : path.points) betas.push_back(point.beta);
  betas.push_back(0.5 * path.points.back().beta);  // beyond the path's end
  betas.push_back(2 * path.beta_max);
  const TwoLayerNetwork network = path.points[middle].network;
  const std::vector<NetworkGap> gaps = scan_network(problem, network, path, betas, settings);
  ASSERT_EQ(gaps.size(), betas.size());
  EXPECT_LE(gaps[middle].relative_gap, settings.relative_gap);
  for (std::size_t k = 0; k < gaps.size(); ++k) {
    EXPECT_DOUBLE_EQ(gaps[k].objective, problem.with_beta(betas[k]).objective(network));
    if (k % 5 == 0 || k + 2 >= gaps.size()) {
      const double optimum = trained(problem, betas[k]);
      EXPECT_LE(gaps[k].lower_bound, optimum * (1 + 1e-9));
      EXPECT_GE(gaps[k].objective, optimum * (1 - 1e-9));
    }
    if (k < path.points.size()) {
      // As good as the path's own bound there.
      EXPECT_GE(gaps[k].lower_bound, path.points[k].lower_bound * (1 - 1e-12));
    }
  }
  EXPECT_GT(gaps.front().relative_gap, 1e-3);
  TwoLayerNetwork wrong = TwoLayerNetwork::empty(3);
  EXPECT_THROW(static_cast<void>(scan_network(problem, wrong, path, betas, settings)),
               InvalidArgument);
  EXPECT_THROW(static_cast<void>(scan_network(problem, network, path, {0.0}, settings)),
               InvalidArgument);
}

}  // namespace
}  // namespace thalweg
