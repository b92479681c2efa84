#include "thalweg/model/multi_output_problem.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "support/random_matrix.hpp"
#include "thalweg/core/error.hpp"
#include "thalweg/core/random.hpp"

namespace thalweg {
namespace {

Matrix random_classes(Index n, Index c, Random& random) {
  Vector labels(n);
  for (Index i = 0; i < n; ++i) {
    labels[i] = i < c ? static_cast<double>(i)
                      : static_cast<double>(random.below(static_cast<std::uint64_t>(c)));
  }
  return class_indicators(labels, c);
}

TwoLayerNetwork random_network(Index m, Index d, Index c, Random& random) {
  return {testing::random_matrix(random, m, d), testing::random_matrix(random, m, c),
          Vector::Zero(c)};
}

constexpr OutputBias kBiases[] = {OutputBias::kNone, OutputBias::kPenalised, OutputBias::kFree};

TEST(MultiOutputProblem, OneOutputIsTheScalarProblem) {
  Random random(3);
  const Matrix X = testing::random_matrix(random, 8, 3);
  const Matrix Y = testing::random_matrix(random, 8, 1);
  for (const OutputBias bias : kBiases) {
    const MultiOutputProblem several(X, Y, 0.3, VectorLoss::separable(Loss::squared()), bias);
    const TrainingProblem scalar(X, Y.col(0), 0.3, Loss::squared(), bias);
    TwoLayerNetwork network = random_network(4, 3, 1, random);
    if (bias != OutputBias::kNone) network.output_bias[0] = 0.7;
    EXPECT_DOUBLE_EQ(several.objective(network), scalar.objective(network));
    EXPECT_LT((several.gradient(network).W - scalar.gradient(network).W).norm(), 1e-13);
    EXPECT_LT((several.gradient(network).alpha - scalar.gradient(network).alpha).norm(), 1e-13);
    EXPECT_NEAR(several.gradient(network).output_bias[0], scalar.gradient(network).output_bias,
                1e-13);
    Vector nu = scalar.project_to_dual_domain(scalar.dual_point(scalar.fit(network)));
    EXPECT_DOUBLE_EQ(several.dual_objective(nu), scalar.dual_objective(nu));
    EXPECT_NEAR(several.best_dual_scale(nu, 0.8), scalar.best_dual_scale(nu, 0.8), 1e-14);
    EXPECT_NEAR(several.bias_of_zero_network()[0], scalar.bias_of_zero_network(), 1e-14);
  }
}

TEST(MultiOutputProblem, GradientMatchesCentralDifferences) {
  Random random(4);
  const Matrix X = testing::random_matrix(random, 10, 3);
  const MultiOutputProblem problem(X, random_classes(10, 3, random), 0.2,
                                   VectorLoss::softmax(LossScale::kMean), OutputBias::kPenalised);
  TwoLayerNetwork network = random_network(5, 3, 3, random);
  network.output_bias = random.direction(3);
  const MultiOutputGradient gradient = problem.gradient(network);
  const auto difference = [&](double& entry) {
    constexpr double kStep = 1e-6;
    const double kept = entry;
    entry = kept + kStep;
    const double above = problem.objective(network);
    entry = kept - kStep;
    const double below = problem.objective(network);
    entry = kept;
    return (above - below) / (2 * kStep);
  };
  for (Index i = 0; i < network.W.size(); ++i) {
    EXPECT_NEAR(gradient.W.data()[i], difference(network.W.data()[i]), 1e-8);
  }
  for (Index i = 0; i < network.alpha.size(); ++i) {
    EXPECT_NEAR(gradient.alpha.data()[i], difference(network.alpha.data()[i]), 1e-8);
  }
  for (Index k = 0; k < 3; ++k) {
    EXPECT_NEAR(gradient.output_bias[k], difference(network.output_bias[k]), 1e-8);
  }
}

/// The largest |N^T (X u)_+| over a dense grid of the circle, times a margin above 1: enough to
/// scale N to feasibility in two dimensions.
double planar_norm(const Matrix& X, const Matrix& N, OutputModel model) {
  double best = 0;
  for (int k = 0; k < 20000; ++k) {
    const double angle = k * std::acos(-1.0) / 10000;
    const Vector u = (Vector(2) << std::cos(angle), std::sin(angle)).finished();
    const Vector pull = N.transpose() * (X * u).cwiseMax(0.0);
    best = std::max(best,
                    model == OutputModel::kShared ? pull.norm() : pull.lpNorm<Eigen::Infinity>());
  }
  return 1.001 * best;
}

TEST(MultiOutputProblem, WeakDualityOnRandomNetworks) {
  Random random(5);
  for (int trial = 0; trial < 60; ++trial) {
    const Matrix X = testing::random_matrix(random, 7, 2);
    const OutputBias bias = kBiases[trial % 3];
    const bool softmax = trial % 2 == 0;
    const MultiOutputProblem problem(
        X, softmax ? random_classes(7, 3, random) : testing::random_matrix(random, 7, 3), 0.5,
        softmax ? VectorLoss::softmax() : VectorLoss::separable(Loss::huber(0.8)), bias);
    TwoLayerNetwork network = random_network(4, 2, 3, random);
    network.W *= 0.5;
    if (bias != OutputBias::kNone) network.output_bias = random.direction(3);
    for (const OutputModel model : {OutputModel::kShared, OutputModel::kIndependent}) {
      if (model == OutputModel::kIndependent) {
        for (Index j = 0; j < 4; ++j) {
          const double kept = network.alpha(j, j % 3);
          network.alpha.row(j).setZero();
          network.alpha(j, j % 3) = kept;
        }
      }
      problem.check(network, model);
      const Matrix raw = random.uniform() < 0.5 ? problem.dual_point(problem.fit(network))
                                                : testing::random_matrix(random, 7, 3);
      const Matrix N = problem.project_to_dual_domain(raw);
      const double norm = planar_norm(X, N, model);
      const double tau = problem.best_dual_scale(N, norm > 0 ? std::min(1.0, 0.5 / norm) : 1.0);
      const double bound = problem.dual_objective(tau * N);
      EXPECT_TRUE(std::isfinite(bound));
      EXPECT_LE(bound, problem.objective(network) + 1e-12);
    }
  }
}

TEST(MultiOutputProblem, TheBiasOfTheZeroNetworkIsStationaryAndItsDualFeasible) {
  Random random(6);
  for (const OutputBias bias : kBiases) {
    for (const bool softmax : {true, false}) {
      const MultiOutputProblem problem(
          testing::random_matrix(random, 30, 2),
          softmax ? random_classes(30, 3, random) : testing::random_matrix(random, 30, 3), 0.4,
          softmax ? VectorLoss::softmax() : VectorLoss::separable(Loss::squared()), bias);
      TwoLayerNetwork zero = TwoLayerNetwork::empty(2, 3);
      zero.output_bias = problem.bias_of_zero_network();
      EXPECT_LT(problem.gradient(zero).output_bias.norm(), 1e-11);
      // Strong duality of the convex problem in the bias alone.
      const Matrix N = problem.project_to_dual_domain(problem.dual_point(problem.fit(zero)));
      EXPECT_NEAR(problem.dual_objective(N), problem.objective(zero), 1e-10);
    }
  }
}

TEST(MultiOutputProblem, FreeBiasDemandsColumnsThatSumToZero) {
  Random random(8);
  const MultiOutputProblem problem(testing::random_matrix(random, 12, 2),
                                   random_classes(12, 3, random), 0.1, VectorLoss::softmax(),
                                   OutputBias::kFree);
  const Matrix raw = problem.dual_point(testing::random_matrix(random, 12, 3));
  EXPECT_EQ(problem.dual_objective(raw), -std::numeric_limits<double>::infinity());
  EXPECT_EQ(problem.best_dual_scale(raw, 1), 0);
  const Matrix legal = problem.project_to_dual_domain(raw);
  EXPECT_GT(legal.norm(), 0.1);
  EXPECT_TRUE(std::isfinite(problem.dual_objective(legal)));
  EXPECT_LT((problem.project_to_dual_domain(legal) - legal).norm(), 1e-12);
}

TEST(MultiOutputProblem, RefusesWhatDoesNotFit) {
  const Matrix X = Matrix::Identity(3, 2);
  const VectorLoss softmax = VectorLoss::softmax();
  Matrix classes = Matrix::Zero(3, 3);
  classes.diagonal().setOnes();
  EXPECT_NO_THROW(MultiOutputProblem(X, classes, 0.1, softmax, OutputBias::kFree));
  EXPECT_THROW(MultiOutputProblem(X, classes, 0, softmax), InvalidArgument);
  EXPECT_THROW(MultiOutputProblem(X, classes.topRows(2), 0.1, softmax), InvalidArgument);
  EXPECT_THROW(MultiOutputProblem(X, Matrix::Ones(3, 1), 0.1, softmax), InvalidArgument);
  EXPECT_THROW(MultiOutputProblem(X, Matrix::Ones(3, 3), 0.1, softmax), InvalidArgument);
  Matrix empty_class = classes;
  empty_class.row(2) = classes.row(1);
  EXPECT_NO_THROW(MultiOutputProblem(X, empty_class, 0.1, softmax, OutputBias::kPenalised));
  EXPECT_THROW(MultiOutputProblem(X, empty_class, 0.1, softmax, OutputBias::kFree),
               InvalidArgument);
  Matrix nan = classes;
  nan(1, 1) = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(MultiOutputProblem(X, nan, 0.1, softmax), InvalidArgument);
  EXPECT_THROW(MultiOutputProblem(X, classes, 0.1, VectorLoss::separable(Loss::logistic())),
               InvalidArgument);
  EXPECT_THROW((void)class_indicators((Vector(2) << 0, 3).finished(), 3), InvalidArgument);
  EXPECT_THROW((void)class_indicators((Vector(2) << 0, 0.5).finished(), 3), InvalidArgument);
}

TEST(MultiOutputProblem, RefusesNetworksOfAnotherClass) {
  const MultiOutputProblem problem(Matrix::Identity(3, 2), Matrix::Identity(3, 2), 0.1,
                                   VectorLoss::separable(Loss::squared()));
  TwoLayerNetwork network = TwoLayerNetwork::empty(2, 2);
  network.W = Matrix::Ones(1, 2);
  network.alpha = Matrix::Ones(1, 2);
  EXPECT_NO_THROW(problem.check(network, OutputModel::kShared));
  EXPECT_THROW(problem.check(network, OutputModel::kIndependent), InvalidArgument);
  network.alpha(0, 1) = 0;
  EXPECT_NO_THROW(problem.check(network, OutputModel::kIndependent));
  network.output_bias[1] = 1;
  EXPECT_THROW(problem.check(network), InvalidArgument);
  network.output_bias[1] = 0;
  network.skip = Matrix::Zero(2, 2);
  EXPECT_THROW(problem.check(network), InvalidArgument);
  EXPECT_THROW(problem.check(TwoLayerNetwork::empty(2, 1)), InvalidArgument);
  EXPECT_THROW(problem.check(TwoLayerNetwork::empty(3, 2)), InvalidArgument);
}

TEST(MultiOutputProblem, AccuracyCountsTheRightClasses) {
  const MultiOutputProblem problem(Matrix::Ones(4, 1), class_indicators(Vector::Zero(4), 2), 0.1,
                                   VectorLoss::softmax());
  Matrix F(4, 2);
  F << 1, 0, 2, 1, 0, 1, 3, -1;
  EXPECT_EQ(problem.accuracy(F), 0.75);
}

}  // namespace
}  // namespace thalweg
