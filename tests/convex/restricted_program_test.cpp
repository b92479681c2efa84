#include "thalweg/convex/restricted_program.hpp"

#include <gtest/gtest.h>

#include "convex/problem_catalogue.hpp"
#include "support/fixtures.hpp"
#include "support/groundtruth.hpp"
#include "support/groundtruth_cells.hpp"
#include "thalweg/convex/kkt_residuals.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

/// Patterns of many random directions: nearly always all cells of a small arrangement.
Matrix sampled_cells(const Matrix& X, std::uint64_t seed) {
  return testing::distinct_patterns(X, 4000, seed);
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
    const Matrix patterns = testing::groundtruth_cells(truth.name);
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
  const Matrix patterns = testing::groundtruth_cells(truth->name);
  const RestrictedSolution few = restricted_program(problem, patterns.topRows(10), {});
  const RestrictedSolution more = restricted_program(problem, patterns.topRows(60), {});
  EXPECT_GT(few.info.objective, truth->optimum * (1 + 1e-6));
  EXPECT_LE(more.info.objective, few.info.objective * (1 + 1e-10));
  EXPECT_GE(more.info.objective, truth->optimum * (1 - 1e-10));
  expect_optimal(problem, patterns.topRows(10), few, 1e-10);
}

/// Optimality to a relative gap of 1e-9, on problems that may be degenerate or nearly interpolated.
void expect_solved(const testing::CatalogueProblem& entry, const RestrictedSolution& solution) {
  EXPECT_EQ(solution.info.status, SolverStatus::kSolved);
  const TrainingProblem& problem = entry.problem;
  const KktResiduals residuals = kkt_residuals(problem, entry.patterns, solution);
  const double start = problem.loss().value(Vector::Zero(problem.samples()), problem.y());
  EXPECT_LE(residuals.objective - residuals.dual_objective,
            1e-9 * residuals.objective + 1e-29 * start);
  EXPECT_GE(residuals.objective - residuals.dual_objective,
            -1e-13 * (residuals.objective + 1e-16 * start));
  EXPECT_NEAR(residuals.objective, solution.info.objective,
              1e-12 * residuals.objective + 1e-29 * start);
  EXPECT_LE(residuals.feasibility, 1e-12);
  EXPECT_LE(residuals.complementarity, 1e-12);
  EXPECT_LE(residuals.multiplier, 0);
  EXPECT_LE(residuals.stationarity, 1e-7);
  EXPECT_LE(residuals.dual_excess, 1e-7);
  EXPECT_LE(residuals.dual_fit, 1e-6);
  EXPECT_LE(residuals.bias, 1e-9);
  EXPECT_LE(residuals.skip, 1e-12);
  // The network of the blocks is the same point: each block lies in its cell.
  EXPECT_NEAR(
      problem.objective(to_network(solution.neurons(), problem.dimension(), solution.affine())),
      solution.info.objective, 1e-12 * solution.info.objective + 1e-28 * start);
}

TEST(RestrictedProgram, SolvesTheCatalogueOfLosses) {
  for (const testing::CatalogueProblem& entry : testing::loss_catalogue()) {
    SCOPED_TRACE(entry.name);
    expect_solved(entry, restricted_program(entry.problem, entry.patterns, {}));
  }
}

TEST(RestrictedProgram, SolvesTheCatalogueOfDegenerateProblems) {
  for (const testing::CatalogueProblem& entry : testing::degenerate_catalogue()) {
    SCOPED_TRACE(entry.name);
    expect_solved(entry, restricted_program(entry.problem, entry.patterns, {}));
  }
}

TEST(RestrictedProgram, ExtremeProblemsNeverEndAboveTheirStart) {
  for (const testing::CatalogueProblem& entry : testing::extreme_catalogue()) {
    SCOPED_TRACE(entry.name);
    const TrainingProblem& problem = entry.problem;
    const RestrictedSolution solution = restricted_program(problem, entry.patterns, {});
    const double start = problem.loss().value(Vector::Zero(problem.samples()), problem.y());
    const double objective =
        problem.objective(to_network(solution.neurons(), problem.dimension(), solution.affine()));
    EXPECT_LE(objective, start * (1 + 1e-12));
    EXPECT_NEAR(objective, solution.info.objective, 1e-6 * start);
    EXPECT_LE(solution.info.lower_bound, objective + 1e-6 * start);
  }
}

