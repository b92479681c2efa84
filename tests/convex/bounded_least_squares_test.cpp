#include "thalweg/convex/bounded_least_squares.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "convex/random_problem.hpp"

namespace thalweg {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Largest violation of the optimality conditions of min |b - A x|, 0 <= x <= upper.
double violation(const Matrix& A, const Vector& b, const Vector& upper, const Vector& x) {
  const Vector slope = A.transpose() * (b - A * x);
  double worst = 0;
  for (Index i = 0; i < x.size(); ++i) {
    worst = std::max({worst, -x[i], x[i] - upper[i]});
    if (x[i] < upper[i]) worst = std::max(worst, slope[i]);
    if (x[i] > 0) worst = std::max(worst, -slope[i]);
  }
  return worst;
}

TEST(BoundedLeastSquares, OptimalityConditionsHoldOnRandomProblems) {
  Random random(11);
  for (int trial = 0; trial < 300; ++trial) {
    const Index d = 1 + static_cast<Index>(random.below(6));
    const Index k = 1 + static_cast<Index>(random.below(40));
    const Matrix A = testing::random_matrix(random, d, k);
    const Vector b = testing::random_vector(random, d);
    const Vector upper = Vector::Constant(k, trial % 2 == 0 ? kInfinity : 0.2);
    const BoundedLeastSquares solution = bounded_least_squares(A, b, upper);
    EXPECT_TRUE(solution.converged);
    EXPECT_LE(violation(A, b, upper, solution.x), 1e-12) << "trial " << trial;
    EXPECT_LE((solution.residual - (b - A * solution.x)).norm(), 1e-13);
    // Must reject: a shifted point violates the conditions.
    EXPECT_GT(violation(A, b, upper, solution.x.array() + 0.3), 1e-3);
  }
}

TEST(BoundedLeastSquares, DuplicatedAndZeroColumns) {
  Matrix A(2, 4);
  A << 1, 1, 0, 0,  //
      0, 0, 0, 1;
  Vector b(2);
  b << 3, -1;
  const BoundedLeastSquares bounded = bounded_least_squares(A, b, Vector::Ones(4));
  EXPECT_NEAR(bounded.x[0] + bounded.x[1], 2, 1e-14);  // both at their upper bound
  EXPECT_EQ(bounded.x[2], 0);
  EXPECT_EQ(bounded.x[3], 0);
  const BoundedLeastSquares nonnegative =
      bounded_least_squares(A, b, Vector::Constant(4, kInfinity));
  EXPECT_NEAR(nonnegative.x[0] + nonnegative.x[1], 3, 1e-14);
  EXPECT_NEAR(nonnegative.residual.norm(), 1, 1e-14);
}

TEST(BoundedLeastSquares, ProjectionOnAnOrthantInClosedForm) {
  // min |b - x|, x >= 0 is the positive part.
  Vector b(3);
  b << 2, -1, 0.5;
  const BoundedLeastSquares solution =
      bounded_least_squares(Matrix::Identity(3, 3), b, Vector::Constant(3, kInfinity));
  EXPECT_NEAR((solution.x - b.cwiseMax(0.0)).norm(), 0, 1e-15);
}

}  // namespace
}  // namespace thalweg
