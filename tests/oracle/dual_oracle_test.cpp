#include "thalweg/oracle/dual_oracle.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "oracle/brute_force.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

struct KnownDual {
  const char* name;
  Matrix X;
  Vector nu;
  double sigma;
};

Matrix rows(std::initializer_list<std::initializer_list<double>> entries) {
  Matrix X(static_cast<Index>(entries.size()), static_cast<Index>(entries.begin()->size()));
  Index i = 0;
  for (const auto& row : entries) {
    Index k = 0;
    for (const double entry : row) X(i, k++) = entry;
    ++i;
  }
  return X;
}

/// The optimal duals of the theory's fixtures (docs/theory, "Test fixtures"), beta = 0.1: their
/// norm is beta.
std::vector<KnownDual> known_duals() {
  const double b = 0.1;
  const double root2 = std::sqrt(2.0);
  const double root3 = std::sqrt(3.0);
  const double kappa = 24 / std::sqrt(76.0);
  std::vector<KnownDual> duals;
  duals.push_back({"F1", rows({{-root3, 1}, {root3, 1}}), Vector::Constant(2, b / 2), b});
  duals.push_back({"F1x", rows({{1, 1, 1, 1}, {-1, -1, -1, 1}}), Vector::Constant(2, b / 2), b});
  duals.push_back(
      {"F2", rows({{1, 0}, {-0.5, root3 / 2}, {-0.5, -root3 / 2}}), Vector::Constant(3, b), b});
  duals.push_back({"F3", rows({{0.6, 0.8}, {0.6, -0.8}}), Vector::Constant(2, 5 * b / 6), b});
  duals.push_back({"F3b", Matrix::Identity(3, 3) - Matrix::Constant(3, 3, 0.125),
                   Vector::Constant(3, kappa * b / 3), b});
  duals.push_back({"F5", rows({{-1}, {1}}), Vector::Constant(2, b), b});
  duals.push_back({"F6", rows({{1, 0}, {1, 1}}), Vector(2), b});
  duals.back().nu << root2 * b, -b;
  duals.push_back({"F7", rows({{-2 - root3, 1}, {-1, 1}, {root3, 1}}), Vector(3), b});
  duals.back().nu << b * (1 - root3 / 2), b * (root3 - 1) / 2, b / 2;
  return duals;
}

TEST(DualOracle, TheFixturesDualsHaveNormBeta) {
  for (const KnownDual& known : known_duals()) {
    SCOPED_TRACE(known.name);
    DualNormSettings settings;
    settings.relative_gap = 1e-12;
    const DualNormResult result = DualOracle(known.X).maximise(known.nu, settings);
    EXPECT_EQ(result.status, DualNormStatus::kClosed);
    EXPECT_NEAR(result.lower, known.sigma, 2e-15);
    EXPECT_NEAR(result.upper, known.sigma, 2e-13);
    settings.threshold = known.sigma * (1 - 1e-9);
    EXPECT_EQ(DualOracle(known.X).maximise(known.nu, settings).status,
              DualNormStatus::kThresholdExceeded);
  }
}

TEST(DualOracle, ChainFixtureHasItsFourDirections) {
  const KnownDual chain = known_duals().back();
  DualNormSettings settings;
  settings.relative_gap = 1e-12;
  settings.maximiser_band = 1e-10;
  const DualNormResult result = DualOracle(chain.X).maximise(chain.nu, settings);
  const double h = std::sqrt(3.0) / 2;
  const Matrix expected = rows({{h, 0.5}, {0.5, h}, {0, 1}, {-h, 0.5}});
  ASSERT_EQ(result.maximisers.size(), 4u);
  for (Index i = 0; i < 4; ++i) {
    const bool found = std::any_of(
        result.maximisers.begin(), result.maximisers.end(), [&](const DualDirection& direction) {
          return (direction.u - expected.row(i).transpose()).norm() < 1e-9;
        });
    EXPECT_TRUE(found) << expected.row(i);
  }
}

TEST(DualOracle, KinksAreTheRowsTheDirectionIsOrthogonalTo) {
  // F6: the optimum sits on ties: (1,-1)/sqrt 2 is orthogonal to row 1, (0,1) to row 0.
  const KnownDual ties = known_duals()[6];
  DualNormSettings settings;
  settings.maximiser_band = 1e-9;
  const DualNormResult result = DualOracle(ties.X).maximise(ties.nu, settings);
  ASSERT_EQ(result.maximisers.size(), 2u);
  for (const DualDirection& direction : result.maximisers) {
    const bool plus = direction.sign == Sign::kPlus;
    EXPECT_EQ(direction.kinks, std::vector<Index>{plus ? 1 : 0});
  }
}

TEST(DualOracle, NothingToMaximiseGivesZeroExactly) {
  const Matrix X = rows({{1, 2}, {0, 0}});
  for (const DualNormResult& result : {DualOracle(X).maximise(Vector::Zero(2), {}),
                                       DualOracle(Matrix::Zero(3, 2)).maximise(Vector::Ones(3), {}),
                                       DualOracle(X).maximise(Vector::Unit(2, 1), {})}) {
    EXPECT_EQ(result.status, DualNormStatus::kClosed);
    EXPECT_EQ(result.lower, 0);
    EXPECT_EQ(result.upper, 0);
    ASSERT_FALSE(result.maximisers.empty());
    EXPECT_EQ(result.maximisers.front().u.norm(), 1);
  }
}

