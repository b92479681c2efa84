#include "convex/restricted_cone.hpp"

#include <gtest/gtest.h>

#include "convex/random_problem.hpp"

namespace thalweg {
namespace {

using detail::ConeProjector;
using detail::WallFace;
using detail::Walls;

/// Rows with sides: of a direction (the cone has interior points), or any.
struct Cone {
  Matrix X;
  Vector side;
};

Cone random_cone(Random& random, Index n, Index d, bool proper) {
  Cone cone;
  cone.X = testing::random_matrix(random, n, d);
  if (n > 4) {
    cone.X.row(1) = 3 * cone.X.row(0);
    cone.X.row(2) = -cone.X.row(0);
    cone.X.row(3).setZero();
  }
  const Vector t =
      proper ? Vector(cone.X * random.direction(d)) : testing::random_vector(random, n);
  cone.side = t.unaryExpr([](double value) { return value > 0 ? 1.0 : -1.0; });
  return cone;
}

/// u = c + sum rho sigma x / |x|.
Vector combination(const Cone& cone, const Vector& c, const WallFace& face) {
  Vector u = c;
  for (std::size_t k = 0; k < face.rows.size(); ++k) {
    const Index i = face.rows[k];
    u += face.rho[k] * cone.side[i] * cone.X.row(i).transpose().normalized();
  }
  return u;
}

/// Moreau: u in K, c - u in the polar cone, orthogonal to u.
void expect_projection(const Cone& cone, const Vector& c, const Vector& u, const WallFace& face) {
  const double size = c.norm();
  for (Index i = 0; i < cone.X.rows(); ++i) {
    EXPECT_GE(cone.side[i] * cone.X.row(i).dot(u), -1e-12 * size * cone.X.row(i).norm());
  }
  for (const double rho : face.rho) EXPECT_GE(rho, 0);
  EXPECT_LE((combination(cone, c, face) - u).norm(), 1e-12 * size);
  EXPECT_NEAR(u.dot(c - u), 0, 1e-12 * size * size);
}

TEST(ConeProjector, SatisfiesMoreausConditions) {
  Random random(31);
  for (int trial = 0; trial < 400; ++trial) {
    const Index n = 1 + static_cast<Index>(random.below(40));
    const Index d = 1 + static_cast<Index>(random.below(8));
    const Cone cone = random_cone(random, n, d, trial % 3 != 0);
    const Walls walls(cone.X);
    ConeProjector projector(walls);
    const Vector c = testing::random_vector(random, d);
    WallFace face;
    const double length = projector.project(c, cone.side, 0, face);
    EXPECT_NEAR(length, projector.point().norm(), 1e-14);
    expect_projection(cone, c, projector.point(), face);
  }
}

TEST(ConeProjector, EveryStartingFaceLeadsToTheSameProjection) {
  Random random(32);
  for (int trial = 0; trial < 200; ++trial) {
    const Cone cone = random_cone(random, 20, 5, true);
    const Walls walls(cone.X);
    ConeProjector projector(walls);
    const Vector c = testing::random_vector(random, 5);
    WallFace face;
    projector.project(c, cone.side, 0, face);
    const Vector expected = projector.point();
    WallFace other;  // the face of another point, or walls at random
    projector.project(testing::random_vector(random, 5), cone.side, 0, other);
    if (trial % 2 == 0) other = {{0, 2, 7, 9, 11, 13}, {1, 1, 0, 2, 0, 5}};
    projector.project(c, cone.side, 0, other);
    expect_projection(cone, c, projector.point(), other);
    EXPECT_LE((projector.point() - expected).norm(), 1e-11 * (1 + c.norm()));
    ASSERT_TRUE(projector.complete());
    EXPECT_LE((projector.products() - cone.X * projector.point()).norm(), 1e-12);
    EXPECT_LE((projector.span().transpose() * projector.point()).norm(), 1e-13 * (1 + c.norm()));
  }
}

TEST(ConeProjector, AnEarlyStopIsStillABound) {
  Random random(33);
  int early = 0;
  for (int trial = 0; trial < 200; ++trial) {
    const Cone cone = random_cone(random, 30, 6, true);
    const Walls walls(cone.X);
    ConeProjector projector(walls);
    const Vector c = testing::random_vector(random, 6);
    WallFace exact;
    const double value = projector.project(c, cone.side, 0, exact);
    WallFace face;
    const double bound = projector.project(c, cone.side, 0.8 * c.norm(), face);
    EXPECT_GE(bound, value - 1e-13);
    EXPECT_NEAR(combination(cone, c, face).norm(), bound, 1e-12);
    if (bound > value + 1e-6) {
      ++early;
      EXPECT_LE(bound, 0.8 * c.norm());
    }
  }
  EXPECT_GT(early, 20);
}

}  // namespace
}  // namespace thalweg
