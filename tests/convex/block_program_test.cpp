#include "thalweg/convex/block_program.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "thalweg/convex/block_path.hpp"
#include "thalweg/convex/block_solver.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

TrainingProblem small_problem() {
  return {Matrix::Identity(3, 2), Vector{{1.0, -1.0, 2.0}}, 0.5, Loss::squared()};
}

/// Two blocks X.
MaskedMaps full_maps(const TrainingProblem& problem) {
  const Matrix patterns = Matrix::Ones(2, problem.samples());
  return {problem.X(), patterns};
}

TEST(BlockProgram, WrongArgumentsAreRejected) {
  const TrainingProblem problem = small_problem();
  const MaskedMaps maps = full_maps(problem);
  const DenseMaps fewer({Matrix::Ones(2, 2)});
  EXPECT_NO_THROW(BlockProgram(problem, maps));
  EXPECT_NO_THROW(BlockProgram(problem, maps, Vector{{1.0, 1e-9}}));
  EXPECT_THROW(BlockProgram(problem, fewer), InvalidArgument);
  EXPECT_THROW(BlockProgram(problem, maps, Vector::Ones(3)), InvalidArgument);
  EXPECT_THROW(BlockProgram(problem, maps, Vector{{1.0, 0.0}}), InvalidArgument);
  EXPECT_THROW(BlockProgram(problem, maps, Vector{{1.0, -1.0}}), InvalidArgument);
  EXPECT_THROW(BlockProgram(problem, maps, Vector{{1.0, std::numeric_limits<double>::infinity()}}),
               InvalidArgument);
  EXPECT_THROW(BlockProgram(problem, maps, Vector{{1.0, std::numeric_limits<double>::quiet_NaN()}}),
               InvalidArgument);
}

TEST(BlockSolver, NamesAreTheWordsOfTheCommandLine) {
  EXPECT_EQ(name(BlockMethod::kAutomatic), "automatic");
  EXPECT_EQ(name(BlockMethod::kSemismoothNewton), "semismooth-newton");
  EXPECT_EQ(name(BlockMethod::kBlockCoordinate), "block-coordinate");
  EXPECT_EQ(name(BlockMethod::kProximalGradient), "proximal-gradient");
}

TEST(BlockSolver, TheRuleTakesCoordinatesForLooseWarmStartsOnly) {
  const TrainingProblem problem = small_problem();
  const MaskedMaps maps = full_maps(problem);
  const BlockProgram program(problem, maps);
  SolverSettings loose;
  loose.relative_gap = 1e-2;
  SolverSettings tight;
  tight.relative_gap = 1e-8;
  EXPECT_EQ(choose_block_method(program, loose, true), BlockMethod::kBlockCoordinate);
  EXPECT_EQ(choose_block_method(program, loose, false), BlockMethod::kSemismoothNewton);
  EXPECT_EQ(choose_block_method(program, tight, true), BlockMethod::kSemismoothNewton);
  BlockMethod used = BlockMethod::kAutomatic;
  EXPECT_EQ(solve_blocks(program, BlockMethod::kAutomatic, tight, nullptr, &used).info.status,
            SolverStatus::kSolved);
  EXPECT_EQ(used, BlockMethod::kSemismoothNewton);
}

TEST(BlockSolver, StopsAtLimitsWithAFeasiblePoint) {
  const TrainingProblem problem = small_problem().with_beta(1e-3);
  const Matrix patterns{{1.0, 0.0, 1.0}, {0.0, 1.0, 1.0}};
  const MaskedMaps maps(problem.X(), patterns);
  const BlockProgram program(problem, maps);
  for (const BlockMethod method : {BlockMethod::kSemismoothNewton, BlockMethod::kBlockCoordinate,
                                   BlockMethod::kProximalGradient}) {
    SCOPED_TRACE(name(method));
    SolverSettings none;
    none.max_steps = 0;
    none.relative_gap = 1e-12;
    const BlockSolution cut = solve_blocks(program, method, none);
    EXPECT_EQ(cut.info.status, SolverStatus::kStepLimit);
    EXPECT_LE(cut.info.lower_bound, cut.info.objective);
    SolverSettings late;
    late.control.deadline = Deadline::after(0);
    late.relative_gap = 1e-12;
    const BlockSolution stopped = solve_blocks(program, method, late);
    EXPECT_EQ(stopped.info.status, SolverStatus::kStopped);
    EXPECT_LE(stopped.info.lower_bound, stopped.info.objective);
  }
}

TEST(BlockPath, WrongBetasAreRejected) {
  const TrainingProblem problem = small_problem();
  const MaskedMaps maps = full_maps(problem);
  const auto ignore = [](double, const BlockSolution&) { return true; };
  const auto path = [&](const std::vector<double>& betas) {
    block_path(problem, maps, betas, BlockMethod::kAutomatic, {}, ignore);
  };
  EXPECT_NO_THROW(path({1.0, 0.5}));
  EXPECT_NO_THROW(path({}));
  EXPECT_THROW(path({1.0, 0.0}), InvalidArgument);
  EXPECT_THROW(path({-1.0}), InvalidArgument);
  EXPECT_THROW(path({std::numeric_limits<double>::quiet_NaN()}), InvalidArgument);
}

}  // namespace
}  // namespace thalweg
