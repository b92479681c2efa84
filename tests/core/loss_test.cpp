#include "thalweg/core/loss.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "thalweg/core/error.hpp"
#include "thalweg/core/random.hpp"

namespace thalweg {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr Index kSamples = 7;

/// Every loss with both scales; the targets are labels where the loss needs them.
class EveryLoss : public testing::TestWithParam<Loss> {
 protected:
  Vector random_vector(double spread) {
    Vector v(kSamples);
    for (Index i = 0; i < kSamples; ++i) v[i] = spread * random_.normal();
    return v;
  }
  Vector random_targets() {
    Vector y = random_vector(1.5);
    if (GetParam().needs_labels()) {
      for (double& value : y) value = value < 0 ? -1 : 1;
    }
    return y;
  }
  Vector random_dual(const Vector& y) {
    return GetParam().project_to_dual_domain(random_vector(1.0), y);
  }

  Random random_{20240611};
};

std::string test_name(const testing::TestParamInfo<Loss>& info) {
  std::string name = info.param.name() + (info.param.scale() == LossScale::kSum ? "_sum" : "_mean");
  for (char& c : name) {
    if (c == '-') c = '_';
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(Losses, EveryLoss,
                         testing::Values(Loss::squared(), Loss::squared(LossScale::kMean),
                                         Loss::logistic(), Loss::logistic(LossScale::kMean),
                                         Loss::huber(0.7), Loss::huber(0.7, LossScale::kMean),
                                         Loss::squared_hinge(),
                                         Loss::squared_hinge(LossScale::kMean)),
                         test_name);

TEST_P(EveryLoss, GradientMatchesCentralDifferences) {
  for (int trial = 0; trial < 50; ++trial) {
    const Vector y = random_targets();
    const Vector f = random_vector(2.0);
    const Vector g = GetParam().gradient(f, y);
    for (Index i = 0; i < kSamples; ++i) {
      constexpr double kStep = 1e-5;
      Vector above = f;
      Vector below = f;
      above[i] += kStep;
      below[i] -= kStep;
      const double difference =
          (GetParam().value(above, y) - GetParam().value(below, y)) / (2 * kStep);
      EXPECT_NEAR(g[i], difference, 1e-5);
    }
  }
}

TEST_P(EveryLoss, CurvatureMatchesGradientDifferencesAwayFromKinks) {
  for (int trial = 0; trial < 50; ++trial) {
    const Vector y = random_targets();
    const Vector f = random_vector(2.0);
    const Vector h = GetParam().curvature(f, y);
    for (Index i = 0; i < kSamples; ++i) {
      constexpr double kStep = 1e-6;
      const bool at_kink = std::abs(std::abs(f[i] - y[i]) - 0.7) < 1e-4 ||  // Huber
                           std::abs(y[i] * f[i] - 1) < 1e-4;                // squared hinge
      if (at_kink) continue;
      Vector above = f;
      Vector below = f;
      above[i] += kStep;
      below[i] -= kStep;
      const double difference =
          (GetParam().gradient(above, y)[i] - GetParam().gradient(below, y)[i]) / (2 * kStep);
      EXPECT_NEAR(h[i], difference, 1e-6);
      EXPECT_GE(h[i], 0);
    }
  }
}

TEST_P(EveryLoss, FenchelYoungHoldsWithEqualityExactlyAtTheDualPoint) {
  for (int trial = 0; trial < 200; ++trial) {
    const Vector y = random_targets();
    const Vector f = random_vector(2.0);
    const Vector own = -GetParam().gradient(f, y);
    const double value = GetParam().value(f, y);
    EXPECT_NEAR(GetParam().dual_value(own, y), value + own.dot(f), 1e-12);

    const Vector other = random_dual(y);
    EXPECT_LE(GetParam().dual_value(other, y), value + other.dot(f) + 1e-12);
    // Away from the dual point the inequality is strict: all conjugates here are strictly convex.
    if ((other - own).norm() > 1e-2) {
      EXPECT_LT(GetParam().dual_value(other, y), value + other.dot(f) - 1e-6);
    }
  }
}

TEST_P(EveryLoss, DualValueIsTheMinimumOverFits) {
  const Loss one = GetParam();
  for (int trial = 0; trial < 20; ++trial) {
    const Vector y = random_targets();
    // Strictly inside the domain, where the minimum over f is attained.
    const Vector nu = 0.9 * random_dual(y);
    double expected = 0;
    for (Index i = 0; i < kSamples; ++i) {
      // phi(., y_i) + nu_i / weight f is convex: ternary search.
      const Vector yi = y.segment(i, 1);
      const double q = nu[i] / one.weight(kSamples);
      const auto phi = [&](double f) {
        return one.value(Vector::Constant(1, f), yi) + q * f;  // one sample: sum and mean agree
      };
      double low = -60;
      double high = 60;
      for (int step = 0; step < 200; ++step) {
        const double a = low + (high - low) / 3;
        const double b = high - (high - low) / 3;
        (phi(a) < phi(b) ? high : low) = phi(a) < phi(b) ? b : a;
      }
      expected += one.weight(kSamples) * phi((low + high) / 2);
    }
    EXPECT_NEAR(one.dual_value(nu, y), expected, 1e-9);
  }
}

TEST_P(EveryLoss, DualDomainIsRespected) {
  for (int trial = 0; trial < 100; ++trial) {
    const Vector y = random_targets();
    const Vector raw = random_vector(3.0);
    const Vector nu = GetParam().project_to_dual_domain(raw, y);
    EXPECT_TRUE(std::isfinite(GetParam().dual_value(nu, y)));
    EXPECT_EQ(GetParam().project_to_dual_domain(nu, y), nu);
    // Nearest: no other point of the domain is closer in any coordinate.
    const Vector other = random_dual(y);
    for (Index i = 0; i < kSamples; ++i) {
      EXPECT_LE(std::abs(nu[i] - raw[i]), std::abs(other[i] - raw[i]));
    }
    if (nu != raw) {
      EXPECT_EQ(GetParam().dual_value(raw, y), -kInfinity);
    }
  }
}

TEST_P(EveryLoss, LargestDualScaleEndsAtTheBoundaryOfTheDomain) {
  for (int trial = 0; trial < 100; ++trial) {
    const Vector y = random_targets();
    const Vector inside = random_dual(y);
    EXPECT_EQ(GetParam().largest_dual_scale(inside, y), 1.0);

    const Vector stretched = 5.0 * inside;
    const double tau = GetParam().largest_dual_scale(stretched, y);
    EXPECT_GT(tau, 0);
    EXPECT_LE(tau, 1);
    EXPECT_TRUE(std::isfinite(GetParam().dual_value((1 - 1e-12) * tau * stretched, y)));
    if (tau < 1) {
      EXPECT_EQ(GetParam().dual_value((1 + 1e-9) * tau * stretched, y), -kInfinity);
    }
  }
}

TEST_P(EveryLoss, DualSlopeMatchesDifferencesAlongTheRay) {
  for (int trial = 0; trial < 50; ++trial) {
    const Vector y = random_targets();
    const Vector nu = 0.9 * random_dual(y);
    constexpr double kStep = 1e-6;
    const auto at = [&](double tau) { return GetParam().dual_value(tau * nu, y); };
    const double difference = (at(0.6 + kStep) - at(0.6 - kStep)) / (2 * kStep);
    EXPECT_NEAR(GetParam().dual_slope(nu, y, 0.6), difference, 1e-7);
  }
}

TEST(Loss, MeanIsTheSumDividedByTheNumberOfSamples) {
  const Vector y = Vector::LinSpaced(5, -1, 2);
  const Vector f = Vector::LinSpaced(5, 0.5, -3);
  const Vector nu = Vector::LinSpaced(5, -0.4, 0.3);
  for (const double delta : {0.5, 2.0}) {
    const Loss sum = Loss::huber(delta);
    const Loss mean = Loss::huber(delta, LossScale::kMean);
    EXPECT_DOUBLE_EQ(mean.value(f, y), sum.value(f, y) / 5);
    EXPECT_DOUBLE_EQ(mean.dual_value(nu / 5, y), sum.dual_value(nu, y) / 5);
  }
  EXPECT_EQ(Loss::squared(LossScale::kMean).weight(5), 0.2);
  EXPECT_EQ(Loss::squared().weight(5), 1.0);
}

TEST(Loss, KnownValues) {
  const Vector one = Vector::Ones(1);
  const auto at = [&](const Loss& loss, double f) {
    return loss.value(Vector::Constant(1, f), one);
  };
  EXPECT_DOUBLE_EQ(at(Loss::squared(), 4), 4.5);
  EXPECT_DOUBLE_EQ(at(Loss::logistic(), 0), std::log(2.0));
  EXPECT_DOUBLE_EQ(at(Loss::huber(0.5), 1.5), 0.125);  // the two branches meet at delta
  EXPECT_DOUBLE_EQ(at(Loss::huber(0.5), 3), 0.875);
  EXPECT_DOUBLE_EQ(at(Loss::squared_hinge(), -1), 2);
  EXPECT_DOUBLE_EQ(at(Loss::squared_hinge(), 1.5), 0);
}

TEST(Loss, LogisticDoesNotOverflow) {
  const Vector y = (Vector(2) << 1, -1).finished();
  const Vector wrong = (Vector(2) << -1e5, 1e5).finished();
  EXPECT_DOUBLE_EQ(Loss::logistic().value(wrong, y), 2e5);
  EXPECT_EQ(Loss::logistic().gradient(wrong, y), Vector(-y));
  EXPECT_EQ(Loss::logistic().value(-wrong, y), 0);
  EXPECT_EQ(Loss::logistic().gradient(-wrong, y).norm(), 0);
}

TEST(Loss, DualScaleIsZeroWhenTheRayLeavesTheDomainAtOnce) {
  const Vector y = Vector::Ones(2);
  const Vector wrong_sign = (Vector(2) << 0.5, -0.5).finished();
  EXPECT_EQ(Loss::logistic().largest_dual_scale(wrong_sign, y), 0);
  EXPECT_EQ(Loss::squared_hinge().largest_dual_scale(wrong_sign, y), 0);
  EXPECT_EQ(Loss::squared().largest_dual_scale(wrong_sign, y), 1);
  EXPECT_EQ(Loss::huber(0.5).largest_dual_scale(wrong_sign, y), 1);
}

TEST(Loss, HuberThresholdMustBePositiveAndFinite) {
  EXPECT_THROW(static_cast<void>(Loss::huber(0)), InvalidArgument);
  EXPECT_THROW(static_cast<void>(Loss::huber(-1)), InvalidArgument);
  EXPECT_THROW(static_cast<void>(Loss::huber(kInfinity)), InvalidArgument);
  EXPECT_THROW(static_cast<void>(Loss::huber(std::nan(""))), InvalidArgument);
  EXPECT_EQ(Loss::huber(1e-300).delta(), 1e-300);
}

TEST(Loss, OnlyClassificationLossesNeedLabelsAndOnlyLogisticIsIrrational) {
  EXPECT_FALSE(Loss::squared().needs_labels());
  EXPECT_FALSE(Loss::huber(1).needs_labels());
  EXPECT_TRUE(Loss::logistic().needs_labels());
  EXPECT_TRUE(Loss::squared_hinge().needs_labels());
  EXPECT_FALSE(Loss::logistic().has_rational_conjugate());
  EXPECT_TRUE(Loss::squared_hinge().has_rational_conjugate());
  EXPECT_TRUE(Loss::squared().has_rational_conjugate());
  EXPECT_TRUE(Loss::huber(1).has_rational_conjugate());
}

}  // namespace
}  // namespace thalweg
