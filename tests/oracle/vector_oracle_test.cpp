#include "thalweg/oracle/vector_oracle.hpp"

#include <gtest/gtest.h>

#include <Eigen/SVD>
#include <cmath>
#include <limits>

#include "oracle/brute_force.hpp"
#include "oracle/vector_brute_force.hpp"
#include "oracle/vector_cone.hpp"
#include "oracle/vector_factors.hpp"
#include "support/random_matrix.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

TEST(VectorOracle, BoundsEncloseTheMaximumOverAllCellsInThePlane) {
  Random random(11);
  for (int trial = 0; trial < 60; ++trial) {
    const Index n = 3 + trial % 9;
    const Index c = 1 + trial % 4;
    const Matrix X = testing::random_data(n, 2, trial, random);
    const Matrix N = testing::random_matrix(random, n, c);
    const double exact = testing::planar_vector_norm(X, N);
    const VectorOracle oracle(X);
    VectorNormSettings settings;
    settings.relative_gap = c <= 3 ? 1e-5 : 1e-2;
    const VectorNormResult result = oracle.maximise(N, settings);
    EXPECT_EQ(result.status, DualNormStatus::kClosed) << "trial " << trial;
    EXPECT_LE(result.lower, exact * (1 + 1e-12));
    EXPECT_GE(result.upper, exact * (1 - 1e-12));
    EXPECT_LE(result.upper, (1 + settings.relative_gap) * exact * (1 + 1e-12) + 1e-100);
    EXPECT_GE(oracle.spectral_bound(N), exact * (1 - 1e-12));
  }
}

TEST(VectorOracle, OneOutputIsTheScalarOracle) {
  Random random(12);
  for (int trial = 0; trial < 12; ++trial) {
    const Matrix X = testing::random_data(7, 3, trial, random);
    const Vector nu = testing::random_dual(7, trial % 2 == 0, random);
    const double exact = testing::brute_force_dual_norm(X, nu);
    VectorNormSettings settings;
    settings.relative_gap = 1e-9;
    const VectorNormResult result = VectorOracle(X).maximise(nu, settings);
    EXPECT_EQ(result.status, DualNormStatus::kClosed);
    EXPECT_NEAR(result.lower, exact, 1e-8 * exact + 1e-12);
    EXPECT_NEAR(result.upper, exact, 1e-8 * exact + 1e-12);
  }
}

TEST(VectorOracle, RankOneDualIsTheScalarNormOfItsFactor) {
  Random random(13);
  Index branched = 0;
  for (int trial = 0; trial < 10; ++trial) {
    const Matrix X = testing::random_matrix(random, 7, 3);
    const Vector nu = testing::random_matrix(random, 7, 1);
    const Vector a = random.direction(6);
    VectorNormSettings settings;
    settings.relative_gap = 1e-8;
    const VectorNormResult result = VectorOracle(X).maximise(nu * a.transpose(), settings);
    const double exact = testing::brute_force_dual_norm(X, nu);
    EXPECT_EQ(result.status, DualNormStatus::kClosed);
    EXPECT_LE(result.output_rank, 1);
    branched += result.output_rank;
    EXPECT_NEAR(result.upper, exact, 1e-7 * exact);
    EXPECT_NEAR(std::abs(result.maximisers.front().a.dot(a)), 1, 1e-7);
  }
  // The first bounds may meet without it.
  EXPECT_GE(branched, 5);
}

TEST(VectorOracle, ClosesThreeOutputsInFourDimensionsAboveEverySample) {
  Random random(14);
  const Matrix X = testing::random_matrix(random, 20, 4);
  const Matrix N = testing::random_matrix(random, 20, 3);
  VectorNormSettings settings;
  settings.relative_gap = 1e-4;
  const VectorNormResult result = VectorOracle(X).maximise(N, settings);
  EXPECT_EQ(result.status, DualNormStatus::kClosed);
  for (int k = 0; k < 20000; ++k) {
    const Vector u = random.direction(4);
    ASSERT_LE((N.transpose() * (X * u).cwiseMax(0.0)).norm(), result.upper);
  }
  const VectorDirection& best = result.maximisers.front();
  const Vector pull = N.transpose() * (X * best.u).cwiseMax(0.0);
  EXPECT_NEAR(pull.norm(), result.lower, 1e-10);
  EXPECT_NEAR(best.a.dot(pull), pull.norm(), 1e-12);
}

