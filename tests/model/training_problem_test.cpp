#include "thalweg/model/training_problem.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "support/fixtures.hpp"
#include "support/groundtruth.hpp"
#include "thalweg/core/error.hpp"
#include "thalweg/core/random.hpp"

namespace thalweg {
namespace {

constexpr OutputBias kBiases[] = {OutputBias::kNone, OutputBias::kPenalised, OutputBias::kFree};

std::vector<Loss> all_losses() {
  return {
      Loss::squared(),  Loss::squared(LossScale::kMean),  Loss::huber(0.4),
      Loss::logistic(), Loss::logistic(LossScale::kMean), Loss::squared_hinge(LossScale::kMean)};
}

TrainingProblem random_problem(Random& random, const Loss& loss, OutputBias bias) {
  Matrix X = Matrix::NullaryExpr(9, 3, [&] { return random.normal(); });
  Vector y = Vector::NullaryExpr(9, [&] { return random.normal(); });
  if (loss.needs_labels()) y = (y.array() < 0).select(Vector::Constant(9, -1), Vector::Ones(9));
  return {std::move(X), std::move(y), 0.3, loss, bias};
}

TwoLayerNetwork random_network(Random& random, Index width, Index d, OutputBias bias) {
  TwoLayerNetwork network = TwoLayerNetwork::empty(d);
  network.W = Matrix::NullaryExpr(width, d, [&] { return random.normal(); });
  network.alpha = Matrix::NullaryExpr(width, 1, [&] { return random.normal(); });
  if (bias != OutputBias::kNone) network.output_bias[0] = random.normal();
  return network;
}

TEST(TrainingProblem, GradientAgreesWithCentralDifferences) {
  Random random(11);
  for (const Loss& loss : all_losses()) {
    for (const OutputBias bias : kBiases) {
      SCOPED_TRACE(loss.name());
      const TrainingProblem problem = random_problem(random, loss, bias);
      const TwoLayerNetwork network = random_network(random, 4, 3, bias);
      const NetworkGradient gradient = problem.gradient(network);
      const double h = 1e-6;
      const auto slope = [&](auto&& change) {
        TwoLayerNetwork plus = network;
        TwoLayerNetwork minus = network;
        change(plus, h);
        change(minus, -h);
        return (problem.objective(plus) - problem.objective(minus)) / (2 * h);
      };
      for (Index j = 0; j < 4; ++j) {
        EXPECT_NEAR(gradient.alpha[j],
                    slope([j](TwoLayerNetwork& n, double t) { n.alpha(j, 0) += t; }), 1e-7);
        for (Index k = 0; k < 3; ++k) {
          EXPECT_NEAR(gradient.W(j, k),
                      slope([j, k](TwoLayerNetwork& n, double t) { n.W(j, k) += t; }), 1e-7);
        }
      }
      if (bias != OutputBias::kNone) {
        EXPECT_NEAR(gradient.output_bias,
                    slope([](TwoLayerNetwork& n, double t) { n.output_bias[0] += t; }), 1e-7);
      }
    }
  }
}

/// Weak duality: nu scaled so that sum |nu_i| |x_i| <= beta is feasible whatever the arrangement.
TEST(TrainingProblem, FeasibleDualsStayBelowEveryNetwork) {
  Random random(12);
  for (const Loss& loss : all_losses()) {
    for (const OutputBias bias : kBiases) {
      for (int trial = 0; trial < 20; ++trial) {
        const TrainingProblem problem = random_problem(random, loss, bias);
        const TwoLayerNetwork network = random_network(random, trial % 5, 3, bias);
        const Vector nu = problem.project_to_dual_domain(problem.dual_point(problem.fit(network)));
        const double reach = nu.cwiseAbs().dot(problem.X().rowwise().norm());
        const double scale =
            problem.best_dual_scale(nu, reach > 0 ? std::min(1.0, problem.beta() / reach) : 1.0);
        const double bound = problem.dual_objective(scale * nu);
        EXPECT_LE(bound, problem.objective(network) * (1 + 1e-12)) << loss.name();
        EXPECT_GE(bound, -1e-12) << loss.name();
      }
    }
  }
}

TEST(TrainingProblem, BestDualScaleBeatsAGridOfScales) {
  Random random(13);
  for (const Loss& loss : all_losses()) {
    for (const OutputBias bias : {OutputBias::kNone, OutputBias::kPenalised}) {
      const TrainingProblem problem = random_problem(random, loss, bias);
      const Vector nu = problem.project_to_dual_domain(
          problem.dual_point(problem.fit(random_network(random, 3, 3, bias))));
      const double best = problem.dual_objective(problem.best_dual_scale(nu, 1.0) * nu);
      for (int step = 0; step <= 100; ++step) {
        EXPECT_GE(best, problem.dual_objective(0.01 * step * nu) - 1e-12) << loss.name();
      }
    }
  }
}

TEST(TrainingProblem, ObjectivesOfStoredNetworksAgree) {
  for (const testing::GroundTruth& truth : testing::all_groundtruth()) {
    const TrainingProblem problem = truth.problem();
    for (const auto& stored : truth.networks) {
      EXPECT_NEAR(problem.objective(stored.network), stored.objective, 1e-13 * stored.objective)
          << truth.name << " " << stored.name;
    }
    EXPECT_NEAR(problem.dual_objective(truth.nu), truth.optimum, 1e-9 * truth.optimum)
        << truth.name;
  }
}

TEST(TrainingProblem, BiasOfTheZeroNetworkIsTheTheorys) {
  Random random(14);
  const TrainingProblem penalised = random_problem(random, Loss::squared(), OutputBias::kPenalised);
  EXPECT_NEAR(penalised.bias_of_zero_network(), penalised.y().sum() / (9 + 0.3), 1e-12);
  const TrainingProblem free = random_problem(random, Loss::squared(), OutputBias::kFree);
  EXPECT_NEAR(free.bias_of_zero_network(), free.y().mean(), 1e-12);
  const TrainingProblem none = random_problem(random, Loss::squared(), OutputBias::kNone);
  EXPECT_EQ(none.bias_of_zero_network(), 0);
}

TEST(TrainingProblem, RefusesBadInputNamingIt) {
  const Matrix X = Matrix::Ones(3, 2);
  const Vector y = Vector::Ones(3);
  const auto message = [](auto&& make) -> std::string {
    try {
      make();
    } catch (const InvalidArgument& error) {
      return error.what();
    }
    return "accepted";
  };
  EXPECT_EQ(message([&] { TrainingProblem(X, Vector::Ones(2), 1, Loss::squared()); }),
            "X has 3 rows but y has 2");
  EXPECT_NE(message([&] { TrainingProblem(X, y, 0, Loss::squared()); }).find("beta"),
            std::string::npos);
  EXPECT_NE(message([&] { TrainingProblem(X, 0.5 * y, 1, Loss::logistic()); }).find("labels"),
            std::string::npos);
  Matrix broken = X;
  broken(2, 1) = std::numeric_limits<double>::quiet_NaN();
  EXPECT_NE(
      message([&] { TrainingProblem(broken, y, 1, Loss::squared()); }).find("row 2, column 1"),
      std::string::npos);
  const TrainingProblem problem(X, y, 1, Loss::squared());
  TwoLayerNetwork biased = TwoLayerNetwork::empty(2);
  biased.output_bias[0] = 1;
  EXPECT_NE(message([&] { problem.check(biased); }).find("output bias"), std::string::npos);
  EXPECT_NE(message([&] { problem.check(TwoLayerNetwork::empty(3)); }).find("2 columns"),
            std::string::npos);
  EXPECT_NO_THROW(problem.check(TwoLayerNetwork::empty(2)));
}

}  // namespace
}  // namespace thalweg
