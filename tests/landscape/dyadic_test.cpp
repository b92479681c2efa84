#include "landscape/dyadic.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "landscape/exact_dual.hpp"
#include "landscape/polytope_fixtures.hpp"

namespace thalweg::landscape {
namespace {

using testing::dot;
using testing::ratio;
using Rationals = std::vector<mpq_class>;
using Rows = std::vector<Rationals>;

TEST(Dyadic, FractionBitsAreTheLeast) {
  EXPECT_EQ(fraction_bits(0.0), 0);
  EXPECT_EQ(fraction_bits(6.0), 0);
  EXPECT_EQ(fraction_bits(-0.75), 2);
  EXPECT_EQ(fraction_bits(0.1), 55);
  EXPECT_EQ(fraction_bits(std::numeric_limits<double>::denorm_min()), 1074);
  EXPECT_EQ(scaled_integer(-0.75, 4), -12);
  EXPECT_EQ(scaled(-12, -4), ratio(-3, 4));
  EXPECT_EQ(scaled(3, 2), 12);
}

TEST(Dyadic, RoundingEnclosesTightly) {
  Random random(3);
  for (int trial = 0; trial < 200; ++trial) {
    const mpq_class value = mpq_class(random.normal()) / 3;
    const double above = rounded_up(value);
    const double below = rounded_down(value);
    EXPECT_GE(mpq_class(above), value);
    EXPECT_LE(mpq_class(below), value);
    EXPECT_LE(above, std::nextafter(below, 1e300));
    const mpq_class square = value * value;
    const mpq_class root = root_above(square);
    EXPECT_GE(root, abs(value));
    EXPECT_LE(root * root, square * (1 + scaled(1, -190)));
  }
}

/// A = V^T V for columns V, some dependent; b = V^T v is in its range.
TEST(Dyadic, SemidefiniteSystemsAreSolvedOrRefused) {
  Random random(4);
  for (int trial = 0; trial < 200; ++trial) {
    Rows V;
    for (int k = 0; k < 4; ++k) {
      Rationals column;
      for (int i = 0; i < 3; ++i) column.emplace_back(static_cast<long>(random.below(3)) - 1);
      V.push_back(std::move(column));
    }
    const Rationals v = {1, ratio(1, 3), -2};
    Rows A(4, Rationals(4));
    Rationals b;
    for (std::size_t k = 0; k < 4; ++k) {
      for (std::size_t l = 0; l < 4; ++l) A[k][l] = dot(V[k], V[l]);
      b.push_back(dot(V[k], v));
    }
    // Four columns of length 3 depend on one another.
    EXPECT_TRUE(solve_exactly(A, b).empty());
    const auto x = solve_semidefinite(A, b);
    ASSERT_TRUE(x.has_value());
    for (std::size_t k = 0; k < 4; ++k) EXPECT_EQ(dot(A[k], *x), b[k]);
  }
}

TEST(Dyadic, SystemsWithoutSolution) {
  const Rows A = {{1, 2}, {2, 4}};
  EXPECT_FALSE(solve_semidefinite(A, {1, 3}).has_value());
  EXPECT_EQ(solve_semidefinite(A, {1, 2}), (Rationals{1, 0}));
  EXPECT_EQ(solve_exactly({{0, 2}, {3, 1}}, {4, 5}), (Rationals{1, 2}));
}

TEST(ExactDual, RationalsAndTheirRounding) {
  Matrix values(2, 1);
  values << 0.75, -2;
  const DyadicMatrix X(values);
  EXPECT_EQ(X.bits(), 2);
  EXPECT_EQ(X(0, 0), 3);
  EXPECT_EQ(X(1, 0), -8);
  const ExactDual dual(X, Rationals{ratio(1, 3), ratio(-5, 2)});
  EXPECT_EQ(dual[0], ratio(1, 3));
  EXPECT_EQ(dual[1], ratio(-5, 2));
  EXPECT_EQ(dual.integer(0), 2);
  EXPECT_EQ(dual.integer(1), -15);
  const mpq_class off = abs(ratio(1, 3) - mpq_class(dual.rounded()[0]));
  EXPECT_GE(mpq_class(dual.error()), off);
  EXPECT_LE(dual.error(), 1e-16);
}

}  // namespace
}  // namespace thalweg::landscape
