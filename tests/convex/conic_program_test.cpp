#include "thalweg/convex/conic_program.hpp"

#include <gtest/gtest.h>

#include <Eigen/Eigenvalues>
#include <limits>

#include "convex/conic_blocks.hpp"
#include "convex/random_problem.hpp"
#include "thalweg/core/error.hpp"

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

ConicProgram without_loss(ConicBlock block) {
  return {kSquared, Vector(0), {std::move(block)}, {}};
}

/// min -a - 2 b  s.t.  a + b <= 4, a <= 3, b <= 2, a, b >= 0.
ConicBlock vertex_block() {
  ConicBlock block;
  block.cost = Eigen::Vector2d(-1, -2);
  block.rows.resize(5, 2);
  block.rows << -1, -1, -1, 0, 0, -1, 1, 0, 0, 1;
  block.offset.resize(5);
  block.offset << 4, 3, 2, 0, 0;
  block.cone.orthant = 5;
  return block;
}

TEST(ConicProgram, LinearProgramEndsAtItsVertex) {
  const ConicSolution solution = solve_conic(without_loss(vertex_block()), tight());
  EXPECT_EQ(solution.info.status, SolverStatus::kSolved);
  EXPECT_EQ(solution.outcome, ConicOutcome::kBounded);
  EXPECT_NEAR(solution.info.objective, -6, 1e-8);
  EXPECT_NEAR((solution.x[0] - Eigen::Vector2d(2, 2)).norm(), 0, 1e-8);
  EXPECT_NEAR(solution.multipliers[0][0], 1, 1e-8);
  EXPECT_NEAR(solution.multipliers[0][2], 1, 1e-8);
  EXPECT_EQ(solution.dual.size(), 0);
}

TEST(ConicProgram, LeastAndLargestEigenvalueByTwoSemidefinitePrograms) {
  Random random(3);
  const Index m = 5;
  const Matrix C = testing::random_matrix(random, m, m).selfadjointView<Eigen::Lower>();
  const Index entries = m * (m + 1) / 2;
  const Vector values = Eigen::SelfAdjointEigenSolver<Matrix>(C).eigenvalues();

  ConicBlock least;  // min <C, Z>, tr Z = 1, the first entry eliminated
  const Vector c = symmetric_vector(C);
  const Vector identity = symmetric_vector(Matrix::Identity(m, m));
  least.rows = Matrix::Identity(entries, entries).rightCols(entries - 1);
  least.rows.row(0) = -identity.tail(entries - 1);
  least.cost = c.tail(entries - 1) - c[0] * identity.tail(entries - 1);
  least.offset = Vector::Unit(entries, 0);
  least.cone.semidefinite = {m};
  const ConicSolution low = solve_conic(without_loss(least), tight());
  EXPECT_EQ(low.info.status, SolverStatus::kSolved);
  EXPECT_NEAR(low.info.objective + c[0], values[0], 1e-8);

  ConicBlock largest;  // min t, t I - C >= 0
  largest.rows = identity;
  largest.cost = Vector::Ones(1);
  largest.offset = -c;
  largest.cone.semidefinite = {m};
  const ConicSolution high = solve_conic(without_loss(largest), tight());
  EXPECT_EQ(high.info.status, SolverStatus::kSolved);
  EXPECT_NEAR(high.info.objective, values[m - 1], 1e-8);
}

TEST(ConicProgram, SymmetricVectorsKeepTheInnerProduct) {
  Random random(4);
  const Matrix A = testing::random_matrix(random, 4, 4).selfadjointView<Eigen::Lower>();
  const Matrix B = testing::random_matrix(random, 4, 4).selfadjointView<Eigen::Lower>();
  EXPECT_NEAR(symmetric_vector(A).dot(symmetric_vector(B)), A.cwiseProduct(B).sum(), 1e-13);
  EXPECT_NEAR((symmetric_matrix(symmetric_vector(A)) - A).norm(), 0, 1e-15);
  EXPECT_THROW((void)symmetric_matrix(Vector::Zero(5)), InvalidArgument);
}

