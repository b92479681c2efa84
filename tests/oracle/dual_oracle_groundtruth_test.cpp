#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "support/groundtruth.hpp"
#include "thalweg/oracle/dual_oracle.hpp"

namespace thalweg {
namespace {

using testing::all_groundtruth;
using testing::GroundTruth;

TEST(DualOracleGroundTruth, TheOptimalDualHasTheStoredNormAndEveryAtomIsFound) {
  const std::vector<GroundTruth> instances = all_groundtruth();
  ASSERT_EQ(instances.size(), 22u);
  for (const GroundTruth& truth : instances) {
    SCOPED_TRACE(truth.name);
    const DualOracle oracle(truth.X);
    DualNormSettings settings;
    settings.relative_gap = 1e-10;
    settings.maximiser_band = 1e-9;
    settings.threads = 2;
    const DualNormResult result = oracle.maximise(truth.nu, settings);
    EXPECT_EQ(result.status, DualNormStatus::kClosed);
    const double sigma = truth.beta * truth.dual_max_over_beta;
    // nu is stored in doubles near y: it is known to about 1e-16 |y| only.
    const double rounding = 4e-15 * (truth.beta + truth.y.norm() * truth.X.norm());
    EXPECT_NEAR(result.lower, sigma, rounding);
    EXPECT_GE(result.upper, sigma - rounding);
    EXPECT_LE(result.upper, sigma * (1 + 1e-10) + rounding);
    for (const auto& atom : truth.atoms) {
      const bool found = std::any_of(
          result.maximisers.begin(), result.maximisers.end(), [&](const DualDirection& direction) {
            return direction.sign == atom.sign && (direction.u - atom.u).norm() < 1e-7;
          });
      EXPECT_TRUE(found) << "atom " << atom.u.transpose();
    }
  }
}

TEST(DualOracleGroundTruth, EachThresholdBesideTheMaximumIsDecided) {
  for (const GroundTruth& truth : all_groundtruth()) {
    if (truth.atoms.empty()) continue;
    SCOPED_TRACE(truth.name);
    const DualOracle oracle(truth.X);
    const double sigma = truth.beta * truth.dual_max_over_beta;
    DualNormSettings settings;
    settings.threshold = sigma * (1 + 1e-8);
    EXPECT_EQ(oracle.maximise(truth.nu, settings).status, DualNormStatus::kThresholdHolds);
    settings.threshold = sigma * (1 - 1e-8);
    const DualNormResult exceeded = oracle.maximise(truth.nu, settings);
    EXPECT_EQ(exceeded.status, DualNormStatus::kThresholdExceeded);
    EXPECT_GT(exceeded.maximisers.front().value, settings.threshold);
  }
}

}  // namespace
}  // namespace thalweg