TEST(RestrictedProgram, BadlyScaledHuberComesNearItsOptimum) {
  for (const testing::CatalogueProblem& entry : testing::extreme_catalogue()) {
    if (entry.name.find("columns") != 0 || entry.name.find("huber") == std::string::npos) continue;
    SCOPED_TRACE(entry.name);
    const RestrictedSolution solution = restricted_program(entry.problem, entry.patterns, {});
    EXPECT_LE(solution.info.relative_gap, 1e-2);
  }
}

/// The twin of the catalogue: the checker sees every small corruption of a solution.
TEST(RestrictedProgram, CorruptedSolutionsAreRejected) {
  const testing::CatalogueProblem entry = testing::catalogue_problem(
      "planted", testing::planted_data(1, 30, 4, 60), 1e-2, Loss::squared(), OutputBias::kFree);
  const RestrictedSolution solution = restricted_program(entry.problem, entry.patterns, {});
  expect_solved(entry, solution);
  const auto check = [&](const auto& corrupt) {
    RestrictedSolution changed = solution;
    const auto first = std::find_if(changed.blocks.begin(), changed.blocks.end(), [](auto& block) {
      return block.w.size() > 0 && !block.multipliers.empty();
    });
    EXPECT_NE(first, changed.blocks.end());
    corrupt(changed, *first);
    return kkt_residuals(entry.problem, entry.patterns, changed);
  };
  using Solution = RestrictedSolution;
  using Block = RestrictedBlock;
  EXPECT_GT(check([](Solution&, Block& b) { b.w *= 1.01; }).relative_gap, 1e-9);
  EXPECT_GT(check([](Solution&, Block& b) { b.w = -b.w; }).feasibility, 1e-3);
  EXPECT_GT(check([](Solution&, Block& b) { b.w[0] += 1e-4 * b.w.norm(); }).stationarity, 1e-6);
  EXPECT_GT(check([](Solution&, Block& b) { b.multipliers.clear(); }).dual_excess, 1e-6);
  EXPECT_GT(check([](Solution&, Block& b) { b.multipliers[0].second *= -1; }).multiplier, 1e-6);
  EXPECT_GT(check([](Solution& s, Block&) { s.bias += 1e-3; }).dual_fit, 1e-5);
  EXPECT_GT(check([](Solution& s, Block&) { s.dual[0] *= 1.01; }).bias, 1e-6);
}

TEST(RestrictedProgram, MorePatternsNeverRaiseTheOptimum) {
  const testing::CatalogueData data = testing::planted_data(4, 25, 3, 4000);
  testing::CatalogueProblem entry = testing::catalogue_problem("nested", data, 1e-2);
  double before = std::numeric_limits<double>::infinity();
  double few = 0;
  for (const Index count : {Index{1}, Index{5}, Index{20}, Index{80}, data.patterns.rows()}) {
    entry.patterns = data.patterns.topRows(count);
    const RestrictedSolution solution = restricted_program(entry.problem, entry.patterns, {});
    expect_solved(entry, solution);
    EXPECT_LE(solution.info.objective, before * (1 + 1e-9));
    EXPECT_LE(solution.info.lower_bound, before * (1 + 1e-13));
    before = solution.info.objective;
    if (count == 5) few = before;
  }
  EXPECT_LT(before, few * (1 - 1e-3));
}

TEST(RestrictedProgram, ThreadsAndTheFormOfPatternsDoNotChangeTheAnswer) {
  const testing::CatalogueData data = testing::planted_data(6, 40, 4, 500);
  const testing::CatalogueProblem entry = testing::catalogue_problem("threads", data, 1e-2);
  SolverSettings settings;
  const RestrictedSolution one = restricted_program(entry.problem, entry.patterns, settings);
  settings.threads = 2;
  const RestrictedSolution two =
      restricted_program(entry.problem, PatternSet(entry.patterns), settings);
  EXPECT_NEAR(one.info.objective, two.info.objective, 1e-11 * one.info.objective);
  expect_solved(entry, two);
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
