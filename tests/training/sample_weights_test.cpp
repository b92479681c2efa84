#include <gtest/gtest.h>

#include "convex/random_problem.hpp"
#include "training/training_checks.hpp"

namespace thalweg {
namespace {

TrainingResult trained(const TrainingProblem& problem) {
  TrainingSettings settings;
  settings.relative_gap = 1e-10;
  const TrainingResult result = train(problem, settings);
  testing::expect_valid(problem, result);
  EXPECT_EQ(result.status, TrainingStatus::kSolved);
  return result;
}

constexpr OutputBias kBiases[] = {OutputBias::kNone, OutputBias::kPenalised, OutputBias::kFree};
const Vector kCounts = (Vector(12) << 1, 2, 1, 3, 1, 1, 5, 1, 2, 1, 1, 4).finished();

template <typename Rows>
Rows repeated(const Rows& rows) {
  Rows result(static_cast<Index>(kCounts.sum()), rows.cols());
  Index at = 0;
  for (Index i = 0; i < rows.rows(); ++i) {
    for (int copy = 0; copy < static_cast<int>(kCounts[i]); ++copy) result.row(at++) = rows.row(i);
  }
  return result;
}

TEST(TrainSampleWeights, IntegersRepeatSamples) {
  Random random(61);
  for (const Loss& loss :
       {Loss::squared(), Loss::logistic(), Loss::huber(0.5), Loss::squared_hinge()}) {
    for (const OutputBias bias : kBiases) {
      SCOPED_TRACE(loss.name() + " bias " + std::to_string(static_cast<int>(bias)));
      const Matrix X = testing::random_matrix(random, 12, 2);
      const Vector y = testing::random_targets(random, 12, loss);
      const TrainingProblem weighted(X, y, 0.4, loss.with_sample_weights(kCounts), bias);
      const TrainingProblem plain(repeated(X), repeated(y), 0.4, loss, bias);
      const TrainingResult result = trained(weighted);
      const TrainingResult expected = trained(plain);
      EXPECT_NEAR(result.objective, expected.objective, 2e-10 * expected.objective);
      // Each is a network of the other problem, too.
      EXPECT_NEAR(plain.objective(result.network), result.objective, 1e-12 * result.objective);
      testing::expect_stationary(weighted, result, 1e-6);
    }
  }
}

TEST(TrainSampleWeights, MultiplyingThemAllIsDividingBeta) {
  Random random(62);
  for (const Loss& loss : testing::all_losses()) {
    SCOPED_TRACE(loss.name());
    const Vector omega = testing::random_vector(random, 15).array().exp().matrix();
    const Matrix X = testing::random_matrix(random, 15, 3);
    const Vector y = testing::random_targets(random, 15, loss);
    const double beta = loss.scale() == LossScale::kMean ? 0.02 : 0.3;
    const double base = trained({X, y, beta, loss.with_sample_weights(omega)}).objective;
    for (const double c : {1.0 / 64, 0.3, 1000.0}) {
      const TrainingProblem scaled(X, y, c * beta, loss.with_sample_weights(c * omega));
      EXPECT_NEAR(trained(scaled).objective, c * base, 1e-9 * c * base);
    }
  }
}

TEST(TrainSampleWeights, FarApart) {
  Random random(63);
  const Vector omega = Vector::NullaryExpr(20, [](Index i) { return std::pow(10.0, i % 9 - 4); });
  const Matrix X = testing::random_matrix(random, 20, 3);
  for (const Loss& loss : testing::all_losses()) {
    for (const OutputBias bias : kBiases) {
      SCOPED_TRACE(loss.name());
      const Vector y = testing::random_targets(random, 20, loss);
      const TrainingProblem problem(X, y, 0.01, loss.with_sample_weights(omega), bias);
      TrainingSettings settings;
      settings.relative_gap = 1e-7;
      const TrainingResult result = train(problem, settings);
      testing::expect_valid(problem, result);
      EXPECT_EQ(result.status, TrainingStatus::kSolved);
    }
  }
}

}  // namespace
}  // namespace thalweg
