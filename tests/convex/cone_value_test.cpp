#include "thalweg/convex/cone_value.hpp"

#include <gtest/gtest.h>

#include "convex/random_problem.hpp"

namespace thalweg {
namespace {

struct Cell {
  Matrix X;
  Vector gates;
  Vector interior;
};

Cell random_cell(Random& random, Index n, Index d) {
  Cell cell;
  cell.X = testing::random_matrix(random, n, d);
  cell.interior = random.direction(d);
  cell.gates = ((cell.X * cell.interior).array() > 0).cast<double>().matrix();
  return cell;
}

TEST(ConeValue, BoundsEveryPointOfTheCellAndIsAttained) {
  Random random(21);
  for (int trial = 0; trial < 200; ++trial) {
    const Index n = 2 + static_cast<Index>(random.below(15));
    const Index d = 1 + static_cast<Index>(random.below(4));
    const Cell cell = random_cell(random, n, d);
    const Vector nu = testing::random_vector(random, n);
    for (const Sign sign : {Sign::kPlus, Sign::kMinus}) {
      const ConeValue value = cone_value(cell.X, cell.gates, sign, nu);
      const auto dual = [&](const Vector& u) {
        return to_double(sign) * nu.dot((cell.X * u).cwiseMax(0.0)) / u.norm();
      };
      EXPECT_LE(dual(cell.interior), value.upper + 1e-12);
      if (value.upper < 1e-9) continue;
      // The projection is a point of the closed cell that attains the value.
      const Vector u = value.projection / value.upper;
      const Vector sides = (2 * cell.gates.array() - 1).matrix().cwiseProduct(cell.X * u);
      EXPECT_GE(sides.minCoeff(), -1e-11);
      EXPECT_NEAR(dual(u), value.upper, 1e-11);
      EXPECT_GT(value.upper + 1e-12, dual(cell.interior));
    }
  }
}

TEST(ConeValue, MultipliersCertifyAndOnlyNonnegativeOnesDo) {
  Random random(22);
  int strict = 0;
  for (int trial = 0; trial < 100; ++trial) {
    const Cell cell = random_cell(random, 10, 3);
    const Vector nu = testing::random_vector(random, 10);
    const ConeValue value = cone_value(cell.X, cell.gates, Sign::kPlus, nu);
    Vector c = cell.X.transpose() * cell.gates.cwiseProduct(nu);
    const double unprojected = c.norm();
    for (const auto& [row, rho] : value.multipliers) {
      EXPECT_GT(rho, 0);
      c += rho * (2 * cell.gates[row] - 1) * cell.X.row(row).transpose();
    }
    EXPECT_NEAR(c.norm(), value.upper, 1e-12);
    EXPECT_LE(value.upper, unprojected + 1e-12);
    if (value.upper < unprojected - 1e-6) ++strict;
  }
  EXPECT_GT(strict, 10);  // the cones do cut
}

}  // namespace
}  // namespace thalweg