TEST(VectorOracle, DecidesAThresholdBothWays) {
  Random random(15);
  for (int trial = 0; trial < 10; ++trial) {
    const Matrix X = testing::random_matrix(random, 9, 2);
    const Matrix N = testing::random_matrix(random, 9, 2);
    const double exact = testing::planar_vector_norm(X, N);
    const VectorOracle oracle(X);
    VectorNormSettings settings;
    settings.threshold = exact * (1 + 1e-5);
    settings.relative_gap = 1e-6;
    EXPECT_EQ(oracle.maximise(N, settings).status, DualNormStatus::kThresholdHolds);
    settings.threshold = exact * (1 - 1e-5);
    EXPECT_EQ(oracle.maximise(N, settings).status, DualNormStatus::kThresholdExceeded);
  }
}

TEST(VectorOracle, LimitsLeaveValidBounds) {
  Random random(16);
  const Matrix X = testing::random_matrix(random, 40, 4);
  const Matrix N = testing::random_matrix(random, 40, 6);
  const VectorOracle oracle(X);
  VectorNormSettings settings;
  settings.relative_gap = 1e-9;
  settings.max_rays = 20;
  const VectorNormResult few = oracle.maximise(N, settings);
  EXPECT_EQ(few.status, DualNormStatus::kLimit);
  settings.max_rays = 200;
  const VectorNormResult more = oracle.maximise(N, settings);
  EXPECT_LE(more.upper, few.upper);
  EXPECT_GE(more.upper, few.lower);
  settings.control.cancellation.cancel();
  const VectorNormResult cancelled = oracle.maximise(N, settings);
  EXPECT_EQ(cancelled.status, DualNormStatus::kLimit);
  EXPECT_GE(cancelled.upper, more.lower);
}

TEST(VectorOracle, ZeroDualAndZeroDataHaveNormZero) {
  const VectorNormResult zero_dual =
      VectorOracle(Matrix::Identity(3, 3)).maximise(Matrix::Zero(3, 2), {});
  EXPECT_EQ(zero_dual.upper, 0);
  EXPECT_EQ(zero_dual.status, DualNormStatus::kClosed);
  const VectorNormResult zero_data =
      VectorOracle(Matrix::Zero(3, 2)).maximise(Matrix::Ones(3, 2), {});
  EXPECT_LE(zero_data.upper, 1e-100);
}

TEST(VectorOracle, RefusesDualsThatDoNotFit) {
  const VectorOracle oracle(Matrix::Identity(3, 2));
  EXPECT_THROW((void)oracle.maximise(Matrix::Zero(2, 2), {}), InvalidArgument);
  EXPECT_THROW((void)oracle.maximise(Matrix(3, 0), {}), InvalidArgument);
  Matrix nan = Matrix::Zero(3, 2);
  nan(1, 1) = std::numeric_limits<double>::infinity();
  EXPECT_THROW((void)oracle.climb(nan, 0, 1, 0), InvalidArgument);
  EXPECT_THROW((void)oracle.spectral_bound(nan), InvalidArgument);
}

