#include "certificate/grid_dual.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "certificate/exact_number.hpp"
#include "support/random_matrix.hpp"
#include "thalweg/core/random.hpp"

namespace thalweg::certificate {
namespace {

Vector labels(Random& random, Index n) {
  Vector y(n);
  for (Index i = 0; i < n; ++i) y[i] = random.uniform() < 0.5 ? -1 : 1;
  return y;
}

TEST(RoundToGrid, MovesTheDualNormByLessThanTheSlack) {
  Random random(1);
  const TrainingProblem problem(testing::random_matrix(random, 30, 3),
                                testing::random_matrix(random, 30, 1), 0.7, Loss::squared());
  const Vector nu = testing::random_matrix(random, 30, 1);
  for (const double slack : {1e-2, 1e-6, 1e-10}) {
    const auto dual = round_to_grid(problem, nu, slack);
    ASSERT_TRUE(dual);
    const double moved = problem.X().rowwise().norm().dot((dual->nu - nu).cwiseAbs());
    EXPECT_LE(moved, slack * problem.beta() / 4);
    for (Index i = 0; i < 30; ++i) {
      const auto entry = static_cast<double>(dual->entries[static_cast<std::size_t>(i)]);
      EXPECT_EQ(std::ldexp(entry, -static_cast<int>(dual->exponent)), dual->nu[i]);
    }
  }
}

TEST(RoundToGrid, KeepsTheDualValueWhereItIsStationary) {
  // Rows of zeros: the zero network is optimal and q = y, where D is flat to first order.
  const Vector y{{-1.4868548718843337, 0.3}};
  const TrainingProblem problem(Matrix::Zero(2, 2), y, 0.1, Loss::squared());
  const auto dual = round_to_grid(problem, y, 1e-9);
  ASSERT_TRUE(dual);
  EXPECT_NEAR(problem.dual_objective(dual->nu), 0.5 * y.squaredNorm(), 1e-9 * y.squaredNorm());
}

TEST(RoundToGrid, FreeBiasSumsToExactlyZero) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Random random(seed);
    const Index n = 2 + static_cast<Index>(random.below(30));
    const TrainingProblem problem(testing::random_matrix(random, n, 2),
                                  testing::random_matrix(random, n, 1), 0.1, Loss::squared(),
                                  OutputBias::kFree);
    const Vector nu = problem.project_to_dual_domain(testing::random_matrix(random, n, 1));
    const auto dual = round_to_grid(problem, nu, 1e-8);
    ASSERT_TRUE(dual);
    EXPECT_EQ(std::accumulate(dual->entries.begin(), dual->entries.end(), std::int64_t{0}), 0);
  }
}

TEST(RoundToGrid, FreeBiasWithoutRoomIsRefused) {
  // All labels equal: every entry must be nonnegative, so only nu = 0 sums to zero.
  Random random(3);
  const TrainingProblem problem(testing::random_matrix(random, 5, 2), Vector::Ones(5), 0.1,
                                Loss::squared_hinge(), OutputBias::kFree);
  const auto dual = round_to_grid(problem, Vector::Ones(5), 1e-6);
  if (dual) {
    EXPECT_TRUE(dual->nu.isZero(0));
  }
}

TEST(RoundToGrid, HuberStaysWithinDeltaExactly) {
  Random random(5);
  const Index n = 7;
  for (const LossScale scale : {LossScale::kSum, LossScale::kMean}) {
    const TrainingProblem problem(testing::random_matrix(random, n, 2),
                                  testing::random_matrix(random, n, 1), 0.3,
                                  Loss::huber(0.1, scale));
    const Vector nu = problem.project_to_dual_domain(5 * testing::random_matrix(random, n, 1));
    const auto dual = round_to_grid(problem, nu, 1e-9);
    ASSERT_TRUE(dual);
    bool at_limit = false;
    for (const std::int64_t entry : dual->entries) {
      mpq_class q = to_rational(to_dyad(mpz_class(static_cast<long>(entry)), dual->exponent));
      if (scale == LossScale::kMean) q *= n;
      EXPECT_LE(abs(q), to_rational(to_dyad(0.1)));
      at_limit = at_limit || abs(q) > to_rational(to_dyad(0.0999));
    }
    EXPECT_TRUE(at_limit);
  }
}

TEST(RoundToGrid, SquaredHingeKeepsTheSigns) {
  Random random(6);
  const Vector y = labels(random, 20);
  const TrainingProblem problem(testing::random_matrix(random, 20, 2), y, 0.3,
                                Loss::squared_hinge(), OutputBias::kFree);
  const Vector nu = problem.project_to_dual_domain(
      y.cwiseProduct(testing::random_matrix(random, 20, 1).cwiseAbs().col(0)));
  const auto dual = round_to_grid(problem, nu, 1e-6);
  ASSERT_TRUE(dual);
  EXPECT_GE(dual->nu.cwiseProduct(y).minCoeff(), 0.0);
  EXPECT_EQ(std::accumulate(dual->entries.begin(), dual->entries.end(), std::int64_t{0}), 0);
}

}  // namespace
}  // namespace thalweg::certificate
