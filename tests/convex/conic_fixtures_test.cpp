#include <gtest/gtest.h>

#include <Eigen/SVD>
#include <cmath>

#include "convex/conic_blocks.hpp"
#include "convex/random_problem.hpp"
#include "support/fixtures.hpp"
#include "thalweg/convex/cone_value.hpp"
#include "thalweg/convex/restricted_program.hpp"

namespace thalweg {
namespace {

using testing::conic_violations;
using testing::two_layer_blocks;

const Loss kSquared = Loss::squared();

Matrix rows_of(std::initializer_list<std::initializer_list<double>> rows) {
  return testing::make_fixture("", rows, {}, 0).X;
}

ConicSolution solve(const ConicProgram& program) {
  SolverSettings settings;
  settings.relative_gap = 1e-11;
  ConicSolution solution = solve_conic(program, settings);
  EXPECT_EQ(solution.info.status, SolverStatus::kSolved);
  EXPECT_LE(solution.info.lower_bound,
            solution.info.objective + 1e-12 * std::abs(solution.info.objective));
  EXPECT_LE(conic_violations(program, solution).worst(), 1e-6);
  return solution;
}

double two_layer_optimum(const Matrix& X, const Vector& y, double beta) {
  return solve({kSquared, y, two_layer_blocks(X, beta), {}}).info.objective;
}

const Matrix kA = rows_of({{1, 0}, {0, 1}, {-1, 1}, {2, -1}});
const Matrix kB = rows_of({{1, 0}, {0, 1}, {-1, 1}, {-1, -1}, {2, 1}});
const Matrix kC = rows_of({{-1, 1}, {0, 1}, {1, 1}});

TEST(ConicFixtures, FullyConnectedFixturesOfTheTheory) {
  const Vector yA = Eigen::Vector4d(1, -1, 2, 0.5);
  for (const double b : {.001, .01, .05, .1, .15, .2}) {
    EXPECT_NEAR(two_layer_optimum(kA, yA, b), 6.5 * b - 7.5 * b * b, 1e-10);
  }
  EXPECT_NEAR(two_layer_optimum(kA, yA, 0.3), 1.3110, 5e-5);
  EXPECT_NEAR(two_layer_optimum(kA, yA, 2.3), yA.squaredNorm() / 2, 1e-9);  // above beta_max
  Vector yB(5);
  yB << 1, -1, 2, 0, 1;
  EXPECT_NEAR(two_layer_optimum(kB, yB, 0.05), 0.32862072, 2e-8);
  EXPECT_NEAR(two_layer_optimum(kB, yB, 0.1), 0.63165050, 2e-8);
  EXPECT_NEAR(two_layer_optimum(kB, yB, 0.2), 1.16099711, 2e-8);
  for (const double b : {.05, .1}) {
    EXPECT_NEAR(two_layer_optimum(kC, Eigen::Vector3d(0, 1, 0), b), 3 * b - 5.5 * b * b, 1e-10);
    EXPECT_NEAR(two_layer_optimum(kC, Eigen::Vector3d(1, -1, 1), b), 5 * b - 5.5 * b * b, 1e-10);
    EXPECT_NEAR(two_layer_optimum(kC, Eigen::Vector3d(1, 0, 1), b), 2 * b - 1.5 * b * b, 1e-10);
    EXPECT_NEAR(two_layer_optimum(kC, Eigen::Vector3d(-1, 2, -1), b), 8 * b - 5.5 * b * b, 1e-10);
  }
}

TEST(ConicFixtures, ClosedFormsOfTwoLayerNetworks) {
  for (const testing::Fixture& fixture : testing::closed_form_fixtures()) {
    SCOPED_TRACE(fixture.name);
    EXPECT_NEAR(two_layer_optimum(fixture.X, fixture.y, fixture.beta), fixture.optimum,
                1e-9 * fixture.optimum);
  }
}

TEST(ConicFixtures, RandomTwoLayerProgramsAgreeWithTheRestrictedProgram) {
  std::uint64_t seed = 40;
  for (const Loss& loss : testing::all_losses()) {
    for (const OutputBias bias : {OutputBias::kNone, OutputBias::kFree}) {
      for (const double beta : {1e-1, 1e-3, 1e-5}) {
        SCOPED_TRACE(loss.name() + " " + std::to_string(beta));
        const TrainingProblem problem = testing::random_problem(++seed, 6, 3, beta, loss, bias);
        const std::vector<Vector> signs = testing::sign_vectors(problem.X(), Matrix(0, 3));
        Matrix patterns(static_cast<Index>(signs.size()), 6);
        for (std::size_t i = 0; i < signs.size(); ++i) {
          patterns.row(static_cast<Index>(i)) = signs[i].transpose();
        }
        const RestrictedSolution other = restricted_program(problem, patterns, {});
        ConicProgram program{problem.loss(), problem.y(), two_layer_blocks(problem.X(), beta), {}};
        if (bias == OutputBias::kFree) program.free_columns = Matrix::Ones(6, 1);
        const ConicSolution solution = solve(program);
        EXPECT_NEAR(solution.info.objective, other.info.objective, 1e-9 * other.info.objective);
        EXPECT_LE(solution.info.lower_bound, other.info.objective * (1 + 1e-12));
      }
    }
  }
}

TEST(ConicFixtures, TheLargestValueOverAConeIsTheConeValue) {
  for (std::uint64_t seed = 60; seed < 80; ++seed) {
    Random random(seed);
    const Index d = 4;
    const Matrix X = testing::random_matrix(random, 12, d);
    const Vector nu = testing::random_vector(random, 12);
    const Vector gates = (X * testing::random_vector(random, d)).cwiseMax(0).cwiseSign();
    ConicBlock block;  // max nu^T diag(gates) X w over the cell and the ball
    block.cost = -(X.transpose() * gates.cwiseProduct(nu));
    block.rows = Matrix::Zero(12 + d + 1, d);
    block.rows.topRows(12) = (2 * gates.array() - 1).matrix().asDiagonal() * X;
    block.rows.bottomRows(d).setIdentity();
    block.offset = Vector::Unit(12 + d + 1, 12);
    block.cone = {12, {d + 1}, {}};
    const ConicSolution solution = solve({kSquared, Vector(0), {block}, {}});
    const double value = cone_value(X, gates, Sign::kPlus, nu).upper;
    EXPECT_NEAR(-solution.info.objective, value, 1e-8 * (1 + value));
  }
}

TEST(ConicFixtures, NuclearNormIsSoftThresholdingOfSingularValues) {
  Random random(7);
  for (const auto& [a, b] : {std::pair<Index, Index>{3, 2}, {4, 5}, {1, 3}}) {
    const Matrix Y = 2 * testing::random_matrix(random, a, b);
    const double beta = 0.7;
    const Index side = a + b;
    const Index entries = side * (side + 1) / 2;
    ConicBlock block;  // [P Z; Z^T Q] >= 0, cost beta / 2 (tr P + tr Q)
    block.cost = 0.5 * beta * symmetric_vector(Matrix::Identity(side, side));
    block.rows = Matrix::Identity(entries, entries);
    block.cone.semidefinite = {side};
    block.map.resize(a * b, entries);
    for (Index j = 0; j < b; ++j) {
      for (Index i = 0; i < a; ++i) {
        Matrix unit = Matrix::Zero(side, side);
        unit(a + j, i) = unit(i, a + j) = 0.5;
        block.map.row(i + a * j) = symmetric_vector(unit).transpose();
      }
    }
    const ConicSolution solution = solve({kSquared, Y.reshaped(), {block}, {}});
    const Eigen::JacobiSVD<Matrix> svd(Y, Eigen::ComputeThinU | Eigen::ComputeThinV);
    const Vector kept = (svd.singularValues().array() - beta).max(0);
    const Matrix Z = svd.matrixU() * kept.asDiagonal() * svd.matrixV().transpose();
    EXPECT_NEAR(solution.info.objective, 0.5 * (Z - Y).squaredNorm() + beta * kept.sum(), 1e-9);
    EXPECT_NEAR((symmetric_matrix(solution.x[0]).topRightCorner(a, b) - Z).norm(), 0, 1e-5);
  }
}

/// Blocks of parallel three-layer networks of two inner neurons: every unordered pair of (pattern,
/// sign), every second pattern over it, both output signs.
std::vector<ConicBlock> three_layer_blocks(const Matrix& X, double beta,
                                           const std::vector<Index>& groups) {
  const Index n = X.rows();
  const Index d = X.cols();
  struct Inner {
    Matrix output, cone;
  };
  std::vector<Inner> inner;
  for (const Vector& s : testing::sign_vectors(X, Matrix(0, d))) {
    const Matrix G = s.asDiagonal() * X;
    for (const double sign : {1.0, -1.0}) inner.push_back({0.5 * (G + X), sign * G});
  }
  std::vector<ConicBlock> blocks;
  for (std::size_t i = 0; i < inner.size(); ++i) {
    for (std::size_t j = i; j < inner.size(); ++j) {
      Matrix first = Matrix::Zero(2 * n, 2 * d);
      first.topLeftCorner(n, d) = inner[i].cone;
      first.bottomRightCorner(n, d) = inner[j].cone;
      Matrix second(n, 2 * d);
      second << inner[i].output, inner[j].output;
      // Samples at which both inner neurons are closed are 0 on either side: one sign stands for
      // both.
      std::vector<Index> live;
      for (Index k = 0; k < n; ++k) {
        if (!second.row(k).isZero(0)) live.push_back(k);
      }
      const Matrix alive = second(live, Eigen::all);
      for (const Vector& s : testing::sign_vectors(alive, first)) {
        Matrix map = Matrix::Zero(n, 2 * d);
        for (std::size_t k = 0; k < live.size(); ++k) {
          if (s[static_cast<Index>(k)] > 0) map.row(live[k]) = second.row(live[k]);
        }
        if (map.isZero(0)) continue;
        Matrix cone(2 * n + alive.rows(), 2 * d);
        cone << first, s.asDiagonal() * alive;
        blocks.push_back(testing::group_block(map, cone, beta, groups));
        blocks.push_back(testing::group_block(-map, cone, beta, groups));
      }
    }
  }
  return blocks;
}

TEST(ConicFixtures, ThreeLayerFixturesOfTheTheory) {
  const double b = 0.1;
  const double f = b / std::sqrt(2.0);
  const auto optimum = [&](const Matrix& X, const Vector& y, const std::vector<Index>& groups) {
    return solve({kSquared, y, three_layer_blocks(X, b, groups), {}}).info.objective;
  };
  const Vector yA = Eigen::Vector4d(1, -1, 2, 0.5);
  EXPECT_NEAR(optimum(kA, yA, {2, 2}), 0.575, 1e-9);
  EXPECT_NEAR(optimum(kA, yA, {4}), 6.5 * f - 7.5 * f * f, 1e-9);
  EXPECT_NEAR(optimum(kC, Eigen::Vector3d(1, -1, 1), {2, 2}), 5 * b - 5.5 * b * b, 1e-9);
  EXPECT_NEAR(optimum(kC, Eigen::Vector3d(1, -1, 1), {4}), 5 * f - 5.5 * f * f, 1e-9);
  EXPECT_NEAR(optimum(kC, Eigen::Vector3d(-1, 2, -1), {4}), 8 * f - 5.5 * f * f, 1e-9);
}

}  // namespace
}  // namespace thalweg
