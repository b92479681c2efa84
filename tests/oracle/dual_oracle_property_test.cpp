#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
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

struct Peak {
  Vector u;
  double value;
};

/// All strict local maximisers of f(u) = g^T (X u)_+ of positive value on the circle, by going
/// round it: between two kinks f is a . u, with a maximum where a points into the arc; a kink is
/// one where f rises before and falls after it.
std::vector<Peak> peaks_on_circle(const Matrix& X, const Vector& g) {
  std::vector<double> angles;
  for (Index i = 0; i < X.rows(); ++i) {
    const double at = std::atan2(X(i, 0), -X(i, 1));
    angles.push_back(at);
    angles.push_back(at > 0 ? at - M_PI : at + M_PI);
  }
  std::sort(angles.begin(), angles.end());
  const auto count = angles.size();
  const auto unit = [](double angle) { return Vector{{std::cos(angle), std::sin(angle)}}; };
  std::vector<Vector> gradients;  // of the arc that begins at each angle
  for (std::size_t k = 0; k < count; ++k) {
    const double next = k + 1 < count ? angles[k + 1] : angles[0] + 2 * M_PI;
    const Vector middle = unit(0.5 * (angles[k] + next));
    gradients.emplace_back(X.transpose() *
                           ((X * middle).array() > 0).select(g, Vector::Zero(g.size())));
  }
  std::vector<Peak> peaks;
  for (std::size_t k = 0; k < count; ++k) {
    const double next = k + 1 < count ? angles[k + 1] : angles[0] + 2 * M_PI;
    const Vector& a = gradients[k];
    double at = std::atan2(a[1], a[0]);
    if (at < angles[k]) at += 2 * M_PI;
    if (angles[k] < at && at < next && a.norm() > 0) peaks.push_back({a.normalized(), a.norm()});
    const Vector u = unit(angles[k]);
    const Vector tangent{{-u[1], u[0]}};
    const double before = gradients[(k + count - 1) % count].dot(tangent);
    if (before > 0 && a.dot(tangent) < 0 && a.dot(u) > 0) peaks.push_back({u, a.dot(u)});
  }
  return peaks;
}

TEST(DualOracleProperty, TheBandIsTheListOfAllLocalMaximisersInThePlane) {
  Random random(37);
  std::size_t listed = 0;
  for (int instance = 0; instance < 60; ++instance) {
    SCOPED_TRACE(instance);
    const Matrix X = random_data(3 + instance % 20, 2, 0, random);
    const Vector nu = random_dual(X.rows(), false, random);
    DualNormSettings settings;
    settings.maximiser_band = 0.5;
    const DualNormResult result = DualOracle(X).maximise(nu, settings);
    ASSERT_EQ(result.status, DualNormStatus::kClosed);
    std::vector<Peak> expected;
    for (const double sign : {1.0, -1.0}) {
      for (Peak& peak : peaks_on_circle(X, sign * nu)) {
        if (peak.value < 0.5 * result.upper) continue;
        const bool found = std::any_of(
            result.maximisers.begin(), result.maximisers.end(), [&](const DualDirection& known) {
              return to_double(known.sign) == sign && (known.u - peak.u).norm() < 1e-7;
            });
        EXPECT_TRUE(found) << peak.value << " of " << result.upper;
        expected.push_back(std::move(peak));
      }
    }
    EXPECT_EQ(result.maximisers.size(), expected.size());
    listed += expected.size();
  }
  EXPECT_GT(listed, 100U);
}

TEST(DualOracleProperty, TheBandContainsWhatClimbingFinds) {
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
    ASSERT_EQ(result.status, DualNormStatus::kClosed);
    for (const DualDirection& a : result.maximisers) {
      for (const DualDirection& b : result.maximisers) {
        if (&a != &b && a.sign == b.sign) {
          EXPECT_GT((a.u - b.u).norm(), 1e-7);
        }
      }
    }
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
