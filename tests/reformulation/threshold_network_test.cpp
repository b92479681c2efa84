#include "thalweg/reformulation/threshold_network.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "convex/random_problem.hpp"
#include "thalweg/convex/block_solver.hpp"
#include "thalweg/core/error.hpp"
#include "thalweg/exact/linear_feasibility.hpp"

namespace thalweg {
namespace {

using testing::random_matrix;
using testing::random_problem;
using testing::random_vector;

ThresholdSettings tight() {
  ThresholdSettings settings;
  settings.solver.relative_gap = 1e-11;
  return settings;
}

/// The columns of those sign vectors that some direction has, each decided exactly by itself; all
/// 0-1 columns without data; and ones. Zero rows of X count as active.
PatternMasks brute_force_columns(Index n, const Matrix& X = {}) {
  std::vector<std::vector<std::uint8_t>> columns;
  for (unsigned bits = 1; bits < 1u << n; ++bits) {
    Matrix signed_rows = X;
    std::vector<std::uint8_t> column(static_cast<std::size_t>(n));
    std::vector<Index> rows;
    bool possible = true;
    for (Index i = 0; i < n; ++i) {
      const bool active = (bits >> i & 1) != 0;
      column[static_cast<std::size_t>(i)] = active ? 1 : 0;
      if (X.rows() == 0) continue;
      if (!active) signed_rows.row(i) *= -1;
      if (X.row(i).isZero(0)) {
        possible = possible && active;
      } else {
        rows.push_back(i);
      }
    }
    if (X.rows() > 0) {
      possible = possible && strict_feasibility(signed_rows(rows, Eigen::all)).feasible;
    }
    // The direction 0 has all samples on its threshold.
    if (possible || bits + 1 == 1u << n) columns.push_back(column);
  }
  PatternMasks masks(n, static_cast<Index>(columns.size()));
  for (std::size_t k = 0; k < columns.size(); ++k) {
    for (Index i = 0; i < n; ++i) {
      masks(i, static_cast<Index>(k)) = columns[k][static_cast<std::size_t>(i)];
    }
  }
  return masks;
}

double lasso(const TrainingProblem& problem, const PatternMasks& columns) {
  const MaskedMaps maps(Matrix::Ones(columns.rows(), 1), columns);
  SolverSettings settings;
  settings.relative_gap = 1e-11;
  return solve_blocks(BlockProgram(problem, maps), BlockMethod::kAutomatic, settings)
      .info.objective;
}

void expect_solved(const TrainingProblem& problem, const ThresholdSolution& result) {
  EXPECT_TRUE(result.cells.complete());
  EXPECT_EQ(result.info.status, SolverStatus::kSolved);
  ASSERT_TRUE(result.network);
  EXPECT_NEAR(result.objective, result.info.objective, 1e-10 * (1 + result.objective));
  EXPECT_LE(result.objective - result.info.lower_bound, 1e-9 * (1 + result.objective));
  EXPECT_NEAR(threshold_objective(problem, *result.network), result.objective, 1e-13);
  EXPECT_LE(result.network->alpha.size(), problem.samples());
}

TEST(Threshold, AgreesWithBruteForceForAnyLossAndBias) {
  std::uint64_t seed = 0;
  for (const Loss& loss : testing::all_losses()) {
    for (const OutputBias bias : {OutputBias::kNone, OutputBias::kPenalised, OutputBias::kFree}) {
      const double beta = loss.scale() == LossScale::kMean ? 0.03 : 0.3;
      const TrainingProblem problem = random_problem(seed++, 8, 3, beta, loss, bias);
      const ThresholdSolution result = solve_threshold(problem, tight());
      expect_solved(problem, result);
      const PatternMasks columns = brute_force_columns(8, problem.X());
      // The pattern without an active sample, no column, is a cell exactly when its negative is.
      const Index full = strict_feasibility(problem.X()).feasible ? 2 : 0;
      EXPECT_EQ(result.cells.cells(), static_cast<std::uint64_t>(columns.cols() - 1 + full));
      EXPECT_NEAR(result.objective, lasso(problem, columns), 1e-9);
      const Vector sums = columns.cast<double>().matrix().transpose() * result.dual;
      EXPECT_NEAR(sums.cwiseAbs().maxCoeff(), result.dual_norm, 1e-12 * (1 + result.dual_norm));
    }
  }
}

TEST(Threshold, ZeroAndParallelRows) {
  Matrix X(6, 2);
  X << 1, 2, 0, 0, 2, 4, -1, -2, 3, 1, -1, 1;
  const TrainingProblem problem(X, Vector{{1, -1, 0.5, 2, 0, 1}}, 0.2, Loss::squared());
  const ThresholdSolution result = solve_threshold(problem, tight());
  expect_solved(problem, result);
  EXPECT_NEAR(result.objective, lasso(problem, brute_force_columns(6, X)), 1e-9);
}

/// Opposite samples: no open cell has both active, the direction 0 has.
TEST(Threshold, DirectionZero) {
  const Matrix X{{1}, {-1}};
  const TrainingProblem problem(X, Vector{{1, 1}}, 0.01, Loss::squared());
  const ThresholdSolution result = solve_threshold(problem, tight());
  expect_solved(problem, result);
  EXPECT_NEAR(result.objective, 0.009975, 1e-12);  // alpha = 1 - beta / 2
  EXPECT_TRUE(result.network->weights[0].isZero(0));
}

TEST(Threshold, NoNetworkIsBelowTheBound) {
  Random random(3);
  const TrainingProblem problem = random_problem(50, 9, 2, 0.3);
  const ThresholdSolution result = solve_threshold(problem, tight());
  for (int trial = 0; trial < 300; ++trial) {
    ThresholdNetwork network{
        {random_matrix(random, 3, 2)}, {Vector::Zero(3)}, random_vector(random, 3)};
    EXPECT_GE(threshold_objective(problem, network), result.info.lower_bound);
  }
}

TEST(Threshold, LargePenaltyLeavesNothing) {
  const TrainingProblem problem = random_problem(51, 6, 2, 1e3);
  const ThresholdSolution result = solve_threshold(problem, tight());
  expect_solved(problem, result);
  EXPECT_EQ(result.network->alpha.size(), 0);
  EXPECT_DOUBLE_EQ(result.objective, 0.5 * problem.y().squaredNorm());
}

TEST(Threshold, LimitsAndRefusals) {
  const TrainingProblem problem = random_problem(52, 8, 3, 0.3);
  ThresholdSettings few = tight();
  few.enumeration.max_cells = 10;
  const ThresholdSolution limited = solve_threshold(problem, few);
  EXPECT_FALSE(limited.cells.complete());
  const ThresholdSolution whole = solve_threshold(problem, tight());
  EXPECT_GE(limited.objective, whole.info.lower_bound);
  EXPECT_LE(limited.info.lower_bound, whole.objective);
  EXPECT_EQ(limited.info.status, SolverStatus::kStopped);
  ThresholdSettings stopped = tight();
  stopped.enumeration.control.cancellation.cancel();
  const ThresholdSolution none = solve_threshold(random_problem(53, 100, 5, 0.3), stopped);
  EXPECT_EQ(none.info.status, SolverStatus::kStopped);
  EXPECT_TRUE(none.network);
  const TrainingProblem skip(problem.X(), problem.y(), 0.3, Loss::squared(), OutputBias::kNone,
                             SkipConnection::kFree);
  EXPECT_THROW((void)solve_threshold(skip), InvalidArgument);
}

TEST(ClipLevel, BalancesTheBudget) {
  Random random(8);
  for (int trial = 0; trial < 100; ++trial) {
    const Vector y = random_vector(random, 1 + trial % 7).cwiseAbs();
    const double budget = random.uniform() * 1.5 * y.sum();
    const double t = clip_level(y, budget);
    const double used = (y.array() - t).cwiseMax(0.0).sum();
    if (budget >= y.sum()) {
      EXPECT_EQ(t, 0);
    } else {
      EXPECT_NEAR(used, budget, 1e-13);
      EXPECT_GT(t, 0);
    }
  }
  EXPECT_EQ(clip_level(Vector{{1, 3, 2}}, 0), 3);
  EXPECT_EQ(clip_level(Vector{{1, 3, 2}}, 1), 2);
  EXPECT_EQ(clip_level(Vector(), 1), 0);
}

/// All 0-1 columns as a Lasso, by other code.
TEST(DeepThreshold, AgreesWithTheLassoOverAllColumns) {
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    const LossScale scale = seed % 2 == 0 ? LossScale::kSum : LossScale::kMean;
    const double beta = (seed % 2 == 0 ? 1.0 : 1.0 / 7) * (seed < 4 ? 0.4 : 1.5);
    const TrainingProblem problem =
        random_problem(80 + seed, 7, 1 + static_cast<Index>(seed % 3), beta, Loss::squared(scale));
    const DeepThresholdOptimum result = deep_threshold_optimum(problem);
    EXPECT_NEAR(result.value, lasso(problem, brute_force_columns(7)), 1e-9);
    EXPECT_NEAR(result.value, result.objective, 1e-13);
    EXPECT_NEAR(result.value, result.lower_bound, 1e-13);
    EXPECT_LE((result.network.predict(problem.X()) - result.fit).norm(), 1e-13);
    EXPECT_LE(result.network.weights[0].rows(), 7);
    EXPECT_LE(result.network.alpha.size(), 7);
    // Depth can only help.
    EXPECT_LE(result.lower_bound, solve_threshold(problem, tight()).objective + 1e-12);
  }
}

/// Independent samples: two layers have every column already.
TEST(DeepThreshold, EqualsTwoLayersOnIndependentSamples) {
  const TrainingProblem problem = random_problem(99, 6, 6, 0.3);
  EXPECT_NEAR(deep_threshold_optimum(problem).value, solve_threshold(problem, tight()).objective,
              1e-9);
}

TEST(DeepThreshold, LargePenaltyOrOneSampleLeavesLittle) {
  const TrainingProblem problem = random_problem(98, 5, 2, 1e3);
  const DeepThresholdOptimum nothing = deep_threshold_optimum(problem);
  EXPECT_EQ(nothing.network.alpha.size(), 0);
  EXPECT_DOUBLE_EQ(nothing.objective, 0.5 * problem.y().squaredNorm());
  EXPECT_DOUBLE_EQ(nothing.lower_bound, nothing.objective);
  const DeepThresholdOptimum single =
      deep_threshold_optimum({Matrix::Zero(1, 2), Vector{{-3}}, 1, Loss::squared()});
  EXPECT_DOUBLE_EQ(single.value, 2.5);
  EXPECT_DOUBLE_EQ(single.objective, 2.5);
}

TEST(DeepThreshold, Refuses) {
  Matrix X(3, 2);
  X << 1, 2, 0, 1, 1, 2;
  const Vector y{{1, 2, 3}};
  EXPECT_THROW((void)deep_threshold_optimum({X, y, 0.1, Loss::squared()}), InvalidArgument);
  X(2, 1) = 3;
  EXPECT_NO_THROW((void)deep_threshold_optimum({X, y, 0.1, Loss::squared()}));
  EXPECT_THROW((void)deep_threshold_optimum({Matrix::Zero(3, 2), y, 0.1, Loss::squared()}),
               InvalidArgument);
  EXPECT_THROW((void)deep_threshold_optimum({X, y, 0.1, Loss::huber(1)}), InvalidArgument);
  EXPECT_THROW((void)deep_threshold_optimum({X, y, 0.1, Loss::squared(), OutputBias::kFree}),
               InvalidArgument);
}

}  // namespace
}  // namespace thalweg
