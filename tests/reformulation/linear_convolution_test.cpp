#include "thalweg/reformulation/linear_convolution.hpp"

#include <gtest/gtest.h>

#include <Eigen/SVD>
#include <cmath>

#include "convex/random_problem.hpp"
#include "thalweg/convex/block_solver.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

using testing::random_matrix;
using testing::random_targets;
using testing::random_vector;

PatchGeometry signal(Index length, Index kernel, Index stride = 1) {
  PatchSettings settings;
  settings.input = {length};
  settings.kernel = {kernel};
  settings.stride = {stride};
  return PatchGeometry(settings);
}

SolverSettings tight() {
  SolverSettings settings;
  settings.relative_gap = 1e-9;
  return settings;
}

/// Patches of the identity are the entries of Z: singular values of the targets are thresholded.
TEST(LinearConvolution, IdentityDataIsASoftThresholdOfSingularValues) {
  Random random(1);
  const Matrix Y = random_matrix(random, 3, 4);  // K = 3 patches of 4
  const Matrix rows = Y.transpose();
  const Vector y = Eigen::Map<const Vector>(rows.data(), 12);
  const TrainingProblem problem(Matrix::Identity(12, 12), y, 0.8, Loss::squared());
  const LinearConvolutionSolution result =
      solve_linear_convolution(problem, signal(12, 4, 4), tight());
  const Eigen::JacobiSVD<Matrix> svd(Y, Eigen::ComputeThinU | Eigen::ComputeThinV);
  double value = 0;
  for (const double s : svd.singularValues()) {
    value += s > 0.8 ? 0.8 * s - 0.32 : s * s / 2;
  }
  const Vector kept = (svd.singularValues().array() - 0.8).cwiseMax(0.0);
  const Matrix Z = svd.matrixU() * kept.asDiagonal() * svd.matrixV().transpose();
  EXPECT_NEAR(result.objective, value, 1e-8);
  EXPECT_NEAR(result.info.lower_bound, value, 1e-8);
  EXPECT_LE((result.Z - Z).norm(), 1e-4);
  EXPECT_EQ(result.filters.rows(), (kept.array() > 0).count());
}

TEST(LinearConvolution, BoundsMeetForAnyLoss) {
  std::uint64_t seed = 40;
  for (const Loss& loss : testing::all_losses()) {
    for (const OutputBias bias : {OutputBias::kNone, OutputBias::kFree}) {
      Random random(seed++);
      const Matrix X = random_matrix(random, 10, 6);
      const double beta = loss.scale() == LossScale::kMean ? 0.05 : 0.5;
      const TrainingProblem problem(X, random_targets(random, 10, loss), beta, loss, bias);
      const LinearConvolutionSolution result =
          solve_linear_convolution(problem, signal(6, 3), tight());
      EXPECT_NEAR(result.objective, result.info.objective, 1e-7 * result.objective);
      EXPECT_LE(result.objective - result.info.lower_bound, 1e-7 * result.objective) << loss.name();
      EXPECT_GE(result.objective, result.info.lower_bound * (1 - 1e-14));
    }
  }
}

TEST(LinearConvolution, OnePatchIsARidgeOfOneGroup) {
  const TrainingProblem problem = testing::random_problem(7, 8, 4, 0.6);
  const DenseMaps maps({problem.X()});
  SolverSettings settings;
  settings.relative_gap = 1e-11;
  const double expected =
      solve_blocks(BlockProgram(problem, maps), BlockMethod::kAutomatic, settings).info.objective;
  const LinearConvolutionSolution result = solve_linear_convolution(problem, signal(4, 4), tight());
  EXPECT_NEAR(result.objective, expected, 1e-8);
  EXPECT_EQ(result.filters.rows(), 1);
}

TEST(LinearConvolution, NoNetworkIsBelowTheBound) {
  Random random(12);
  const TrainingProblem problem = testing::random_problem(13, 9, 5, 0.4);
  const PatchGeometry patches = signal(5, 3);
  const LinearConvolutionSolution result = solve_linear_convolution(problem, patches, tight());
  const Matrix stacked = patches.stacked(problem.X());
  for (int trial = 0; trial < 200; ++trial) {
    const Matrix U = result.filters + 0.1 * random_matrix(random, result.filters.rows(), 3);
    const Matrix W = result.weights + 0.1 * random_matrix(random, result.weights.rows(), 3);
    Vector fit(9);
    for (Index i = 0; i < 9; ++i) {
      fit[i] = (W * stacked.middleRows(3 * i, 3) * U.transpose()).trace();
    }
    EXPECT_GE(0.5 * (fit - problem.y()).squaredNorm() + 0.2 * (U.squaredNorm() + W.squaredNorm()),
              result.info.lower_bound);
  }
}

TEST(LinearConvolution, LargePenaltyLeavesNothing) {
  const TrainingProblem problem = testing::random_problem(14, 6, 4, 1e3);
  const LinearConvolutionSolution result = solve_linear_convolution(problem, signal(4, 2), tight());
  EXPECT_NEAR(result.objective, 0.5 * problem.y().squaredNorm(), 1e-7 * result.objective);
  EXPECT_NEAR(result.info.lower_bound, result.objective, 1e-7 * result.objective);
}

TEST(LinearConvolution, Refuses) {
  const Matrix X = Matrix::Identity(3, 3);
  const Vector y = Vector::Ones(3);
  EXPECT_THROW((void)solve_linear_convolution({X, y, 1, Loss::squared(), OutputBias::kPenalised},
                                              signal(3, 2), {}),
               InvalidArgument);
  EXPECT_THROW(
      (void)solve_linear_convolution(
          {X, y, 1, Loss::squared(), OutputBias::kNone, SkipConnection::kFree}, signal(3, 2), {}),
      InvalidArgument);
  EXPECT_THROW((void)solve_linear_convolution({X, y, 1, Loss::squared()}, signal(4, 2), {}),
               InvalidArgument);
}

}  // namespace
}  // namespace thalweg
