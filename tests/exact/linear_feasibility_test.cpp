#include "thalweg/exact/linear_feasibility.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "thalweg/core/error.hpp"
#include "thalweg/core/random.hpp"

namespace thalweg {
namespace {

Matrix small_integers(Index rows, Index columns, std::uint64_t bound, Random& random) {
  Matrix result(rows, columns);
  for (Index i = 0; i < rows; ++i) {
    for (Index k = 0; k < columns; ++k) {
      result(i, k) = static_cast<double>(random.below(2 * bound + 1)) - static_cast<double>(bound);
    }
  }
  return result;
}

Matrix rows_of(const Matrix& A, const std::vector<Index>& rows) {
  Matrix result(static_cast<Index>(rows.size()), A.cols());
  for (Index i = 0; i < result.rows(); ++i)
    result.row(i) = A.row(rows[static_cast<std::size_t>(i)]);
  return result;
}

/// Integers within +-3 in the plane: some integer direction within +-7 is inside when any is,
/// since the sum of the two neighbouring extreme directions (perpendicular to rows) is.
bool some_direction_inside(const Matrix& A) {
  for (int x = -7; x <= 7; ++x) {
    for (int y = -7; y <= 7; ++y) {
      if (((A.col(0) * x + A.col(1) * y).array() > 0).all()) return true;
    }
  }
  return false;
}

TEST(StrictFeasibility, AgreesWithTryingAllDirectionsOfThePlane) {
  Random random(11);
  int feasible = 0;
  for (int trial = 0; trial < 200; ++trial) {
    const Matrix A = small_integers(1 + static_cast<Index>(random.below(5)), 2, 3, random);
    const StrictFeasibility answer = strict_feasibility(A);
    ASSERT_EQ(answer.feasible, some_direction_inside(A)) << A;
    ASSERT_EQ(answer.feasible, answer.support.empty());
    if (answer.feasible) {
      ASSERT_TRUE(answer.point.has_value());
      EXPECT_TRUE(((A * *answer.point).array() > 0).all());
    }
    feasible += answer.feasible ? 1 : 0;
  }
  EXPECT_GT(feasible, 30);
  EXPECT_LT(feasible, 170);
}

TEST(StrictFeasibility, TheSupportAloneIsAlreadyImpossible) {
  Random random(12);
  for (int trial = 0; trial < 60; ++trial) {
    const Matrix A = small_integers(12, 4, 2, random);
    const StrictFeasibility answer = strict_feasibility(A);
    if (answer.feasible) continue;
    EXPECT_LE(answer.support.size(), 5U);
    EXPECT_FALSE(strict_feasibility(rows_of(A, answer.support)).feasible);
  }
}

TEST(StrictFeasibility, OneUlpDecides) {
  // x + y > 0 > x + (1 + 2^-52) y has (1, 2^-53 - 1) inside; nothing is left without the ulp.
  Matrix A(2, 2);
  A << 1, 1, -1, -1;
  EXPECT_FALSE(strict_feasibility(A).feasible);
  A(1, 1) = -std::nextafter(1.0, 2.0);
  const StrictFeasibility sliver = strict_feasibility(A);
  EXPECT_TRUE(sliver.feasible);
  ASSERT_TRUE(sliver.point.has_value());
  EXPECT_TRUE(strictly_inside(A, *sliver.point));
}

TEST(StrictFeasibility, SaysThatACellHoldsNoPointOfDoubles) {
  // -y < x < -y + 2^-53 y: for y in (1, 2] the doubles below y are at least 2^-53 y apart.
  Matrix A(2, 2);
  A << 1, 1, -1, -std::nextafter(1.0, 0.0);
  const StrictFeasibility sliver = strict_feasibility(A);
  EXPECT_TRUE(sliver.feasible);
  EXPECT_FALSE(sliver.point.has_value());
}

TEST(StrictFeasibility, KnowsAffineSets) {
  // A triangle x > 1, y > 1, x + y < c holds a point iff c > 2.
  Matrix A(3, 2);
  A << 1, 0, 0, 1, -1, -1;
  Vector b(3);
  b << 1, 1, -2;
  EXPECT_FALSE(strict_feasibility(A, b).feasible);
  b[2] = -std::nextafter(2.0, 3.0);
  EXPECT_TRUE(strict_feasibility(A, b).feasible);
  b[2] = -3;
  const StrictFeasibility answer = strict_feasibility(A, b);
  ASSERT_TRUE(answer.point.has_value());
  EXPECT_TRUE(strictly_inside(A, *answer.point, b));
}

TEST(StrictFeasibility, NoRowsAndZeroRows) {
  EXPECT_TRUE(strict_feasibility(Matrix(0, 3)).feasible);
  EXPECT_EQ(strict_feasibility(Matrix::Zero(1, 3)).support, std::vector<Index>{0});
  EXPECT_FALSE(strict_feasibility(Matrix(1, 0)).feasible);
}

TEST(StrictFeasibility, RejectsWrongArguments) {
  EXPECT_THROW((void)strict_feasibility(Matrix::Ones(2, 2), Vector::Ones(3)), InvalidArgument);
  EXPECT_THROW((void)strict_feasibility(Matrix::Constant(1, 1, NAN)), InvalidArgument);
}

TEST(StrictlyInside, IsStrictAndExact) {
  Matrix A(1, 2);
  A << 0.1, -0.3;
  // fl(0.1) 3 - fl(0.3) = 2^-54 + ... is positive although floating point may round it away.
  EXPECT_TRUE(strictly_inside(A, Vector{{3.0, 1.0}}));
  A << 0.1, -0.1;
  EXPECT_FALSE(strictly_inside(A, Vector{{1.0, 1.0}}));
  EXPECT_FALSE(strictly_inside(A, Vector{{HUGE_VAL, 1.0}}));
  EXPECT_FALSE(strictly_inside(A, Vector{{2.0, 1.0}}, Vector{{0.1}}));
}

TEST(PositiveCircuit, AcceptsMinimalPositiveRelationsOnly) {
  Matrix A(3, 3);
  A << 1, 0, 0, 0, 1, 0, -2, -0.5, 0;
  EXPECT_TRUE(positive_circuit(A));
  EXPECT_FALSE(positive_circuit(-A.topRows(2))) << "independent";
  Matrix mixed = A;
  mixed.row(2) << -2, 0.5, 0;
  EXPECT_FALSE(positive_circuit(mixed)) << "a factor is negative";
  mixed.row(2) << -2, 0, 0;
  EXPECT_FALSE(positive_circuit(mixed)) << "a factor is zero";
  Matrix two(4, 2);
  two << 1, 0, -1, 0, 0, 1, 0, -1;
  EXPECT_FALSE(positive_circuit(two)) << "two relations";
  A(2, 2) = std::ldexp(1.0, -1000);
  EXPECT_FALSE(positive_circuit(A)) << "independent by a hair";
}

TEST(PositiveCircuit, FindsRelationsOfRoundedDecimals) {
  // fl(0.1) + fl(0.2) != fl(0.3) but 2 fl(0.1) = fl(0.2).
  Matrix A(2, 2);
  A << 0.1, 0.1, -0.2, -0.2;
  EXPECT_TRUE(positive_circuit(A));
  A << 0.1, 0.1, -0.3, -0.3;
  EXPECT_TRUE(positive_circuit(A));
  A << 0.1, 0.2, -0.3, -0.6;
  EXPECT_TRUE(positive_circuit(A));
  A << 0.1, 0.3, -0.2, -0.7;
  EXPECT_FALSE(positive_circuit(A));
}

}  // namespace
}  // namespace thalweg