/// A random block with strictly feasible primal and dual points at nu = 0.
ConicBlock random_block(Random& random, Index samples, const ConeProduct& cone, Index variables) {
  ConicBlock block;
  block.cone = cone;
  block.rows = testing::random_matrix(random, cone.size(), variables);
  block.map = testing::random_matrix(random, samples, variables);
  Vector centre = Vector::Zero(cone.size());
  centre.head(cone.orthant).setOnes();
  Index at = cone.orthant;
  for (const Index size : cone.second_order) {
    centre[at] = 1;
    at += size;
  }
  for (const Index side : cone.semidefinite) {
    const Index size = side * (side + 1) / 2;
    centre.segment(at, size) = symmetric_vector(Matrix::Identity(side, side));
    at += size;
  }
  block.cost = block.rows.transpose() * centre;
  block.offset = centre - block.rows * testing::random_vector(random, variables);
  return block;
}

TEST(ConicProgram, RandomProgramsOfEveryConeAndLossSatisfyTheConditions) {
  const std::vector<std::pair<ConeProduct, Index>> cones = {{{.orthant = 9}, 4},
                                                            {{.second_order = {4, 5, 1}}, 5},
                                                            {{.semidefinite = {3, 2, 1}}, 6},
                                                            {{3, {4}, {3}}, 7}};
  std::uint64_t seed = 20;
  for (const Loss& loss : testing::all_losses()) {
    for (const Index samples : {1, 6, 20}) {
      for (const Index columns : {0, 1}) {
        SCOPED_TRACE(loss.name() + ", samples " + std::to_string(samples) + ", free columns " +
                     std::to_string(columns));
        Random random(++seed);
        ConicProgram program{loss, testing::random_targets(random, samples, loss), {}, {}};
        for (const auto& [cone, variables] : cones) {
          program.blocks.push_back(random_block(random, samples, cone, variables));
        }
        // One column in which both labels occur, so that an optimal v exists.
        if (columns == 1 && samples > 1) program.free_columns = Matrix::Ones(samples, 1);
        if (loss.needs_labels() && samples > 1) program.targets.head(2) = Eigen::Vector2d(1, -1);
        const ConicSolution solution = solve_conic(program, tight());
        EXPECT_EQ(solution.info.status, SolverStatus::kSolved);
        EXPECT_LE(solution.info.relative_gap, 1e-10);
        const ConicViolations violations = conic_violations(program, solution);
        EXPECT_LE(violations.worst(), 2e-6) << violations.dual_fit;
        EXPECT_LE(violations.stationarity, 1e-8);
        EXPECT_LE(violations.slack, 1e-8);
        EXPECT_EQ(violations.multiplier, 0);
        EXPECT_LE(violations.complementarity, 1e-8 * std::abs(solution.info.objective));
      }
    }
  }
}

TEST(ConicProgram, TheJudgeRejectsAPointThatIsNotOptimal) {
  const ConicProgram program = without_loss(vertex_block());
  ConicSolution solution = solve_conic(program, tight());
  EXPECT_LE(conic_violations(program, solution).worst(), 1e-7);
  solution.x[0][0] += 1e-3;
  EXPECT_GE(conic_violations(program, solution).worst(), 0.9e-3);
}

TEST(ConicProgram, AnUnboundedProgramIsReported) {
  ConicBlock block = vertex_block();
  block.rows = block.rows.bottomRows(2).eval();
  block.offset = Vector::Zero(2);
  block.cone.orthant = 2;
  const ConicSolution solution = solve_conic(without_loss(block), tight());
  EXPECT_NE(solution.info.status, SolverStatus::kSolved);
  EXPECT_EQ(solution.outcome, ConicOutcome::kUnbounded);
  EXPECT_EQ(solution.info.lower_bound, -std::numeric_limits<double>::infinity());

  // The loss sees the first direction only.
  block.map = Matrix::Identity(1, 2);
  const ConicSolution flat = solve_conic({kSquared, Vector::Ones(1), {block}, {}}, tight());
  EXPECT_EQ(flat.outcome, ConicOutcome::kUnbounded);
  block.map << 1, 1;
  const ConicSolution bounded = solve_conic({kSquared, Vector::Ones(1), {block}, {}}, tight());
  EXPECT_EQ(bounded.info.status, SolverStatus::kSolved);
  EXPECT_EQ(bounded.outcome, ConicOutcome::kBounded);
}

TEST(ConicProgram, AnInfeasibleProgramIsReported) {
  ConicBlock block = vertex_block();
  block.offset[2] = -1;  // b <= -1 and b >= 0
  const ConicSolution solution = solve_conic(without_loss(block), tight());
  EXPECT_NE(solution.info.status, SolverStatus::kSolved);
  EXPECT_EQ(solution.outcome, ConicOutcome::kInfeasible);
}