TEST(DualOracle, OneRowGivesItsNormTimesTheDual) {
  const Matrix X = rows({{3, 0, 4}});
  const DualOracle oracle(X);
  EXPECT_EQ(oracle.rank(), 1);
  const DualNormResult result = oracle.maximise(Vector::Constant(1, -2), {});
  EXPECT_EQ(result.status, DualNormStatus::kClosed);
  EXPECT_NEAR(result.lower, 10, 1e-14);
  EXPECT_EQ(result.maximisers.front().sign, Sign::kMinus);
  EXPECT_NEAR(result.maximisers.front().u[2], 0.8, 1e-15);
}

TEST(DualOracle, AThresholdIsHeldExceededOrLeftOpen) {
  Random random(12);
  const Matrix X = testing::random_data(40, 4, 0, random);
  const Vector nu = testing::random_dual(40, false, random);
  const DualOracle oracle(X);
  const double sigma = oracle.maximise(nu, {}).upper;
  DualNormSettings settings;
  settings.threshold = 1.01 * sigma;
  const DualNormResult holds = oracle.maximise(nu, settings);
  EXPECT_EQ(holds.status, DualNormStatus::kThresholdHolds);
  EXPECT_LE(holds.upper, settings.threshold);
  settings.threshold = 0.5 * sigma;
  const DualNormResult exceeded = oracle.maximise(nu, settings);
  EXPECT_EQ(exceeded.status, DualNormStatus::kThresholdExceeded);
  EXPECT_GE(exceeded.upper, sigma * (1 - 1e-5));
  EXPECT_GT(exceeded.maximisers.front().value, settings.threshold);
  settings.threshold = 1.0001 * sigma;
  settings.control.cancellation.cancel();
  const DualNormResult stopped = oracle.maximise(nu, settings);
  EXPECT_EQ(stopped.status, DualNormStatus::kLimit);
  EXPECT_GE(stopped.upper, sigma * (1 - 1e-5));
  EXPECT_LE(stopped.lower, sigma);
}

TEST(DualOracle, ADeadlineLeavesValidBounds) {
  Random random(13);
  const Matrix X = testing::random_data(150, 8, 0, random);
  const Vector nu = testing::random_dual(150, false, random);
  DualNormSettings settings;
  settings.control.deadline = Deadline::after(0.2);
  settings.threads = 2;
  const DualNormResult result = DualOracle(X).maximise(nu, settings);
  EXPECT_EQ(result.status, DualNormStatus::kLimit);
  EXPECT_GT(result.lower, 0);
  EXPECT_GE(result.upper, result.lower);
  EXPECT_LE(result.upper, DualOracle(X).whole_sphere_bound(nu) * 1.5);
}

TEST(DualOracle, ManyColumnsGetTheWholeSphereBound) {
  Random random(14);
  const Matrix X = testing::random_data(60, 20, 0, random);
  const Vector nu = testing::random_dual(60, false, random);
  const DualNormResult result = DualOracle(X).maximise(nu, {});
  EXPECT_EQ(result.source, DualNormSource::kWholeSphere);
  EXPECT_EQ(result.status, DualNormStatus::kNotBranched);
  EXPECT_LT(result.upper, 2 * result.lower);
}

TEST(DualOracle, ClimbReturnsDistinctDirectionsAboveTheThresholdBestFirst) {
  Random random(15);
  const Matrix X = testing::random_data(200, 4, 0, random);
  const Vector nu = testing::random_dual(200, false, random);
  const DualOracle oracle(X);
  const double sigma = oracle.maximise(nu, {}).lower;
  const std::vector<DualDirection> found = oracle.climb(nu, 0.3 * sigma, 5, 1);
  ASSERT_FALSE(found.empty());
  EXPECT_LE(found.size(), 5u);
  EXPECT_NEAR(found.front().value, sigma, 1e-12 * sigma);
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_GT(found[i].value, 0.3 * sigma);
    EXPECT_NEAR(to_double(found[i].sign) * oracle.value(nu, found[i].u), found[i].value,
                1e-12 * sigma);
    for (std::size_t k = 0; k < i; ++k) {
      EXPECT_GE(found[k].value, found[i].value);
      EXPECT_TRUE(found[k].sign != found[i].sign || (found[k].u - found[i].u).norm() > 1e-2);
    }
  }
  EXPECT_TRUE(oracle.climb(nu, 1.0001 * sigma, 5, 1).empty());
  const std::vector<DualDirection> again = oracle.climb(nu, 0.3 * sigma, 5, 1, 2);
  ASSERT_EQ(again.size(), found.size());
  EXPECT_EQ(again.front().u, found.front().u);
}

TEST(DualOracle, ManyRowsAreClimbedOnASampleFirst) {
  Random random(16);
  const Matrix X = testing::random_data(30000, 3, 0, random);
  Vector y = (X * random.direction(3)).cwiseMax(0);
  for (Index i = 0; i < y.size(); ++i) y[i] += 0.3 * random.normal();
  DualNormSettings settings;
  const DualNormResult result = DualOracle(X).maximise(y, settings);
  EXPECT_EQ(result.status, DualNormStatus::kClosed);
  EXPECT_LE(result.upper, result.lower * (1 + 1e-6));
}

TEST(DualOracle, RejectsWrongLengthsAndValues) {
  const DualOracle oracle(Matrix::Identity(2, 2));
  EXPECT_THROW(static_cast<void>(oracle.maximise(Vector::Ones(3), {})), InvalidArgument);
  EXPECT_THROW(static_cast<void>(oracle.whole_sphere_bound(Vector::Ones(1))), InvalidArgument);
  Vector nu(2);
  nu << 1, std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(static_cast<void>(oracle.maximise(nu, {})), InvalidArgument);
}

}  // namespace
}  // namespace thalweg
