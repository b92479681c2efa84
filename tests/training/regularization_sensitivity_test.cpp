// Derivatives of the optimum against central differences of problems solved anew.

#include <gtest/gtest.h>

#include <Eigen/Eigenvalues>
#include <cmath>

#include "thalweg/core/random.hpp"
#include "thalweg/model/transform.hpp"
#include "thalweg/training/regularization_path.hpp"
#include "thalweg/training/train.hpp"

namespace thalweg {
namespace {

TrainingProblem random_problem(const Loss& loss, OutputBias bias) {
  Random random(21);
  Matrix X = Matrix::NullaryExpr(14, 3, [&] { return random.normal(); });
  Vector y = Vector::NullaryExpr(14, [&] { return random.normal(); });
  if (loss.needs_labels()) y = (y.array() < 0).select(Vector::Constant(14, -1), Vector::Ones(14));
  return {std::move(X), std::move(y), 0.6, loss, bias};
}

TwoLayerNetwork optimum(const TrainingProblem& problem, const TwoLayerNetwork* start = nullptr) {
  TrainingSettings settings;
  settings.relative_gap = 1e-12;
  return train(problem, settings, start == nullptr ? std::nullopt : std::optional(*start)).network;
}

TEST(PathSensitivity, InBeta) {
  for (const Loss& loss : {Loss::squared(), Loss::logistic(), Loss::huber(5)}) {
    for (const OutputBias bias : {OutputBias::kNone, OutputBias::kPenalised, OutputBias::kFree}) {
      SCOPED_TRACE(loss.name() + " bias " + std::to_string(static_cast<int>(bias)));
      const TrainingProblem problem = random_problem(loss, bias);
      const TwoLayerNetwork network = optimum(problem);
      const PathSensitivity slope = path_sensitivity(problem, network);
      ASSERT_TRUE(slope.regular);
      EXPECT_LE(slope.residual, 1e-8);
      const double h = 1e-5;
      const TrainingProblem above = problem.with_beta(problem.beta() + h);
      const TrainingProblem below = problem.with_beta(problem.beta() - h);
      const TwoLayerNetwork at_above = optimum(above, &network);
      const TwoLayerNetwork at_below = optimum(below, &network);
      const Vector fit = (problem.fit(at_above) - problem.fit(at_below)) / (2 * h);
      EXPECT_LE((slope.fit - fit).norm(), 1e-4 * (1 + fit.norm()));
      const double bias_slope = (at_above.output_bias[0] - at_below.output_bias[0]) / (2 * h);
      EXPECT_NEAR(slope.affine.bias, bias_slope, 1e-4 * (1 + std::abs(bias_slope)));
      // R* = dP*/dbeta is the sum of masses (and b^2/2), so their slopes add to that of R*.
      const double mass =
          (above.penalty(at_above) / above.beta() - below.penalty(at_below) / below.beta()) /
          (2 * h);
      const double bias_part =
          bias == OutputBias::kPenalised ? network.output_bias[0] * slope.affine.bias : 0.0;
      EXPECT_NEAR(slope.masses.sum() + bias_part, mass, 1e-3 * (1 + std::abs(mass)));
    }
  }
}

TEST(PathSensitivity, InTheTargets) {
  const TrainingProblem problem = random_problem(Loss::squared(), OutputBias::kNone);
  const TwoLayerNetwork network = optimum(problem);
  const PathSensitivity slope = path_sensitivity(problem, network);
  ASSERT_TRUE(slope.regular);
  ASSERT_EQ(slope.fit_by_target.rows(), problem.samples());
  ASSERT_EQ(slope.weights_by_target.rows(), network.width() * problem.dimension());
  const double h = 1e-5;
  for (const Index i : {Index{0}, Index{5}, Index{13}}) {
    const Vector move = h * Vector::Unit(problem.samples(), i);
    const TrainingProblem above(problem.X(), problem.y() + move, problem.beta(), problem.loss());
    const TrainingProblem below(problem.X(), problem.y() - move, problem.beta(), problem.loss());
    const Vector fit =
        (above.fit(optimum(above, &network)) - below.fit(optimum(below, &network))) / (2 * h);
    EXPECT_LE((slope.fit_by_target.col(i) - fit).norm(), 1e-4);
  }
  // y -> fit is firmly non-expansive: the derivative is symmetric with eigenvalues in [0, 1].
  const Matrix& J = slope.fit_by_target;
  EXPECT_LE((J - J.transpose()).norm(), 1e-9);
  const Vector eigenvalues =
      Eigen::SelfAdjointEigenSolver<Matrix>(0.5 * (J + J.transpose())).eigenvalues();
  EXPECT_GE(eigenvalues.minCoeff(), -1e-9);
  EXPECT_LE(eigenvalues.maxCoeff(), 1 + 1e-9);
}

TEST(PathSensitivity, SaysWhereThereIsNone) {
  const TrainingProblem problem = random_problem(Loss::squared(), OutputBias::kNone);
  TwoLayerNetwork twice = optimum(problem);
  const Vector w = twice.W.row(0).transpose() / std::sqrt(2.0);
  const double alpha = twice.alpha(0, 0) / std::sqrt(2.0);
  twice.W.row(0) = w.transpose();
  twice.alpha(0, 0) = alpha;
  EXPECT_FALSE(path_sensitivity(problem, append_neuron(twice, w, alpha)).regular);
  // Away from the optimum the equations do not hold, and the residual says so.
  TwoLayerNetwork moved = optimum(problem);
  moved.W *= 1.1;
  EXPECT_GT(path_sensitivity(problem, moved).residual, 1e-3);
  // Labels have no derivative.
  const TrainingProblem labels = random_problem(Loss::logistic(), OutputBias::kNone);
  EXPECT_EQ(path_sensitivity(labels, optimum(labels)).fit_by_target.size(), 0);
}

}  // namespace
}  // namespace thalweg
