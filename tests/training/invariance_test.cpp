#include <gtest/gtest.h>

#include <Eigen/QR>
#include <numeric>

#include "convex/random_problem.hpp"
#include "training/training_checks.hpp"

namespace thalweg {
namespace {

/// Optimum to a relative gap of 1e-9.
double optimum(const TrainingProblem& problem) {
  TrainingSettings settings;
  settings.relative_gap = 1e-9;
  const TrainingResult result = train(problem, settings);
  EXPECT_EQ(result.status, TrainingStatus::kSolved);
  return result.objective;
}

class Invariance : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(Invariance, PermutingSamplesAndRotatingInputs) {
  Random random(GetParam());
  const Index n = 10 + static_cast<Index>(random.below(20));
  const Index d = 2 + static_cast<Index>(random.below(3));
  const Matrix X = testing::random_matrix(random, n, d);
  const Vector y = testing::random_vector(random, n);
  const double base = optimum({X, y, 0.4, Loss::squared()});

  Matrix permuted(n, d);
  Vector targets(n);
  std::vector<Index> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  for (std::size_t i = order.size() - 1; i > 0; --i)
    std::swap(order[i], order[random.below(i + 1)]);
  for (Index i = 0; i < n; ++i) {
    permuted.row(i) = X.row(order[static_cast<std::size_t>(i)]);
    targets[i] = y[order[static_cast<std::size_t>(i)]];
  }
  EXPECT_NEAR(optimum({permuted, targets, 0.4, Loss::squared()}), base, 1e-9 * base);

  const Matrix rotation =
      Eigen::HouseholderQR<Matrix>(testing::random_matrix(random, d, d)).householderQ();
  EXPECT_NEAR(optimum({X * rotation, y, 0.4, Loss::squared()}), base, 1e-9 * base);

  // Must reject: stretching one input is no rotation.
  Matrix stretched = X;
  stretched.col(0) *= 2;
  EXPECT_LT(optimum({stretched, y, 0.4, Loss::squared()}), base * (1 - 1e-4));
}

TEST_P(Invariance, ScalingDataTargetsAndDuplicatingSamples) {
  Random random(GetParam() + 50);
  const Matrix X = testing::random_matrix(random, 15, 3);
  const Vector y = testing::random_vector(random, 15);
  const double base = optimum({X, y, 0.3, Loss::squared()});
  // (3 X) (w / 3): the penalty of a neuron falls by 3, so beta grows by 3.
  EXPECT_NEAR(optimum({3 * X, y, 0.9, Loss::squared()}), base, 1e-9 * base);
  // y -> 2 y, beta -> 2 beta: masses double, the objective is multiplied by 4.
  EXPECT_NEAR(optimum({X, 2 * y, 0.6, Loss::squared()}), 4 * base, 4e-9 * base);
  // The same far down: nothing is negligible because it is small.
  EXPECT_NEAR(1e200 * optimum({X, 1e-100 * y, 0.3e-100, Loss::squared()}), base, 1e-9 * base);
  EXPECT_NEAR(optimum({1e-80 * X, y, 0.3e-80, Loss::squared()}), base, 1e-9 * base);
  EXPECT_NEAR(1e-180 * optimum({1e70 * X, 1e90 * y, 0.3e160, Loss::squared()}), base, 1e-9 * base);
  const double huber =
      optimum({X, y, 0.3, Loss::huber(0.4), OutputBias::kFree, SkipConnection::kFree});
  EXPECT_NEAR(1e-180 * optimum({1e-50 * X, 1e90 * y, 0.3e40, Loss::huber(0.4e90), OutputBias::kFree,
                                SkipConnection::kFree}),
              huber, 1e-9 * huber);
  // Every sample twice, with twice the penalty: twice the objective.
  Matrix twice(30, 3);
  twice << X, X;
  Vector targets(30);
  targets << y, y;
  EXPECT_NEAR(optimum({twice, targets, 0.6, Loss::squared()}), 2 * base, 2e-9 * base);
  // A mean loss is a sum loss with beta n.
  EXPECT_NEAR(15 * optimum({X, y, 0.3 / 15, Loss::squared(LossScale::kMean)}), base, 1e-9 * base);
}

TEST_P(Invariance, FreeBiasAbsorbsShiftsAndBiasesAreOrdered) {
  Random random(GetParam() + 90);
  const Matrix X = testing::random_matrix(random, 15, 3);
  const Vector y = testing::random_vector(random, 15);
  for (const Loss& loss : {Loss::squared(), Loss::huber(0.6)}) {
    const double free = optimum({X, y, 0.3, loss, OutputBias::kFree});
    const Vector shifted = (y.array() + 1.75).matrix();
    EXPECT_NEAR(optimum({X, shifted, 0.3, loss, OutputBias::kFree}), free, 1e-9 * free);
    const double penalised = optimum({X, shifted, 0.3, loss, OutputBias::kPenalised});
    const double none = optimum({X, shifted, 0.3, loss, OutputBias::kNone});
    EXPECT_LT(free, penalised);
    EXPECT_LT(penalised, none);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, Invariance, ::testing::Range<std::uint64_t>(1, 7));

}  // namespace
}  // namespace thalweg
