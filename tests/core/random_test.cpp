#include "thalweg/core/random.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

namespace thalweg {
namespace {

TEST(Random, FollowsTheStandardsGenerator) {
  // [rand.predef]: the 10000th value of mt19937_64 seeded with 5489 is 9981545732273789042.
  Random random(5489);
  for (int i = 0; i < 9999; ++i) static_cast<void>(random.uniform());
  EXPECT_EQ(random.uniform(), std::ldexp(static_cast<double>(9981545732273789042u >> 11), -53));
}

TEST(Random, SameSeedSameNumbersOtherSeedOtherNumbers) {
  Random a(1);
  Random b(1);
  Random c(2);
  int equal = 0;
  for (int i = 0; i < 100; ++i) {
    const double value = a.normal();
    EXPECT_EQ(value, b.normal());
    equal += value == c.normal() ? 1 : 0;
  }
  EXPECT_EQ(equal, 0);
}

TEST(Random, UniformLiesInTheHalfOpenUnitInterval) {
  Random random(3);
  double sum = 0;
  double squares = 0;
  constexpr int kCount = 100000;
  for (int i = 0; i < kCount; ++i) {
    const double u = random.uniform();
    ASSERT_GE(u, 0);
    ASSERT_LT(u, 1);
    sum += u;
    squares += u * u;
  }
  // Five standard deviations: variance of u is 1/12, of u^2 is 4/45.
  EXPECT_NEAR(sum / kCount, 0.5, 5 * std::sqrt(1.0 / 12 / kCount));
  EXPECT_NEAR(squares / kCount, 1.0 / 3, 5 * std::sqrt(4.0 / 45 / kCount));
}

TEST(Random, NormalHasTheMomentsOfTheStandardNormal) {
  Random random(4);
  std::array<double, 5> moment{};
  constexpr int kCount = 200000;
  for (int i = 0; i < kCount; ++i) {
    const double z = random.normal();
    double power = 1;
    for (double& sum : moment) {
      sum += power / kCount;
      power *= z;
    }
  }
  // Five standard deviations of each sample moment: Var z = 1, z^2: 2, z^3: 15, z^4: 96.
  EXPECT_NEAR(moment[1], 0, 5 * std::sqrt(1.0 / kCount));
  EXPECT_NEAR(moment[2], 1, 5 * std::sqrt(2.0 / kCount));
  EXPECT_NEAR(moment[3], 0, 5 * std::sqrt(15.0 / kCount));
  EXPECT_NEAR(moment[4], 3, 5 * std::sqrt(96.0 / kCount));
}

TEST(Random, BelowIsUniformAndInRange) {
  Random random(5);
  constexpr int kCount = 70000;
  std::array<int, 7> hits{};
  for (int i = 0; i < kCount; ++i) {
    const std::uint64_t value = random.below(7);
    ASSERT_LT(value, 7u);
    ++hits[value];
  }
  double chi_squared = 0;
  for (const int count : hits) chi_squared += (count - 10000.0) * (count - 10000.0) / 10000.0;
  EXPECT_LT(chi_squared, 35);  // 6 degrees of freedom: exceeded with probability 4e-6

  EXPECT_EQ(random.below(1), 0u);
  constexpr std::uint64_t kLarge = (std::uint64_t{1} << 63) + 1;
  for (int i = 0; i < 100; ++i) EXPECT_LT(random.below(kLarge), kLarge);
}

TEST(Random, DirectionsAreUnitAndIsotropic) {
  Random random(6);
  constexpr int kCount = 50000;
  Vector mean = Vector::Zero(3);
  Matrix covariance = Matrix::Zero(3, 3);
  for (int i = 0; i < kCount; ++i) {
    const Vector u = random.direction(3);
    ASSERT_NEAR(u.norm(), 1, 1e-15);
    mean += u / kCount;
    covariance += u * u.transpose() / kCount;
  }
  EXPECT_LT(mean.cwiseAbs().maxCoeff(), 5 * std::sqrt(1.0 / 3 / kCount));
  const Matrix difference = covariance - Matrix::Identity(3, 3) / 3;
  EXPECT_LT(difference.cwiseAbs().maxCoeff(), 5 * std::sqrt(4.0 / 45 / kCount));
  EXPECT_EQ(std::abs(random.direction(1)[0]), 1);
}

}  // namespace
}  // namespace thalweg