TEST(VectorCone, TheMajorantIsLegalAndNoLongerThanAnyOther) {
  Random random(17);
  for (int trial = 0; trial < 300; ++trial) {
    const Index r = 1 + trial % 5;
    Matrix rays(r, r);
    for (Index k = 0; k < rays.size(); ++k) {
      rays.data()[k] = static_cast<double>(random.below(9)) - (k % (r + 1) == 0 ? 0 : 4);
    }
    rays.diagonal().array() += 8;
    const Vector values = testing::random_matrix(random, r, 1).cwiseAbs();
    const oracle::LinearMajorant majorant = oracle::shortest_majorant(rays, values);
    ASSERT_TRUE(std::isfinite(majorant.length));
    EXPECT_GE((rays.transpose() * majorant.p - values).minCoeff(), -1e-13);
    EXPECT_GE(majorant.length, majorant.p.norm());
    // By duality the shortest length is the maximum of values^T mu over |A mu| <= 1, mu >= 0; any
    // longer p would leave a gap to the multipliers of this one.
    const Vector mu = rays.partialPivLu().solve(majorant.p);
    EXPECT_GE(mu.minCoeff(), -1e-9 * mu.cwiseAbs().maxCoeff());
    EXPECT_NEAR(values.dot(mu), majorant.length * majorant.length,
                1e-9 * majorant.length * majorant.length);
  }
}

TEST(VectorCone, HalvesCoverTheConeExactly) {
  Random random(18);
  Matrix rays = oracle::half_of_the_orthants(3).back();
  for (int level = 0; level < 60; ++level) {
    const oracle::LongestEdge edge = oracle::longest_edge(rays);
    const Vector middle = oracle::integer_bisector(rays.col(edge.first), rays.col(edge.second));
    ASSERT_EQ(middle.size(), 3);
    EXPECT_EQ(middle, middle.array().round().matrix());
    // In the parent's coordinates the middle is a positive combination of the two rays only.
    Matrix parent = rays;
    const Vector weights = parent.fullPivLu().solve(middle);
    EXPECT_GT(weights[edge.first], 0);
    EXPECT_GT(weights[edge.second], 0);
    EXPECT_NEAR(weights[3 - edge.first - edge.second], 0, 1e-6 * weights.norm());
    const bool first = random.uniform() < 0.5;
    rays.col(first ? edge.first : edge.second) = middle;
    EXPECT_LE(oracle::longest_edge(rays).angle, edge.angle);
    if (edge.angle < 1e-3) break;
  }
  EXPECT_LT(oracle::longest_edge(rays).angle, 0.1);
  EXPECT_EQ(oracle::integer_bisector(Vector::Constant(1, 0x1p52), Vector::Constant(1, 0x1p52)),
            Vector::Ones(1));
  EXPECT_EQ(oracle::integer_bisector((Vector(2) << 0x1p53, 1).finished(),
                                     (Vector(2) << 0x1p53, 0).finished())
                .size(),
            0);
}

TEST(VectorFactors, NormsAndRemaindersAreUpperBounds) {
  Random random(19);
  for (int trial = 0; trial < 40; ++trial) {
    const Matrix A = testing::random_matrix(random, 1 + trial % 7, 1 + trial % 5);
    const double exact = Eigen::JacobiSVD<Matrix>(A).singularValues()[0];
    EXPECT_GE(oracle::spectral_norm_bound(A), exact * (1 - 1e-15));
    EXPECT_LE(oracle::spectral_norm_bound(A), exact * (1 + 1e-10));
    const oracle::OutputFactors factors = oracle::output_factors(A);
    EXPECT_LE((A - factors.columns * factors.basis.transpose()).norm(), factors.remainder);
    EXPECT_LE(factors.remainder, 1e-12 * (1 + A.norm()));
    EXPECT_GE(factors.stretch, 1);
    EXPECT_LE(factors.stretch, 1 + 1e-12);
  }
  EXPECT_EQ(oracle::spectral_norm_bound(Matrix::Zero(3, 2)), 0);
}

TEST(VectorFactors, TheSpectralBoundCountsSquaresThatVanish) {
  Random random(20);
  for (const int exponent : {-500, -520, -525, -530, -540}) {
    for (int trial = 0; trial < 40; ++trial) {
      const Matrix A = testing::random_matrix(random, 3, 2);
      const double exact = Eigen::JacobiSVD<Matrix>(A).singularValues()[0];
      const double bound = oracle::spectral_norm_bound(A * std::ldexp(1.0, exponent));
      EXPECT_GE(bound, std::ldexp(exact, exponent) * (1 - 1e-15)) << exponent;
    }
  }
}

}  // namespace
}  // namespace thalweg
