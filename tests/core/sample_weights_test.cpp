#include <gtest/gtest.h>

#include <cmath>

#include "thalweg/core/error.hpp"
#include "thalweg/core/loss.hpp"
#include "thalweg/core/random.hpp"

namespace thalweg {
namespace {

const Vector kCounts = (Vector(5) << 1, 3, 2, 1, 4).finished();

std::vector<Loss> losses() {
  return {Loss::squared(), Loss::logistic(), Loss::huber(0.7), Loss::squared_hinge()};
}

/// Entry i repeated kCounts[i] times.
Vector repeat(const Vector& v) {
  Vector result(static_cast<Index>(kCounts.sum()));
  Index at = 0;
  for (Index i = 0; i < v.size(); ++i) {
    for (int copy = 0; copy < static_cast<int>(kCounts[i]); ++copy) result[at++] = v[i];
  }
  return result;
}

/// Sums over the copies.
Vector gather(const Vector& v) {
  Vector result = Vector::Zero(kCounts.size());
  Index at = 0;
  for (Index i = 0; i < kCounts.size(); ++i) {
    for (int copy = 0; copy < static_cast<int>(kCounts[i]); ++copy) result[i] += v[at++];
  }
  return result;
}

Vector normals(Random& random) {
  Vector v(kCounts.size());
  for (double& value : v) value = random.normal();
  return v;
}

Vector targets(Random& random, const Loss& loss) {
  Vector y = normals(random);
  if (loss.needs_labels()) {
    for (double& value : y) value = value < 0 ? -1 : 1;
  }
  return y;
}

TEST(SampleWeights, IntegersRepeatSamples) {
  Random random(31);
  for (const Loss& loss : losses()) {
    const Loss weighted = loss.with_sample_weights(kCounts);
    for (int trial = 0; trial < 100; ++trial) {
      const Vector y = targets(random, loss);
      const Vector f = 2 * normals(random);
      EXPECT_NEAR(weighted.value(f, y), loss.value(repeat(f), repeat(y)), 1e-12);
      EXPECT_LE((weighted.gradient(f, y) - gather(loss.gradient(repeat(f), repeat(y)))).norm(),
                1e-13);
      EXPECT_LE((weighted.curvature(f, y) - gather(loss.curvature(repeat(f), repeat(y)))).norm(),
                1e-13);
      // A dual point of the weighted loss shares its entry among the copies.
      const Vector raw = 3 * normals(random);
      const auto share = [](const Vector& nu) { return repeat(nu.cwiseQuotient(kCounts)); };
      const Vector nu = weighted.project_to_dual_domain(raw, y);
      EXPECT_LE((share(nu) - loss.project_to_dual_domain(share(raw), repeat(y))).norm(), 1e-14);
      EXPECT_TRUE(std::isfinite(weighted.dual_value(nu, y)));
      const Vector inside = 0.9 * nu;
      EXPECT_NEAR(weighted.dual_value(inside, y), loss.dual_value(share(inside), repeat(y)), 1e-12);
      EXPECT_NEAR(weighted.dual_slope(inside, y, 0.6),
                  loss.dual_slope(share(inside), repeat(y), 0.6), 1e-12);
      EXPECT_NEAR(weighted.largest_dual_scale(4 * nu, y),
                  loss.largest_dual_scale(share(4 * nu), repeat(y)), 1e-14);
    }
  }
}

TEST(SampleWeights, FenchelYoungHoldsForAnyWeights) {
  Random random(32);
  for (const Loss& plain : losses()) {
    for (int trial = 0; trial < 200; ++trial) {
      const Vector omega = normals(random).array().exp().matrix();
      const Loss loss = plain.with_sample_weights(omega);
      const Vector y = targets(random, loss);
      const Vector f = 2 * normals(random);
      const Vector own = loss.project_to_dual_domain(-loss.gradient(f, y), y);
      EXPECT_NEAR(loss.dual_value(own, y), loss.value(f, y) + own.dot(f), 1e-11);
      const Vector other = loss.project_to_dual_domain(normals(random), y);
      EXPECT_LE(loss.dual_value(other, y), loss.value(f, y) + other.dot(f) + 1e-11);
    }
  }
}

TEST(SampleWeights, MeanDividesByTheNumberOfSamples) {
  const Loss loss = Loss::squared(LossScale::kMean).with_sample_weights(kCounts);
  EXPECT_DOUBLE_EQ(loss.sample_weight(1, 5), 0.6);
  EXPECT_EQ(loss.weight(5), 0.2);
  EXPECT_EQ(loss.all_sample_weights(5), Vector(0.2 * kCounts));
  EXPECT_EQ(Loss::squared(LossScale::kMean).sample_weight(1, 5), 0.2);
}

TEST(SampleWeights, EmptyMeansOnes) {
  const Loss loss = Loss::huber(1).with_sample_weights({});
  EXPECT_EQ(loss.sample_weights().size(), 0);
  EXPECT_EQ(loss.all_sample_weights(3), Vector(Vector::Ones(3)));
}

TEST(SampleWeights, MustBePositiveFiniteAndAsManyAsSamples) {
  for (const double bad : {0.0, -1.0, std::nan(""), HUGE_VAL}) {
    const Vector omega = (Vector(2) << 1, bad).finished();
    EXPECT_THROW(static_cast<void>(Loss::squared().with_sample_weights(omega)), InvalidArgument);
  }
  const Loss loss = Loss::squared().with_sample_weights(Vector::Ones(2));
  EXPECT_EQ(loss.value(Vector::Ones(2), Vector::Zero(2)), 1.0);
  EXPECT_THROW(static_cast<void>(loss.value(Vector::Ones(3), Vector::Zero(3))), InvalidArgument);
}

}  // namespace
}  // namespace thalweg
