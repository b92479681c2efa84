#include "oracle/branch_cone_program.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "branch_forms.hpp"
#include "thalweg/convex/bounded_least_squares.hpp"

namespace thalweg::oracle {
namespace {

using testing::random_matrix;
using testing::random_vector;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Rows turned to the side of a random direction, so that the cone has an interior; every third row
/// may be violated at a price.
ConeProgram random_program(Index p, Index q, std::uint64_t seed) {
  ConeProgram program{random_vector(p, seed), random_matrix(p, q, seed + 1),
                      Vector::Constant(q, kInfinity)};
  const Vector inside = random_vector(p, seed + 2);
  for (Index i = 0; i < q; ++i) {
    if (program.rows.col(i).dot(inside) < 0) program.rows.col(i) *= -1;
    if (i % 3 == 0) program.upper[i] = 0.2;
  }
  return program;
}

/// Weak duality: mu is within its bounds, and the value, that of c + H mu, is above w's. Returns by
/// how much, rows violated without a price included.
double gap_of(const BlockNorm& norm, const ConeProgram& program) {
  const ConeProgramSolution solution = solve_cone_program(norm, program, {});
  const double unit = norm.dual(program.c);
  EXPECT_GE(solution.multipliers.minCoeff(), 0);
  EXPECT_LE((solution.multipliers - program.upper).maxCoeff(), 1e-15);
  EXPECT_NEAR(solution.value, norm.dual(program.c + program.rows * solution.multipliers),
              1e-12 * unit);
  EXPECT_LE(norm.value(solution.w), 1 + 1e-9);
  const Vector inside = program.rows.transpose() * solution.w;
  double gap = solution.value - program.c.dot(solution.w);
  for (Index i = 0; i < inside.size(); ++i) {
    const double outside = std::max(0.0, -inside[i]);
    const bool priced = program.upper[i] < kInfinity;
    gap += priced ? program.upper[i] * outside : unit * outside / program.rows.col(i).norm();
  }
  EXPECT_GE(gap, -1e-9 * unit);
  return gap;
}

void expect_optimal(const BlockNorm& norm, const ConeProgram& program, double gap) {
  EXPECT_LE(gap_of(norm, program), gap * norm.dual(program.c));
}

TEST(BranchConeProgram, ProjectsForTheEuclideanNorm) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const ConeProgram program = random_program(5, 4 + static_cast<Index>(seed % 12), seed);
    expect_optimal(BlockNorm::l2(5), program, 1e-11);
    const double expected =
        bounded_least_squares(-program.rows, program.c, program.upper).residual.norm();
    EXPECT_NEAR(solve_cone_program(BlockNorm::l2(5), program, {}).value, expected,
                1e-12 * program.c.norm());
  }
}

TEST(BranchConeProgram, BalancesGroups) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const ConeProgram program = random_program(6, 3 + static_cast<Index>(seed % 10), 100 + seed);
    expect_optimal(BlockNorm::l21(2, 3), program, 2e-9);
    expect_optimal(BlockNorm::groups({{0, 1, 0.5}, {1, 2, 0.7}, {3, 2, 0.7}, {5, 1, 2}}), program,
                   2e-9);
  }
}

/// Any multipliers within bounds bound the value; nearly always they are the best.
TEST(BranchConeProgram, BalancesMatrices) {
  int accurate = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const ConeProgram program = random_program(6, 3 + static_cast<Index>(seed % 5), 200 + seed);
    const BlockNorm norm = seed % 2 == 0 ? BlockNorm::nuclear(2, 3) : BlockNorm::nuclear(3, 2);
    accurate += gap_of(norm, program) <= 1e-6 * norm.dual(program.c) ? 1 : 0;
  }
  EXPECT_GE(accurate, 36);
}

TEST(BranchConeProgram, WithoutRowsTheValueIsTheDualNorm) {
  for (const BlockNorm& norm : {BlockNorm::l2(6), BlockNorm::l21(2, 3), BlockNorm::nuclear(2, 3)}) {
    const Vector c = random_vector(6, 301);
    const ConeProgram program{c, Matrix(6, 0), Vector()};
    const ConeProgramSolution solution = solve_cone_program(norm, program, {});
    EXPECT_NEAR(solution.value, norm.dual(c), 1e-9 * norm.dual(c));
    EXPECT_NEAR(c.dot(solution.w), norm.dual(c), 1e-6 * norm.dual(c));
    EXPECT_EQ(solve_cone_program(norm, {Vector::Zero(6), Matrix(6, 0), Vector()}, {}).value, 0);
  }
}

TEST(BranchConeProgram, ConesWithoutInteriorAndDependentRows) {
  // w_0 >= 0 twice and w_0 <= 0: the flat w_0 = 0, where c^T w is at most |(3, 4)|.
  ConeProgram program{Vector(3), Matrix::Zero(3, 3), Vector::Constant(3, kInfinity)};
  program.c << 2, 3, 4;
  program.rows.row(0) << 1, 2, -1;
  EXPECT_NEAR(solve_cone_program(BlockNorm::l2(3), program, {}).value, 5, 1e-12);
  program.rows.col(1) << 0, -1, -1;  // and w_1 + w_2 <= 0
  EXPECT_NEAR(solve_cone_program(BlockNorm::l2(3), program, {}).value, std::sqrt(0.5), 1e-12);
  EXPECT_NEAR(solve_cone_program(BlockNorm::nuclear(1, 3), program, {}).value, std::sqrt(0.5),
              1e-6);
}

}  // namespace
}  // namespace thalweg::oracle
