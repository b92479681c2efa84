#include "thalweg/convex/restricted_program.hpp"

#include <gtest/gtest.h>

#include "convex/random_problem.hpp"
#include "support/fixtures.hpp"
#include "support/groundtruth.hpp"
#include "thalweg/convex/kkt_residuals.hpp"
#include "thalweg/core/error.hpp"
#include "thalweg/io/npz.hpp"

namespace thalweg {
namespace {

/// All full-dimensional cells of an instance (p x n), entries -1 and 1.
Matrix all_cells(const std::string& name) {
  const std::filesystem::path path =
      std::filesystem::path(THALWEG_TEST_DATA) / "groundtruth" / (name + ".npz");
  const auto archive = io::read_npz(path);
  if (!archive) throw std::runtime_error(archive.error().message);
  const auto array = archive->read("S");
  if (!array) throw std::runtime_error(array.error().message);
  return io::to_matrix(*array, {path.string(), "S"}).value();
}

/// Patterns of many random directions: nearly always all cells of a small arrangement.
Matrix sampled_cells(const Matrix& X, std::uint64_t seed) {
  Random random(seed);
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

void expect_optimal(const TrainingProblem& problem, const Matrix& patterns,
                    const RestrictedSolution& solution, double gap) {
  EXPECT_EQ(solution.info.status, SolverStatus::kSolved);
  const KktResiduals residuals = kkt_residuals(problem, patterns, solution);
  EXPECT_LE(residuals.stationarity, 1e-9);
  EXPECT_LE(residuals.feasibility, 1e-13);
  EXPECT_LE(residuals.complementarity, 1e-9);
  EXPECT_LE(residuals.multiplier, 0);
  EXPECT_LE(residuals.dual_fit, 1e-8);
  EXPECT_LE(residuals.bias, 1e-9);
  EXPECT_LE(residuals.dual_excess, 1e-9);
  EXPECT_LE(residuals.relative_gap, gap);
  EXPECT_GE(residuals.relative_gap, -1e-13);  // weak duality
  EXPECT_NEAR(residuals.objective, solution.info.objective, 1e-13 * (1 + residuals.objective));
}

TEST(RestrictedProgram, AllCellsGiveTheGroundTruth) {
  for (const testing::GroundTruth& truth : testing::all_groundtruth()) {
    SCOPED_TRACE(truth.name);
    const TrainingProblem problem = truth.problem();
    const Matrix patterns = all_cells(truth.name);
    const RestrictedSolution solution = restricted_program(problem, patterns, {});
    EXPECT_NEAR(solution.info.objective, truth.optimum, 1e-11 * truth.optimum);
    EXPECT_LE(solution.info.lower_bound, truth.optimum * (1 + 1e-13));
    expect_optimal(problem, patterns, solution, 1e-10);
  }
}

TEST(RestrictedProgram, FixturesInClosedForm) {
  for (const testing::Fixture& fixture : testing::closed_form_fixtures()) {
    SCOPED_TRACE(fixture.name);
    const TrainingProblem problem = fixture.problem();
    const Matrix patterns = sampled_cells(fixture.X, 5);
    const RestrictedSolution solution = restricted_program(problem, patterns, {});
    EXPECT_NEAR(solution.info.objective, fixture.optimum, 1e-12 * fixture.optimum);
    expect_optimal(problem, patterns, solution, 1e-10);
  }
}

TEST(RestrictedProgram, EveryLossAndBiasIsSolvedWithSmallResiduals) {
  for (const Loss& loss : testing::all_losses()) {
    for (const OutputBias bias : {OutputBias::kNone, OutputBias::kPenalised, OutputBias::kFree}) {
      for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        SCOPED_TRACE(loss.name() + " seed " + std::to_string(seed) + " bias " +
                     std::to_string(static_cast<int>(bias)));
        const double beta = loss.scale() == LossScale::kMean ? 0.02 : 0.2;
        const TrainingProblem problem = testing::random_problem(seed, 12, 3, beta, loss, bias);
        const Matrix patterns = sampled_cells(problem.X(), seed);
        const RestrictedSolution solution = restricted_program(problem, patterns, {});
        expect_optimal(problem, patterns, solution, 1e-10);
      }
    }
  }
}

TEST(RestrictedProgram, FewerPatternsBoundFromAbove) {
  const auto truths = testing::all_groundtruth();
  const auto truth =
      std::find_if(truths.begin(), truths.end(), [](const auto& t) { return t.name == "g12_d4"; });
  ASSERT_NE(truth, truths.end());
  const TrainingProblem problem = truth->problem();
  const Matrix patterns = all_cells(truth->name);
  const RestrictedSolution few = restricted_program(problem, patterns.topRows(10), {});
  const RestrictedSolution more = restricted_program(problem, patterns.topRows(60), {});
  EXPECT_GT(few.info.objective, truth->optimum * (1 + 1e-6));
  EXPECT_LE(more.info.objective, few.info.objective * (1 + 1e-10));
  EXPECT_GE(more.info.objective, truth->optimum * (1 - 1e-10));
  expect_optimal(problem, patterns.topRows(10), few, 1e-10);
}

TEST(RestrictedProgram, NoPatternsMeansTheZeroNetwork) {
  const TrainingProblem problem = testing::random_problem(2, 8, 2, 0.1);
  const RestrictedSolution solution = restricted_program(problem, Matrix(0, 8), {});
  EXPECT_TRUE(solution.neurons().empty());
  EXPECT_DOUBLE_EQ(solution.info.objective, 0.5 * problem.y().squaredNorm());
}

TEST(RestrictedProgram, RefusesPatternsOfTheWrongWidth) {
  const TrainingProblem problem = testing::random_problem(2, 8, 2, 0.1);
  EXPECT_THROW((void)restricted_program(problem, Matrix::Ones(3, 7), {}), InvalidArgument);
}

TEST(RestrictedProgram, StoppedAtOnceStillGivesValidBounds) {
  const TrainingProblem problem = testing::random_problem(2, 12, 3, 0.1);
  SolverSettings settings;
  settings.control.cancellation.cancel();
  const Matrix patterns = sampled_cells(problem.X(), 3);
  const RestrictedSolution stopped = restricted_program(problem, patterns, settings);
  EXPECT_EQ(stopped.info.status, SolverStatus::kStopped);
  const RestrictedSolution solved = restricted_program(problem, patterns, {});
  EXPECT_LE(stopped.info.lower_bound, solved.info.objective);
  EXPECT_GE(stopped.info.objective, solved.info.lower_bound);
}

}  // namespace
}  // namespace thalweg
