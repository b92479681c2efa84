#include "certificate/closing.hpp"

#include <gtest/gtest.h>

#include <Eigen/LU>
#include <algorithm>

#include "thalweg/core/random.hpp"

namespace thalweg::certificate {
namespace {

/// A random cone of integer rays with random demands and crossing groups.
ConeView random_cone(Random& random, Index rank, Index crossing) {
  ConeView cone;
  cone.rank = rank;
  cone.rays = Matrix::Zero(rank, rank);
  for (Index k = 0; k < rank; ++k) {
    cone.rays(k, k) = 20;
    for (Index i = 0; i < rank; ++i) cone.rays(i, k) += static_cast<double>(random.below(4));
  }
  cone.fixed.resize(rank);
  for (Index k = 0; k < rank; ++k) cone.fixed[k] = random.normal();
  cone.crossing_values.resize(crossing, rank);
  for (Index j = 0; j < crossing; ++j) {
    cone.crossing.push_back(j);
    cone.crossing_values.row(j) = random.direction(rank).transpose() * cone.rays;
  }
  cone.margin = Vector::Zero(rank);
  cone.primal = Vector::Ones(rank);
  return cone;
}

class Seeds : public ::testing::TestWithParam<int> {};

TEST_P(Seeds, ShortestClosesAndIsInTheConeOfTightRays) {
  Random random(static_cast<std::uint64_t>(GetParam()));
  const Index rank = 1 + static_cast<Index>(random.below(6));
  const ConeView cone = random_cone(random, rank, 0);
  const ClosingProblem problem(cone, Matrix::Identity(rank, rank));
  const ConeVector demand = problem.demand(Vector(0));
  const ConeVector p = problem.shortest(demand);
  const ConeVector slack = problem.rays().transpose() * p - demand;
  // Optimality of min |p|^2: p = sum lambda_k ray_k, lambda >= 0, lambda_k slack_k = 0.
  const Vector lambda = Matrix(problem.rays()).fullPivLu().solve(Vector(p));
  for (Index k = 0; k < rank; ++k) {
    EXPECT_GE(slack[k], -1e-10);
    EXPECT_GE(lambda[k], -1e-10);
    EXPECT_LE(lambda[k] * slack[k], 1e-10);
  }
}

TEST_P(Seeds, OptimiseBeatsEveryOtherChoiceOfMultipliers) {
  Random random(static_cast<std::uint64_t>(100 + GetParam()));
  const Index rank = 1 + static_cast<Index>(random.below(5));
  const Index crossing = 1 + static_cast<Index>(random.below(8));
  const ConeView cone = random_cone(random, rank, crossing);
  const ClosingProblem problem(cone, Matrix::Identity(rank, rank));
  Vector s = Vector::Zero(crossing);
  const double length = problem.optimise(s).norm();
  EXPECT_GE(s.minCoeff(), 0.0);
  EXPECT_LE(s.maxCoeff(), 1.0);
  EXPECT_NEAR(problem.shortest(problem.demand(s)).norm(), length, 1e-9);
  Index fractional = 0;
  for (Index j = 0; j < crossing; ++j) fractional += s[j] > 0 && s[j] < 1 ? 1 : 0;
  EXPECT_LE(fractional, rank);
  for (int trial = 0; trial < 50; ++trial) {
    Vector other(crossing);
    for (Index j = 0; j < crossing; ++j) {
      other[j] = std::clamp(s[j] + 0.3 * random.normal(), 0.0, 1.0);
    }
    EXPECT_GE(problem.shortest(problem.demand(other)).norm(), length - 1e-9);
  }
}

INSTANTIATE_TEST_SUITE_P(Random, Seeds, ::testing::Range(0, 60));

}  // namespace
}  // namespace thalweg::certificate
