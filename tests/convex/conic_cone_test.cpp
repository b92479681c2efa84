#include "convex/conic_cone.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "convex/conic_blocks.hpp"
#include "support/random_matrix.hpp"

namespace thalweg::detail {
namespace {

const ConeProduct kCone{3, {4, 1, 2}, {3, 1}};

/// A random point inside, at most `least` of its size from the boundary.
Vector interior(const ConeScaling& scaling, Random& random, double least) {
  const Vector v = testing::random_vector(random, kCone.size());
  return v + (least - scaling.depth(v)) * scaling.identity();
}

TEST(ConeScaling, ScalesBothPointsToLambda) {
  Random random(1);
  for (const double least : {1.0, 1e-2, 1e-5}) {
    ConeScaling scaling(kCone);
    const Vector s = interior(scaling, random, least);
    const Vector z = interior(scaling, random, least);
    ASSERT_TRUE(scaling.update(s, z));
    Matrix scaled = s;
    scaling.scale_slack(scaled);
    EXPECT_NEAR((scaled - scaling.lambda()).norm(), 0, 1e-11 / least);
    Vector back = scaling.lambda();
    scaling.unscale_multiplier(back);
    EXPECT_NEAR((back - z).norm(), 0, 1e-11 / least);
    EXPECT_NEAR(scaling.lambda().squaredNorm(), s.dot(z), 1e-12 * s.dot(z));
    EXPECT_GT(scaling.depth(scaling.lambda()), 0);
  }
}

TEST(ConeScaling, ScalingsOfSlackAndMultiplierAreAdjoint) {
  Random random(2);
  ConeScaling scaling(kCone);
  ASSERT_TRUE(scaling.update(interior(scaling, random, 0.1), interior(scaling, random, 0.1)));
  Matrix u = testing::random_vector(random, kCone.size());
  Vector v = testing::random_vector(random, kCone.size());
  const Vector u_before = u;
  const Vector v_before = v;
  scaling.scale_slack(u);         // W^{-T} u
  scaling.unscale_multiplier(v);  // W^{-1} v
  EXPECT_NEAR(u.col(0).dot(v_before), u_before.dot(v), 1e-11);
}

TEST(ConeScaling, CorrectorSolvesTheJordanEquation) {
  Random random(3);
  ConeScaling scaling(kCone);
  ASSERT_TRUE(scaling.update(interior(scaling, random, 0.1), interior(scaling, random, 0.1)));
  const Vector a = testing::random_vector(random, kCone.size());
  const Vector zero = Vector::Zero(kCone.size());
  Vector d(kCone.size());
  scaling.corrector(0, a, scaling.identity(), d);  // lambda o d = -a
  Vector twice(kCone.size());
  scaling.corrector(0, scaling.lambda(), d, twice);  // lambda o twice = -lambda o d = a
  EXPECT_NEAR((twice + d).norm(), 0, 1e-11 * d.norm());
  scaling.corrector(2, zero, zero, d);  // lambda o d = 2 e
  EXPECT_NEAR(d.dot(scaling.lambda()), 2.0 * static_cast<double>(scaling.degree()), 1e-11);
  EXPECT_EQ(scaling.degree(), 3 + 3 + 4);
}

TEST(ConeScaling, StepsEndOnTheBoundary) {
  Random random(4);
  for (int trial = 0; trial < 20; ++trial) {
    ConeScaling scaling(kCone);
    ASSERT_TRUE(scaling.update(interior(scaling, random, 0.1), interior(scaling, random, 0.1)));
    const Vector d = testing::random_vector(random, kCone.size());
    const double step = scaling.step_to_boundary(d);
    ASSERT_TRUE(std::isfinite(step));
    EXPECT_NEAR(scaling.depth(scaling.lambda() + step * d), 0, 1e-11 * (1 + step));
    EXPECT_GT(scaling.depth(scaling.lambda() + 0.99 * step * d), 0);
    EXPECT_EQ(scaling.step_to_boundary(scaling.identity()),
              std::numeric_limits<double>::infinity());
  }
}

TEST(ConeScaling, PointsOnOrOutsideTheBoundaryAreRefused) {
  Random random(5);
  ConeScaling scaling(kCone);
  const Vector inside = interior(scaling, random, 0.1);
  for (const Index first : {0, 1, 2, 3, 7, 8, 10, 16}) {  // of the cones
    Vector outside = inside;
    outside[first] = -1;
    EXPECT_FALSE(scaling.update(outside, inside)) << first;
    EXPECT_FALSE(scaling.update(inside, outside)) << first;
    EXPECT_GT(testing::distance_outside(kCone, outside), 0);
  }
}

}  // namespace
}  // namespace thalweg::detail
