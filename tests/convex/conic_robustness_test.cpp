#include <gtest/gtest.h>

#include <cmath>

#include "convex/conic_blocks.hpp"
#include "convex/random_problem.hpp"

namespace thalweg {
namespace {

using testing::conic_violations;
using testing::ConicViolations;

const Loss kSquared = Loss::squared();

SolverSettings tight() {
  SolverSettings settings;
  settings.relative_gap = 1e-10;
  return settings;
}

TEST(ConicRobustness, LengthsOfRowsAndUnitsDoNotMatter) {
  Random random(9);
  const Matrix X = testing::random_matrix(random, 12, 3);
  const Vector y = testing::random_vector(random, 12);
  ConicProgram plain{kSquared, y, {}, {}};
  for (int i = 0; i < 20; ++i) {
    const Vector s = (X * testing::random_vector(random, 3)).cwiseSign();
    const Matrix G = s.asDiagonal() * X;
    plain.blocks.push_back(testing::norm_block((i % 2 == 0 ? 0.5 : -0.5) * (G + X), G, 0.01));
  }
  const ConicSolution expected = solve_conic(plain, tight());
  EXPECT_EQ(expected.info.status, SolverStatus::kSolved);

  ConicProgram rows = plain;
  for (ConicBlock& block : rows.blocks) {
    for (Index i = 0; i < 12; ++i) block.rows.row(i) *= std::pow(10.0, 2 * random.normal());
  }
  const ConicSolution scaled = solve_conic(rows, tight());
  EXPECT_EQ(scaled.info.status, SolverStatus::kSolved);
  EXPECT_NEAR(scaled.info.objective, expected.info.objective, 1e-9 * expected.info.objective);
  EXPECT_LE(conic_violations(rows, scaled).stationarity, 1e-8);

  for (const double unit : {1e-6, 1e6}) {  // p*(X, c y, c beta) = c^2 p*
    ConicProgram targets = plain;
    targets.targets *= unit;
    for (ConicBlock& block : targets.blocks) block.cost *= unit;
    EXPECT_NEAR(solve_conic(targets, tight()).info.objective / (unit * unit),
                expected.info.objective, 1e-9 * expected.info.objective);
    ConicProgram data = plain;  // p*(c X, y, beta) = p*(X, y, beta / c)
    for (ConicBlock& block : data.blocks) {
      block.map *= unit;
      block.rows.topRows(12) *= unit;
      block.cost *= unit;
    }
    EXPECT_NEAR(solve_conic(data, tight()).info.objective, expected.info.objective,
                1e-9 * expected.info.objective);
  }
}

TEST(ConicRobustness, ConesWithoutInteriorAreSolvedToo) {
  ConicBlock block;  // min -a  s.t.  a <= b, b <= a, |(a, b)| <= 1
  block.cost = Eigen::Vector2d(-1, 0);
  block.rows.resize(5, 2);
  block.rows << -1, 1, 1, -1, 0, 0, 1, 0, 0, 1;
  block.offset = Vector::Unit(5, 2);
  block.cone = {2, {3}, {}};
  const ConicSolution line = solve_conic({kSquared, Vector(0), {block}, {}}, tight());
  EXPECT_EQ(line.info.status, SolverStatus::kSolved);
  EXPECT_NEAR(line.info.objective, -std::sqrt(0.5), 1e-8);
  block.rows.topRows(2) << -1, 0, -1, 1;  // a <= 0, b >= a: the half plane without a > 0
  const ConicSolution zero = solve_conic({kSquared, Vector(0), {block}, {}}, tight());
  EXPECT_EQ(zero.info.status, SolverStatus::kSolved);
  EXPECT_NEAR(zero.info.objective, 0, 1e-8);
}

TEST(ConicRobustness, LossesWithoutATermToBalanceEndAtZero) {
  for (const Loss& loss : {Loss::squared_hinge(), Loss::squared()}) {  // a free bias fits all
    ConicProgram program{loss, Vector::Ones(3), {}, Matrix::Ones(3, 1)};
    program.blocks.push_back(
        testing::norm_block(Matrix::Identity(3, 2), Matrix::Identity(2, 2), 1));
    const ConicSolution solution = solve_conic(program, tight());
    EXPECT_EQ(solution.info.status, SolverStatus::kSolved);
    EXPECT_NEAR(solution.info.objective, 0, 1e-8);
  }
}

TEST(ConicRobustness, SeparableLabelsWithTinyPenalties) {
  Random random(10);
  const Loss logistic = Loss::logistic();
  for (const double beta : {1e-2, 1e-4, 1e-6}) {
    SCOPED_TRACE(beta);
    const Matrix X = testing::random_matrix(random, 10, 2);
    ConicProgram program{logistic, testing::random_targets(random, 10, logistic), {}, {}};
    for (int i = 0; i < 30; ++i) {
      const Vector s = (X * testing::random_vector(random, 2)).cwiseSign();
      const Matrix G = s.asDiagonal() * X;
      for (const double sign : {0.5, -0.5}) {
        program.blocks.push_back(testing::norm_block(sign * (G + X), G, beta));
      }
    }
    const ConicSolution solution = solve_conic(program, tight());
    EXPECT_EQ(solution.info.status, SolverStatus::kSolved);
    EXPECT_LE(solution.info.steps, 60);
    const ConicViolations violations = conic_violations(program, solution);
    EXPECT_LE(violations.dual_fit, 1e-6);
    EXPECT_LE(violations.stationarity, 1e-9);
  }
}

}  // namespace
}  // namespace thalweg
