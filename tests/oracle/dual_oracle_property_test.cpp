#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "oracle/brute_force.hpp"
#include "thalweg/oracle/dual_oracle.hpp"

namespace thalweg {
namespace {

using testing::brute_force_dual_norm;
using testing::random_data;
using testing::random_dual;

TEST(DualOracleProperty, BoundsEncloseTheBruteForceMaximumOnEveryKindOfData) {
  Random random(20240);
  int closed = 0;
  constexpr int kInstances = 240;
  for (int instance = 0; instance < kInstances; ++instance) {
    const auto n = static_cast<Index>(1 + random.below(7));
    const auto d = static_cast<Index>(1 + random.below(3));
    const Matrix X = random_data(n, d, instance, random);
    const Vector nu = random_dual(n, instance % 3 == 0, random);
    SCOPED_TRACE("instance " + std::to_string(instance));
    const double sigma = brute_force_dual_norm(X, nu);
    DualNormSettings settings;
    settings.relative_gap = 1e-9;
    const DualNormResult result = DualOracle(X).maximise(nu, settings);
    ASSERT_LE(result.lower, sigma * (1 + 1e-12) + 1e-13);
    ASSERT_GE(result.upper, sigma * (1 - 1e-12) - 1e-13);
    if (result.status == DualNormStatus::kClosed) ++closed;
    ASSERT_FALSE(result.maximisers.empty());
    ASSERT_EQ(result.lower, result.maximisers.front().value);
  }
  // What cancels exactly (nu = 0 on every group) has no relative gap to close; everything else
  // closes.
  EXPECT_GE(closed, kInstances * 97 / 100);
}

TEST(DualOracleProperty, BoundsDoNotDependOnTheNumberOfThreads) {
  Random random(77);
  for (int instance = 0; instance < 12; ++instance) {
    const auto d = static_cast<Index>(2 + random.below(4));
    const Matrix X = random_data(60, d, instance, random);
    const Vector nu = random_dual(60, false, random);
    const DualOracle oracle(X);
    DualNormSettings settings;
    settings.relative_gap = 1e-8;
    settings.maximiser_band = instance % 2 == 0 ? 0.0 : 0.05;
    const DualNormResult one = oracle.maximise(nu, settings);
    settings.threads = 2;
    const DualNormResult two = oracle.maximise(nu, settings);
    EXPECT_EQ(one.lower, two.lower);
    EXPECT_EQ(one.upper, two.upper);
    EXPECT_EQ(one.nodes, two.nodes);
    EXPECT_EQ(one.maximisers.size(), two.maximisers.size());
  }
}

TEST(DualOracleProperty, RotatingPermutingAndNegatingLeaveTheMaximumAlone) {
  Random random(5);
  for (int instance = 0; instance < 10; ++instance) {
    const Matrix X = random_data(25, 3, instance, random);
    const Vector nu = random_dual(25, false, random);
    DualNormSettings settings;
    settings.relative_gap = 1e-10;
    const double sigma = DualOracle(X).maximise(nu, settings).upper;
    Matrix square(3, 3);
    for (Index i = 0; i < 9; ++i) square(i / 3, i % 3) = random.normal();
    const Matrix rotation = square.householderQr().householderQ();
    EXPECT_NEAR(DualOracle(X * rotation).maximise(nu, settings).upper, sigma, 1e-9 * sigma);
    EXPECT_NEAR(DualOracle(X.colwise().reverse()).maximise(nu.reverse(), settings).upper, sigma,
                1e-9 * sigma);
    EXPECT_NEAR(DualOracle(X).maximise(-nu, settings).upper, sigma, 1e-9 * sigma);
    EXPECT_NEAR(DualOracle(-X).maximise(nu, settings).upper, sigma, 1e-9 * sigma);
  }
}

TEST(DualOracleProperty, TheBandContainsTheBestDirectionOfEveryPattern) {
  // A local maximiser found by climbing from anywhere with a value in the band must be in the list.
  Random random(91);
  for (int instance = 0; instance < 30; ++instance) {
    const auto d = static_cast<Index>(2 + random.below(2));
    const Matrix X = random_data(12, d, instance, random);
    const Vector nu = random_dual(12, false, random);
    const DualOracle oracle(X);
    DualNormSettings settings;
    settings.maximiser_band = 0.3;
    const DualNormResult result = oracle.maximise(nu, settings);
    if (result.status != DualNormStatus::kClosed) continue;
    std::vector<Vector> starts;
    for (int i = 0; i < 300; ++i) starts.push_back(random.direction(d));
    for (const DualDirection& found : oracle.climb(nu, 0.7 * result.upper, 1000, 3, 1, starts)) {
      const bool listed = std::any_of(
          result.maximisers.begin(), result.maximisers.end(), [&](const DualDirection& known) {
            return known.sign == found.sign && (known.u - found.u).norm() < 1e-6;
          });
      EXPECT_TRUE(listed) << "instance " << instance << " value " << found.value << " of "
                          << result.upper << " u " << found.u.transpose();
    }
  }
}

}  // namespace
}  // namespace thalweg
