#include "landscape/enclosure_arithmetic.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "thalweg/core/random.hpp"

namespace thalweg::landscape {
namespace {

bool holds(const Enclosure& a, long double value) { return a.lower <= value && value <= a.upper; }
double width(const Enclosure& a) { return a.upper - a.lower; }

/// Against long double, whose errors are far below those enclosed.
TEST(EnclosureArithmetic, OperationsHoldTheExactResult) {
  Random random(3);
  for (int k = 0; k < 2000; ++k) {
    const double a = random.normal() * std::pow(10.0, 6 * random.normal());
    const double b = random.normal();
    const long double la = a;
    const long double lb = b;
    EXPECT_TRUE(holds(point(a) + point(b), la + lb));
    EXPECT_TRUE(holds(point(a) - point(b), la - lb));
    EXPECT_TRUE(holds(point(a) * point(b), la * lb));
    EXPECT_TRUE(holds(point(a) / point(b), la / lb));
    EXPECT_TRUE(holds(square(point(a)), la * la));
    EXPECT_TRUE(holds(sqrt(point(std::abs(a))), sqrtl(std::abs(la))));
    EXPECT_LE(width(point(a) * point(b)), 1e-15 * std::abs(a * b));
  }
}

TEST(EnclosureArithmetic, SetsHoldAllResults) {
  const Enclosure a{-1, 2};
  const Enclosure b{-3, 0.5};
  for (const double x : {-1.0, 0.0, 2.0}) {
    for (const double y : {-3.0, 0.25, 0.5}) {
      EXPECT_TRUE(holds(a * b, x * y));
      EXPECT_TRUE(holds(a - b, x - y));
    }
  }
  EXPECT_EQ(square(a).lower, 0);
  EXPECT_EQ(absolute(b).upper, 3);
  EXPECT_FALSE(is_finite(point(1) / a));
  EXPECT_FALSE(is_positive(point(1) / a));
  EXPECT_FALSE(is_negative(point(1) / a));
}

TEST(EnclosureArithmetic, ExpAndLog) {
  Random random(5);
  for (int k = 0; k < 2000; ++k) {
    const double a = 300 * random.normal() * random.uniform();
    const Enclosure e = exp(point(a));
    EXPECT_LE(e.lower, e.upper);
    if (std::abs(a) < 690) {
      EXPECT_TRUE(holds(e, expl(a))) << a;
      EXPECT_LE(width(e), 1e-12 * std::exp(a));
    }
    const double z = std::exp(-std::abs(a));
    const Enclosure l = log1p(point(z));
    EXPECT_TRUE(holds(l, log1pl(z))) << z;
    EXPECT_LE(width(l), 1e-13);
  }
  EXPECT_TRUE(holds(exp(point(0)), 1));
  EXPECT_TRUE(std::isinf(exp(point(1e4)).upper));
  EXPECT_EQ(exp(point(-1e4)).lower, 0);
}

}  // namespace
}  // namespace thalweg::landscape