TEST(ConicProgram, ProgramsWithoutOffsetsOrCostsAreBounded) {
  ConicBlock block;  // min a + b  s.t.  a, b >= 0
  block.cost = Vector::Ones(2);
  block.rows = Matrix::Identity(2, 2);
  block.cone.orthant = 2;
  const ConicSolution homogeneous = solve_conic(without_loss(block), tight());
  EXPECT_EQ(homogeneous.info.status, SolverStatus::kSolved);
  EXPECT_EQ(homogeneous.outcome, ConicOutcome::kBounded);
  EXPECT_NEAR(homogeneous.info.objective, 0, 1e-8);

  ConicBlock free_of_cost = vertex_block();
  free_of_cost.cost.setZero();
  const ConicSolution feasible = solve_conic(without_loss(free_of_cost), tight());
  EXPECT_EQ(feasible.info.status, SolverStatus::kSolved);
  EXPECT_EQ(feasible.outcome, ConicOutcome::kBounded);
  EXPECT_EQ(feasible.info.objective, 0);
  EXPECT_LE(conic_violations(without_loss(free_of_cost), feasible).slack, 1e-9);
}

TEST(ConicProgram, EmptyAndRepeatedRowsChangeNothing) {
  const ConicSolution plain = solve_conic(without_loss(vertex_block()), tight());
  ConicBlock block = vertex_block();
  Matrix rows(8, 2);
  rows << Matrix::Zero(1, 2), block.rows, block.rows.topRows(2);
  Vector offset(8);
  offset << 0, block.offset, block.offset.head(2);
  block.rows = rows;
  block.offset = offset;
  block.cone.orthant = 8;
  const ConicSolution more = solve_conic(without_loss(block), tight());
  EXPECT_EQ(more.info.status, SolverStatus::kSolved);
  EXPECT_NEAR(more.info.objective, plain.info.objective, 1e-8);
  EXPECT_EQ(more.multipliers[0][0], 0);
}

TEST(ConicProgram, SameProgramSameAnswerAndLimitsHold) {
  const ConicProgram program = without_loss(vertex_block());
  const ConicSolution first = solve_conic(program, tight());
  const ConicSolution second = solve_conic(program, tight());
  EXPECT_EQ(first.x[0], second.x[0]);

  SolverSettings few = tight();
  few.max_steps = 2;
  const ConicSolution limited = solve_conic(program, few);
  EXPECT_EQ(limited.info.status, SolverStatus::kStepLimit);
  EXPECT_EQ(limited.info.steps, 2);
  EXPECT_EQ(limited.x[0].size(), 2);

  SolverSettings stopped = tight();
  stopped.control.cancellation.cancel();
  EXPECT_EQ(solve_conic(program, stopped).info.status, SolverStatus::kStopped);
}

TEST(ConicProgram, ShapesThatDoNotFitAreRefused) {
  const auto refused = [](const auto& change) {
    ConicProgram program{kSquared, Vector::Ones(1), {vertex_block()}, {}};
    program.blocks[0].map = Matrix::Ones(1, 2);
    change(program);
    EXPECT_THROW((void)solve_conic(program, {}), InvalidArgument);
  };
  refused([](ConicProgram& p) { p.blocks.clear(); });
  refused([](ConicProgram& p) { p.blocks[0].map = Matrix::Ones(2, 2); });
  refused([](ConicProgram& p) { p.blocks[0].map = Matrix::Ones(1, 3); });
  refused([](ConicProgram& p) { p.blocks[0].cost = Vector::Ones(3); });
  refused([](ConicProgram& p) { p.blocks[0].offset = Vector::Ones(4); });
  refused([](ConicProgram& p) { p.blocks[0].cone.orthant = 4; });
  refused([](ConicProgram& p) { p.blocks[0].cone = {5, {0}, {}}; });
  refused([](ConicProgram& p) { p.blocks[0].rows.col(1) = p.blocks[0].rows.col(0); });
  refused([](ConicProgram& p) { p.free_columns = Matrix::Ones(2, 1); });
  refused([](ConicProgram& p) { p.targets[0] = std::numeric_limits<double>::quiet_NaN(); });
  const Loss logistic = Loss::logistic();
  EXPECT_THROW((void)solve_conic({logistic, Vector::Constant(1, 0.5), {vertex_block()}, {}}, {}),
               InvalidArgument);
  EXPECT_NO_THROW((void)solve_conic({logistic, Vector::Ones(1), {vertex_block()}, {}}, {}));
}

}  // namespace
}  // namespace thalweg
