#include "thalweg/oracle/outside_stars.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "thalweg/core/error.hpp"
#include "thalweg/core/random.hpp"

namespace thalweg {
namespace {

OutsideSettings settings_for(double beta) {
  OutsideSettings settings;
  settings.beta = beta;
  return settings;
}

/// Two rows along the axes, nu = (3, 2): on the quadrants f is 3 u_1 + 2 u_2, 2 u_2, 0 and 3 u_1.
struct Axes {
  Matrix X = Matrix::Identity(2, 2);
  Vector nu = (Vector(2) << 3, 2).finished();
  StarAtom top{(Vector(2) << 3, 2).finished(), Sign::kPlus, {}};
};

TEST(OutsideStars, TheNextCellsOfTwoAxes) {
  const Axes axes;
  const DualOracle oracle(axes.X);
  const double sigma = std::sqrt(13.0);
  OutsideResult result = oracle.maximise_outside(axes.nu, {}, settings_for(sigma));
  EXPECT_EQ(result.status, DualNormStatus::kClosed);
  EXPECT_NEAR(result.lower, sigma, 1e-10);
  result = oracle.maximise_outside(axes.nu, {axes.top}, settings_for(sigma));
  EXPECT_EQ(result.status, DualNormStatus::kClosed);
  EXPECT_NEAR(result.lower, 3, 1e-3);
  EXPECT_LE(result.lower, 3);
  EXPECT_GE(result.upper, 3);
  EXPECT_LE(result.upper, 3 + 1e-3 * (sigma - 3) + 1e-9);
  ASSERT_FALSE(result.directions.empty());
  EXPECT_LT(result.directions.front().u[1], 0);
  EXPECT_EQ(result.directions.front().sign, Sign::kPlus);
  // A tie at row 1 makes the star the half-plane u_1 > 0.
  const StarAtom half{(Vector(2) << 1, 0).finished(), Sign::kPlus, {1}};
  result = oracle.maximise_outside(axes.nu, {half}, settings_for(sigma));
  EXPECT_NEAR(result.lower, 2, 2e-3);
  EXPECT_GE(result.upper, 2);
}

TEST(OutsideStars, AStarOfOneSignLeavesTheOtherSignAlone) {
  const Axes axes;
  StarAtom wrong = axes.top;
  wrong.sign = Sign::kMinus;
  const double sigma = std::sqrt(13.0);
  const OutsideResult result =
      DualOracle(axes.X).maximise_outside(axes.nu, {wrong}, settings_for(sigma));
  EXPECT_NEAR(result.upper, sigma, 1e-9);
  EXPECT_GE(result.upper_of_sign[0], sigma * (1 - 1e-12));
  EXPECT_LT(result.upper_of_sign[1], sigma);
}

TEST(OutsideStars, StarsThatHoldEverythingLeaveNothing) {
  const Axes axes;
  const DualOracle oracle(axes.X);
  const StarAtom all_plus{Vector::Unit(2, 0), Sign::kPlus, {1}};
  const StarAtom other_plus{-Vector::Unit(2, 0), Sign::kPlus, {1}};
  const OutsideResult result =
      oracle.maximise_outside(axes.nu, {all_plus, other_plus}, settings_for(1));
  EXPECT_EQ(result.status, DualNormStatus::kClosed);
  EXPECT_NEAR(result.upper_of_sign[0], 0, 1e-12);
  EXPECT_EQ(result.lower, 0);
  EXPECT_TRUE(result.directions.empty() || result.directions.front().sign == Sign::kMinus);
}

TEST(OutsideStars, ADualOfZeroHasMarginOne) {
  const Axes axes;
  const OutsideResult result =
      DualOracle(axes.X).maximise_outside(Vector::Zero(2), {axes.top}, settings_for(0.1));
  EXPECT_EQ(result.status, DualNormStatus::kClosed);
  EXPECT_EQ(result.upper, 0);
}

TEST(OutsideStars, ThresholdsOnBothSidesAreDecided) {
  const Axes axes;
  const DualOracle oracle(axes.X);
  OutsideSettings settings = settings_for(std::sqrt(13.0));
  settings.threshold = 3.001;
  EXPECT_EQ(oracle.maximise_outside(axes.nu, {axes.top}, settings).status,
            DualNormStatus::kThresholdHolds);
  settings.threshold = 2.999;
  const OutsideResult exceeded = oracle.maximise_outside(axes.nu, {axes.top}, settings);
  EXPECT_EQ(exceeded.status, DualNormStatus::kThresholdExceeded);
  EXPECT_GT(exceeded.directions.front().value, 2.999);
}

TEST(OutsideStars, AMissedAtomComesFirstAmongTheDirections) {
  // Both rows alone are local maximisers of -f too; nu = (3, -2.9).
  const Matrix X = Matrix::Identity(2, 2);
  const Vector nu = (Vector(2) << 3, -3).finished();
  const StarAtom first{(Vector(2) << 1, 0).finished(), Sign::kPlus, {1}};
  const OutsideResult result = DualOracle(X).maximise_outside(nu, {first}, settings_for(3));
  EXPECT_EQ(result.status, DualNormStatus::kClosed);
  ASSERT_FALSE(result.directions.empty());
  EXPECT_NEAR(result.directions.front().value, 3, 1e-9);
  EXPECT_EQ(result.directions.front().sign, Sign::kMinus);
  EXPECT_NEAR(result.directions.front().u[1], 1, 1e-9);
  EXPECT_EQ(result.directions.front().kinks, std::vector<Index>{0});
}

TEST(OutsideStars, AMaximumAtAVertexWhereStarsMeetIsReached) {
  // The vertex v = (0, -1, 0) of rows 0 and 1 is a ray of the tree, and row 0 crosses every cone
  // around it. Stars hold three of the four cells at v; on the fourth, where both rows are active,
  // the gradient (0.76, -3.9, 0.72) makes v the maximiser.
  Matrix X(3, 3);
  X << -1, 0, -4, 0, 0, 1, 1, -5, 1;
  const Vector nu = (Vector(3) << 0.02, 0.02, 0.78).finished();
  std::vector<StarAtom> atoms;
  for (const auto& [a, b] : {std::pair{0.1, 0.1}, std::pair{0.1, -0.1}, std::pair{0.9, -0.1}}) {
    atoms.push_back({(Vector(3) << a, -1, b).finished(), Sign::kPlus, {}});
  }
  const DualOracle oracle(X);
  OutsideSettings settings = settings_for(oracle.maximise(nu, {}).lower);
  settings.accuracy = 1e-6;
  const OutsideResult result = oracle.maximise_outside(nu, atoms, settings);
  EXPECT_EQ(result.status, DualNormStatus::kClosed);
  EXPECT_LE(result.lower, 3.9);
  EXPECT_NEAR(result.lower, 3.9, 1e-6);
  EXPECT_LE(result.nodes, 2000);
}

TEST(OutsideStars, ExpiredTimeGivesValidBounds) {
  Random random(5);
  Matrix X(40, 4);
  for (double& entry : X.reshaped()) entry = random.normal();
  Vector nu(40);
  for (double& entry : nu) entry = random.normal();
  const DualOracle oracle(X);
  OutsideSettings settings = settings_for(1);
  const OutsideResult full = oracle.maximise_outside(nu, {}, settings);
  settings.control.cancellation.cancel();
  const OutsideResult stopped = oracle.maximise_outside(nu, {}, settings);
  EXPECT_EQ(stopped.status, DualNormStatus::kLimit);
  EXPECT_LE(stopped.lower, full.upper);
  EXPECT_GE(stopped.upper, full.lower);
}

TEST(OutsideStars, ManyCoordinatesAreNotBranchedOn) {
  const Matrix X = Matrix::Identity(14, 14);
  const Vector nu = Vector::Ones(14);
  const StarAtom atom{Vector::Ones(14), Sign::kPlus, {}};
  const DualOracle oracle(X);
  const OutsideResult result = oracle.maximise_outside(nu, {atom}, settings_for(std::sqrt(14.0)));
  EXPECT_EQ(result.status, DualNormStatus::kNotBranched);
  EXPECT_LE(result.lower, std::sqrt(13.0));
  EXPECT_GE(result.upper, std::sqrt(13.0));
}

TEST(OutsideStars, AtomsThatAreNoneAreRejected) {
  const Axes axes;
  const DualOracle oracle(axes.X);
  const auto run = [&](const StarAtom& atom) {
    return oracle.maximise_outside(axes.nu, {atom}, settings_for(3)).upper;
  };
  const Vector u = Vector::Unit(2, 0);
  EXPECT_NO_THROW(static_cast<void>(run({u, Sign::kPlus, {1}})));
  EXPECT_THROW(static_cast<void>(run({u, Sign::kPlus, {}})), InvalidArgument);
  EXPECT_THROW(static_cast<void>(run({u, Sign::kPlus, {0, 1}})), InvalidArgument);
  EXPECT_THROW(static_cast<void>(run({u, Sign::kPlus, {2}})), InvalidArgument);
  EXPECT_THROW(static_cast<void>(run({Vector::Zero(2), Sign::kPlus, {0, 1}})), InvalidArgument);
  EXPECT_THROW(static_cast<void>(run({Vector::Ones(3), Sign::kPlus, {}})), InvalidArgument);
  EXPECT_THROW(static_cast<void>(run({Vector::Constant(2, std::nan("")), Sign::kPlus, {}})),
               InvalidArgument);
  const StarAtom rounded{(Vector(2) << 1, 1e-12).finished(), Sign::kPlus, {1}};
  EXPECT_NO_THROW(static_cast<void>(run(rounded)));
  EXPECT_THROW(static_cast<void>(oracle.maximise_outside(axes.nu, {axes.top}, settings_for(0.0))),
               InvalidArgument);
  EXPECT_THROW(
      static_cast<void>(oracle.maximise_outside(Vector::Ones(3), {axes.top}, settings_for(1.0))),
      InvalidArgument);
}

}  // namespace
}  // namespace thalweg
