#include "thalweg/exact/determinant.hpp"

#include <gmpxx.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "support/arrangement_families.hpp"

namespace thalweg::testing {
namespace {

/// The determinant by Leibniz' sum over permutations, m <= 6.
mpq_class leibniz(const Matrix& A) {
  std::vector<Index> order(static_cast<std::size_t>(A.rows()));
  std::iota(order.begin(), order.end(), Index{0});
  mpq_class sum = 0;
  do {
    int sign = 1;
    mpq_class product = 1;
    for (std::size_t i = 0; i < order.size(); ++i) {
      for (std::size_t k = i + 1; k < order.size(); ++k) sign *= order[i] < order[k] ? 1 : -1;
      product *= mpq_class(A(static_cast<Index>(i), order[i]));
    }
    sum += sign * product;
  } while (std::next_permutation(order.begin(), order.end()));
  return sum;
}

void expect_sign(const Matrix& A) {
  const int expected = sgn(leibniz(A));
  ASSERT_EQ(determinant_sign(A), expected) << A;
  const int likely = likely_determinant_sign(A);
  ASSERT_TRUE(likely == 0 || likely == expected) << A;
}

TEST(Determinant, HasTheExactSign) {
  Random random(601);
  for (int round = 0; round < 600; ++round) {
    const auto m = static_cast<Index>(1 + random.below(5));
    expect_sign(small_integer_rows(random, m, m, 2));
    expect_sign(gaussian_rows(random, m, m));
    expect_sign(nudged(random, rank_deficient_rows(random, m, m, std::max<Index>(m - 1, 1))));
    expect_sign(badly_scaled(random, rank_deficient_rows(random, m, m, m), 250));
    expect_sign(0.1 * rank_deficient_rows(random, m, m, std::max<Index>(m - 1, 1)));
  }
}

TEST(Determinant, VanishesOnSingularMatricesOfLongIntegers) {
  Random random(602);
  for (int round = 0; round < 100; ++round) {
    const auto m = static_cast<Index>(2 + random.below(8));
    // 53 bits: the last row is the sum of two others with at most 52 bits.
    Matrix A = small_integer_rows(random, m, m, 1 << 29) * std::ldexp(1.0, 20) +
               small_integer_rows(random, m, m, 1 << 19);
    A.row(m - 1) = A.row(0) + (m > 2 ? 1.0 : 0.0) * A.row(1 % (m - 1));
    ASSERT_EQ(determinant_sign(A), 0) << A;
    // The twin: one unit in the last place more.
    const Matrix minor = A.topLeftCorner(m - 1, m - 1);
    A(m - 1, m - 1) = std::nextafter(A(m - 1, m - 1), INFINITY);
    ASSERT_EQ(determinant_sign(A), determinant_sign(minor)) << A;
  }
}

TEST(Determinant, TurnsWithRowExchangesAndVanishesForEqualRows) {
  Random random(603);
  for (int round = 0; round < 50; ++round) {
    const auto m = static_cast<Index>(2 + random.below(12));
    Matrix A = small_integer_rows(random, m, m, 3);
    const int sign = determinant_sign(A);
    ASSERT_EQ(determinant_sign(A.transpose()), sign);
    A.row(0).swap(A.row(m - 1));
    ASSERT_EQ(determinant_sign(A), -sign);
    A.row(0) = A.row(m - 1);
    ASSERT_EQ(determinant_sign(A), 0);
  }
}

TEST(Determinant, TakesExtremeExponents) {
  const double least = std::numeric_limits<double>::denorm_min();
  const double most = std::numeric_limits<double>::max();
  const Matrix A{{least, most}, {least, -most}};
  EXPECT_EQ(determinant_sign(A), -1);
  const Matrix B{{least, most}, {least, most}};
  EXPECT_EQ(determinant_sign(B), 0);
  const Matrix C{{most, std::nextafter(most, 0.0)}, {most, most}};
  EXPECT_EQ(determinant_sign(C), 1);
  EXPECT_EQ(determinant_sign(Matrix(0, 0)), 1);
  EXPECT_EQ(determinant_sign(Matrix{{-least}}), -1);
  EXPECT_EQ(determinant_sign(Matrix{{0.0}}), 0);
}

}  // namespace
}  // namespace thalweg::testing
