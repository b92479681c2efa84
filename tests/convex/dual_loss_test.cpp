#include "convex/dual_loss.hpp"

#include <gtest/gtest.h>

#include "convex/block_checks.hpp"
#include "convex/random_problem.hpp"

namespace thalweg {
namespace {

using detail::DualLoss;

struct Case {
  Loss loss;
  Vector targets;
  Vector nu;  ///< inside the domain
};

std::vector<Case> cases() {
  Random random(12);
  std::vector<Case> result;
  const Vector omega{{0.5, 2.0, 1.0, 3.0, 0.1}};
  for (Loss loss : {Loss::squared(), Loss::logistic(), Loss::huber(0.6), Loss::squared_hinge(),
                    Loss::squared(LossScale::kMean), Loss::logistic(LossScale::kMean),
                    Loss::huber(2.0).with_sample_weights(omega),
                    Loss::logistic(LossScale::kMean).with_sample_weights(omega)}) {
    const Vector targets = testing::random_targets(random, 5, loss);
    Vector nu(5);
    for (Index i = 0; i < 5; ++i) {
      const double weight = loss.sample_weight(i, 5);
      nu[i] = weight * targets[i] * (0.1 + 0.3 * random.uniform());
      if (loss.kind() == LossKind::kHuber) nu[i] = std::clamp(nu[i], -0.5 * weight, 0.5 * weight);
    }
    result.push_back({loss, targets, nu});
  }
  return result;
}

TEST(DualLoss, InsideTheBoundsItIsTheConjugate) {
  for (const Case& c : cases()) {
    SCOPED_TRACE(c.loss.name());
    const DualLoss dual(c.loss, c.targets);
    EXPECT_NEAR(dual.value(c.nu), c.loss.dual_value(c.nu, c.targets), 1e-13);
    // fit is the inverse of nu = -grad l.
    const Vector fit = dual.fit(c.nu);
    EXPECT_LE((c.loss.gradient(fit, c.targets) + c.nu).cwiseAbs().maxCoeff(), 1e-13);
    EXPECT_NEAR(dual.misfit(c.nu, fit), 0, 1e-14);
    EXPECT_TRUE(dual.slack_of(fit).isZero(1e-14));
    EXPECT_LE(dual.least_curvature(), dual.curvature(c.nu).minCoeff() * (1 + 1e-12));
  }
}

TEST(DualLoss, DerivativesAreThoseOfTheValue) {
  for (const Case& c : cases()) {
    SCOPED_TRACE(c.loss.name());
    const DualLoss dual(c.loss, c.targets);
    for (Index i = 0; i < c.nu.size(); ++i) {
      const double step = 1e-5 * std::abs(c.nu[i]);
      Vector up = c.nu;
      Vector down = c.nu;
      up[i] += step;
      down[i] -= step;
      EXPECT_NEAR((dual.value(up) - dual.value(down)) / (2 * step), dual.fit(c.nu)[i],
                  1e-6 * (1 + std::abs(dual.fit(c.nu)[i])));
      EXPECT_NEAR((dual.fit(down)[i] - dual.fit(up)[i]) / (2 * step), dual.curvature(c.nu)[i],
                  1e-6 * dual.curvature(c.nu)[i]);
    }
  }
}

TEST(DualLoss, MisfitIsTheSlackOfFenchelsInequality) {
  Random random(4);
  for (const Case& c : cases()) {
    if (DualLoss(c.loss, c.targets).has_bounds()) continue;
    SCOPED_TRACE(c.loss.name());
    const DualLoss dual(c.loss, c.targets);
    const Vector f = 3 * testing::random_vector(random, 5);
    const double slack =
        c.loss.value(f, c.targets) - c.loss.dual_value(c.nu, c.targets) + c.nu.dot(f);
    EXPECT_GT(slack, 0);
    EXPECT_NEAR(dual.misfit(c.nu, f), slack, 1e-12 * (1 + slack));
  }
}

TEST(DualLoss, SlackIsTheMinimiserThatMakesTheLossASquare) {
  Random random(5);
  for (const Case& c : cases()) {
    const DualLoss dual(c.loss, c.targets);
    if (!dual.has_bounds()) continue;
    SCOPED_TRACE(c.loss.name());
    const Vector f = 4 * testing::random_vector(random, 5);
    const Vector s = dual.slack_of(f);
    double value = 0;
    for (Index i = 0; i < 5; ++i) {
      const double r = f[i] + s[i] - c.targets[i];
      const double cost = c.loss.kind() == LossKind::kHuber ? c.loss.delta() * std::abs(s[i]) : 0;
      value += c.loss.sample_weight(i, 5) * (0.5 * r * r + cost);
      EXPECT_TRUE(c.loss.kind() == LossKind::kHuber || c.targets[i] * s[i] <= 0);
    }
    EXPECT_NEAR(value, c.loss.value(f, c.targets), 1e-12 * (1 + value));
  }
}

TEST(DualLoss, MultiplierStepsLeaveTheBoundsAlone) {
  // Where z / sigma is within the bounds the slack vanishes; outside it is the distance.
  const Vector targets{{1.0, -1.0, 1.0}};
  const Loss huber = Loss::huber(0.5);
  const Vector z{{0.4, 3.0, -1.5}};
  EXPECT_TRUE(DualLoss(huber, targets).slack_from(z, 2.0).isApprox(Vector{{0.0, 2.0, -0.5}}));
  const Loss hinge = Loss::squared_hinge();
  EXPECT_TRUE(DualLoss(hinge, targets).slack_from(z, 2.0).isApprox(Vector{{0.0, 3.0, -1.5}}));
}

TEST(DualLoss, LogisticStepsStayInsideAndAreTangent) {
  const Loss loss = Loss::logistic(LossScale::kMean);
  const Vector targets{{1.0, -1.0, 1.0, 1.0}};
  const DualLoss dual(loss, targets);
  const Vector p{{1e-12, 0.3, 0.999999, 0.5}};
  const Vector nu = 0.25 * p.cwiseProduct(targets);
  for (const double size : {1e-14, 1e-3, 1.0, 1e6}) {
    for (const double sign : {-1.0, 1.0}) {
      const Vector moved = dual.moved(nu, sign * size * targets);
      for (Index i = 0; i < 4; ++i) {
        EXPECT_GT(4 * moved[i] * targets[i], 0);
        EXPECT_LT(4 * moved[i] * targets[i], 1);
      }
    }
  }
  const Vector small = 1e-12 * nu;
  EXPECT_LE((dual.moved(nu, small) - nu - small).cwiseAbs().maxCoeff(), 1e-16);
  const Vector inside = dual.interior(Vector{{0.0, 1.0, 5.0, -5.0}}, 1e-3);
  EXPECT_TRUE(inside.isApprox(0.25 * Vector{{1e-3, -1e-3, 0.999, 1e-3}}, 1e-12));
}

}  // namespace
}  // namespace thalweg
