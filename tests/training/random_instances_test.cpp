#include <gtest/gtest.h>

#include "convex/random_problem.hpp"
#include "thalweg/training/beta_max.hpp"
#include "training/training_checks.hpp"

namespace thalweg {
namespace {

/// General, grid, duplicated and reflected, rank-deficient, bias column, zero rows.
Matrix degenerate_matrix(Random& random, std::uint64_t kind, Index n, Index d) {
  Matrix X = testing::random_matrix(random, n, d);
  for (Index i = 0; i < n; ++i) {
    for (Index k = 0; k < d && kind == 1; ++k) X(i, k) = static_cast<double>(random.below(5)) - 2;
    if (kind == 2 && i > 0 && random.below(3) == 0) {
      const double factor = random.below(2) == 0 ? -1.0 : 2.0;
      X.row(i) = factor * X.row(static_cast<Index>(random.below(static_cast<std::uint64_t>(i))));
    }
    if (kind == 5 && random.below(4) == 0) X.row(i).setZero();
  }
  if (kind == 3) X.col(d - 1) = 2 * X.col(0);
  if (kind == 4) X.col(d - 1).setOnes();
  return X;
}

TEST(TrainRandomInstances, BoundsAreSoundAndNearlyAllClose) {
  int open = 0;
  constexpr int kInstances = 600;
  for (std::uint64_t seed = 1; seed <= kInstances; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    const std::uint64_t kind = random.below(6);
    const Index n = 1 + static_cast<Index>(random.below(30));
    const Index d = 1 + static_cast<Index>(random.below(4));
    const Matrix X = degenerate_matrix(random, kind, n, d);
    const Loss loss = testing::all_losses()[random.below(4)];
    const auto bias = static_cast<OutputBias>(random.below(3));
    const Vector y = testing::random_targets(random, n, loss);
    const double share = std::pow(10.0, -3 * random.uniform());
    const BetaMax largest = beta_max({X, y, 1, loss, bias}, {});
    const TrainingProblem problem(X, y, std::max(share * largest.upper, 1e-9), loss, bias);
    TrainingSettings settings;
    settings.relative_gap = 1e-6;
    settings.seed = seed;
    const TrainingResult result = train(problem, settings);
    testing::expect_valid(problem, result);
    // Equal labels under a free bias: the infimum 0 is not attained by the logistic loss.
    const bool unattained = loss.kind() == LossKind::kLogistic && bias == OutputBias::kFree &&
                            std::abs(y.sum()) == static_cast<double>(n);
    if (!unattained && result.status != TrainingStatus::kSolved) ++open;
  }
  EXPECT_LE(open, kInstances / 100);
}

TEST(TrainRandomInstances, MoreInputsThanSamples) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const TrainingProblem problem = testing::random_problem(seed, 4, 9, 0.3);
    TrainingSettings settings;
    settings.relative_gap = 1e-9;
    const TrainingResult result = train(problem, settings);
    testing::expect_valid(problem, result);
    EXPECT_EQ(result.status, TrainingStatus::kSolved);
    testing::expect_stationary(problem, result, 1e-7);
  }
}

}  // namespace
}  // namespace thalweg
