#include "thalweg/reformulation/gated_program.hpp"

#include <gtest/gtest.h>

#include "convex/random_problem.hpp"
#include "support/fixtures.hpp"
#include "support/groundtruth.hpp"
#include "support/groundtruth_cells.hpp"
#include "thalweg/core/error.hpp"
#include "thalweg/reformulation/cone_decomposition.hpp"

namespace thalweg {
namespace {

constexpr BlockMethod kMethods[] = {BlockMethod::kSemismoothNewton, BlockMethod::kBlockCoordinate,
                                    BlockMethod::kProximalGradient};

/// Patterns of many random directions: all cells of a small arrangement.
Matrix sampled_cells(const Matrix& X) {
  Random random(5);
  std::vector<Vector> cells;
  for (int k = 0; k < 4000; ++k) {
    const Vector pattern = ((X * random.direction(X.cols())).array() > 0).cast<double>().matrix();
    if (std::find(cells.begin(), cells.end(), pattern) == cells.end()) cells.push_back(pattern);
  }
  Matrix patterns(static_cast<Index>(cells.size()), X.rows());
  for (Index i = 0; i < patterns.rows(); ++i) {
    patterns.row(i) = cells[static_cast<std::size_t>(i)].transpose();
  }
  return patterns;
}

GatedSettings tight(BlockMethod method = BlockMethod::kSemismoothNewton) {
  GatedSettings settings;
  settings.solver.relative_gap = 1e-10;
  settings.method = method;
  return settings;
}

/// Small problems with known ReLU optima (theory of architectures, fully connected networks).
std::vector<testing::Fixture> small_networks() {
  using testing::make_fixture;
  std::vector<testing::Fixture> result = testing::closed_form_fixtures();
  const double b = 0.1;
  result.push_back(make_fixture("FC-B", {{1, 0}, {0, 1}, {-1, 1}, {-1, -1}, {2, 1}},
                                {1, -1, 2, 0, 1}, 0.63165050));
  result.push_back(
      make_fixture("FC-C 1", {{-1, 1}, {0, 1}, {1, 1}}, {0, 1, 0}, 3 * b - 5.5 * b * b));
  result.push_back(
      make_fixture("FC-C 2", {{-1, 1}, {0, 1}, {1, 1}}, {1, -1, 1}, 5 * b - 5.5 * b * b));
  result.push_back(
      make_fixture("FC-C 3", {{-1, 1}, {0, 1}, {1, 1}}, {1, 0, 1}, 2 * b - 1.5 * b * b));
  result.push_back(
      make_fixture("FC-C 4", {{-1, 1}, {0, 1}, {1, 1}}, {-1, 2, -1}, 8 * b - 5.5 * b * b));
  return result;
}

TEST(GatedProgram, FixtureBHasTheKnownGatedOptimum) {
  const testing::Fixture fixture = testing::make_fixture(
      "FC-B", {{1, 0}, {0, 1}, {-1, 1}, {-1, -1}, {2, 1}}, {1, -1, 2, 0, 1}, 0.63165050);
  const Matrix patterns = sampled_cells(fixture.X);
  EXPECT_EQ(patterns.rows(), 10);
  for (const BlockMethod method : kMethods) {
    SCOPED_TRACE(name(method));
    GatedSettings settings = tight(method);
    settings.solver.relative_gap = 1e-8;
    const GatedSolution solution = solve_gated(fixture.problem(), patterns, settings);
    EXPECT_EQ(solution.info.status, SolverStatus::kSolved);
    EXPECT_EQ(solution.method, method);
    EXPECT_NEAR(solution.info.objective, 0.27578256, 1e-8);
  }
}

TEST(GatedProgram, OverAllPatternsItIsBelowAndItsDecompositionAboveTheReluOptimum) {
  for (const testing::Fixture& fixture : small_networks()) {
    SCOPED_TRACE(fixture.name);
    const TrainingProblem problem = fixture.problem();
    const Matrix patterns = sampled_cells(fixture.X);
    const GatedSolution solution = solve_gated(problem, patterns, tight());
    EXPECT_EQ(solution.info.status, SolverStatus::kSolved);
    EXPECT_LE(solution.info.objective, fixture.optimum * (1 + 1e-8));
    EXPECT_NEAR(gated_objective(problem, patterns, solution), solution.info.objective,
                1e-12 * solution.info.objective);
    for (const Decomposition way : {Decomposition::kMinimumNorm, Decomposition::kLeastSquares}) {
      const DecomposedNetwork network = cone_decomposition(problem, patterns, solution, way);
      EXPECT_TRUE(network.feasible);
      EXPECT_GE(network.objective, fixture.optimum * (1 - 1e-8));
    }
  }
}

TEST(GatedProgram, GroundTruthIsBetweenTheGatedOptimumAndItsDecomposition) {
  for (const testing::GroundTruth& truth : testing::all_groundtruth()) {
    SCOPED_TRACE(truth.name);
    const TrainingProblem problem = truth.problem();
    const Matrix patterns = testing::groundtruth_cells(truth.name);
    const GatedSolution solution = solve_gated(problem, patterns, tight());
    EXPECT_LE(solution.info.lower_bound, solution.info.objective);
    EXPECT_LE(solution.info.relative_gap, 1e-8);
    EXPECT_LE(solution.info.objective, truth.optimum * (1 + 1e-8));
    const DecomposedNetwork network =
        cone_decomposition(problem, patterns, solution, Decomposition::kMinimumNorm);
    ASSERT_TRUE(network.feasible);
    EXPECT_GE(network.objective, truth.optimum * (1 - 1e-9));
  }
}

TEST(GatedProgram, EqualAndEmptyPatternsChangeNothing) {
  const TrainingProblem problem = testing::random_problem(3, 12, 3, 0.2);
  const Matrix plain = sampled_cells(problem.X()).topRows(9);
  Matrix padded(20, 12);
  padded.row(0).setZero();
  padded.middleRows(1, 9) = plain;
  padded.middleRows(10, 9) = plain;
  padded.row(19).setConstant(-1);
  const GatedSolution few = solve_gated(problem, plain, tight());
  const GatedSolution many = solve_gated(problem, padded, tight());
  EXPECT_EQ(many.distinct, few.distinct);
  EXPECT_NEAR(many.info.objective, few.info.objective, 1e-12 * few.info.objective);
  ASSERT_EQ(many.rows.size(), few.rows.size());
  for (std::size_t k = 0; k < few.rows.size(); ++k) EXPECT_EQ(many.rows[k], few.rows[k] + 1);
  EXPECT_NEAR(gated_objective(problem, padded, many), many.info.objective, 1e-12);
}

TEST(GatedProgram, NoPatternsLeaveTheBias) {
  const TrainingProblem problem(Matrix::Ones(3, 1), Vector{{1.0, 2.0, 6.0}}, 0.5, Loss::squared(),
                                OutputBias::kFree);
  for (const Index count : {Index{0}, Index{2}}) {
    const Matrix none = Matrix::Zero(count, 3);
    for (const BlockMethod method : kMethods) {
      SCOPED_TRACE(name(method));
      const GatedSolution solution = solve_gated(problem, none, tight(method));
      EXPECT_EQ(solution.distinct, 0);
      EXPECT_EQ(solution.info.status, SolverStatus::kSolved);
      EXPECT_NEAR(solution.info.objective, 7, 1e-9);
      EXPECT_NEAR(solution.bias, 3, 1e-4);
    }
  }
}

TEST(GatedProgram, AWarmStartIsTakenUp) {
  const TrainingProblem problem = testing::random_problem(4, 30, 3, 0.1);
  const Matrix patterns = sampled_cells(problem.X()).topRows(40);
  const GatedSolution cold = solve_gated(problem, patterns, tight());
  const GatedSolution warm = solve_gated(problem, patterns, tight(), &cold);
  EXPECT_EQ(warm.info.status, SolverStatus::kSolved);
  EXPECT_LE(warm.info.steps, cold.info.steps);
  EXPECT_NEAR(warm.info.objective, cold.info.objective, 1e-9 * cold.info.objective);
}

TEST(GatedProgram, APathIsTheProgramsOneByOne) {
  const TrainingProblem problem = testing::random_problem(4, 30, 3, 0.1);
  Matrix patterns(42, 30);
  patterns << sampled_cells(problem.X()).topRows(40), Matrix::Zero(1, 30),
      sampled_cells(problem.X()).topRows(1);
  const std::vector<double> betas{3, 1, 0.3, 0.1, 0.03};
  for (const double gap : {1e-2, 1e-10}) {
    GatedSettings settings;
    settings.solver.relative_gap = gap;
    std::size_t delivered = 0;
    gated_path(problem, patterns, betas, settings, [&](double beta, const GatedSolution& solution) {
      EXPECT_EQ(beta, betas[delivered]);
      const TrainingProblem here = problem.with_beta(beta);
      const double optimum = solve_gated(here, patterns, tight()).info.objective;
      EXPECT_LE(solution.info.relative_gap, gap);
      EXPECT_LE(solution.info.lower_bound, optimum * (1 + 1e-9));
      EXPECT_GE(solution.info.objective, optimum * (1 - 1e-9));
      EXPECT_NEAR(gated_objective(here, patterns, solution), solution.info.objective,
                  1e-9 * optimum);
      return ++delivered < 4;
    });
    EXPECT_EQ(delivered, 4U);
  }
}

TEST(GatedProgram, ScalingDataAndPenaltyIsExact) {
  // p*(X, c y, c beta) = c^2 p*; signs of y do not matter.
  const TrainingProblem problem = testing::random_problem(8, 15, 3, 0.3);
  const Matrix patterns = sampled_cells(problem.X()).topRows(25);
  const double value = solve_gated(problem, patterns, tight()).info.objective;
  const TrainingProblem scaled(problem.X(), 1e3 * problem.y(), 300, Loss::squared());
  EXPECT_NEAR(solve_gated(scaled, patterns, tight()).info.objective, 1e6 * value, 1e-3 * value);
  const TrainingProblem turned(problem.X(), -problem.y(), 0.3, Loss::squared());
  EXPECT_NEAR(solve_gated(turned, patterns, tight()).info.objective, value, 1e-9 * value);
}

TEST(GatedProgram, WrongArgumentsAreRejected) {
  const TrainingProblem problem = testing::random_problem(3, 6, 2, 0.2);
  const Matrix patterns = sampled_cells(problem.X());
  EXPECT_THROW((void)solve_gated(problem, Matrix::Ones(3, 5)), InvalidArgument);
  GatedSolution foreign = solve_gated(problem, patterns, tight());
  ASSERT_FALSE(foreign.rows.empty());
  foreign.rows.back() = patterns.rows() + 7;
  EXPECT_THROW((void)solve_gated(problem, patterns, tight(), &foreign), InvalidArgument);
}

}  // namespace
}  // namespace thalweg
