#include <gtest/gtest.h>

#include <Eigen/QR>
#include <cmath>

#include "convex/block_catalogue.hpp"
#include "thalweg/convex/proximal_gradient.hpp"

/// Optima in closed form, for every method.
namespace thalweg {
namespace {

using testing::kEveryMethod;

SolverSettings tight() {
  SolverSettings settings;
  settings.relative_gap = 1e-11;
  settings.max_steps = 2000;
  return settings;
}

Matrix orthonormal(std::uint64_t seed, Index n, Index p) {
  Random random(seed);
  const Matrix G = testing::random_matrix(random, n, p);
  return Eigen::HouseholderQR<Matrix>(G).householderQ() * Matrix::Identity(n, p);
}

TEST(BlockClosedForms, OneOrthonormalBlockIsAGroupSoftThreshold) {
  Random random(6);
  const Matrix A = orthonormal(5, 9, 3);
  const Vector y = testing::random_vector(random, 9);
  const DenseMaps maps({A});
  const double length = (A.transpose() * y).norm();
  for (const double share : {1e-6, 0.1, 0.7, 1.3}) {
    const double weight = 2.5;
    const double beta = share * length / weight;
    const TrainingProblem problem(A, y, beta, Loss::squared());
    const BlockProgram program(problem, maps, Vector::Constant(1, weight));
    const double kappa = beta * weight;
    const Vector w = std::max(0.0, 1 - kappa / length) * (A.transpose() * y);
    const double optimum = 0.5 * (y - A * w).squaredNorm() + kappa * w.norm();
    for (const BlockMethod method : kEveryMethod) {
      SCOPED_TRACE(std::string(name(method)) + " " + std::to_string(share));
      const BlockSolution solution = solve_blocks(program, method, tight());
      EXPECT_EQ(solution.info.status, SolverStatus::kSolved);
      EXPECT_NEAR(solution.info.objective, optimum, 1e-10 * optimum);
      EXPECT_LE(solution.info.lower_bound, optimum * (1 + 1e-14));
      ASSERT_EQ(solution.active.size(), share < 1 ? 1U : 0U);
      if (share >= 1) continue;
      EXPECT_LE((solution.W.col(0) - w).norm(), 1e-5 * (1 + w.norm()));
    }
  }
}

TEST(BlockClosedForms, OrthogonalBlocksSeparate) {
  // Blocks with orthonormal columns, orthogonal to each other: each is thresholded by itself.
  Random random(8);
  const Matrix Q = orthonormal(11, 12, 8);
  const Vector y = 2 * testing::random_vector(random, 12);
  std::vector<Matrix> blocks;
  const Vector weights{{0.5, 1.0, 2.0, 4.0}};
  const double beta = 0.6;
  double optimum = 0.5 * y.squaredNorm();
  for (Index k = 0; k < 4; ++k) {
    blocks.push_back(Q.middleCols(2 * k, 2));
    const double excess = std::max(0.0, (blocks.back().transpose() * y).norm() - beta * weights[k]);
    optimum -= 0.5 * excess * excess;
  }
  const DenseMaps maps(blocks);
  const TrainingProblem problem(Q, y, beta, Loss::squared());
  const BlockProgram program(problem, maps, weights);
  for (const BlockMethod method : kEveryMethod) {
    SCOPED_TRACE(name(method));
    const BlockSolution solution = solve_blocks(program, method, tight());
    EXPECT_NEAR(solution.info.objective, optimum, 1e-10 * optimum);
    EXPECT_LE(solution.info.lower_bound, optimum * (1 + 1e-14));
  }
}

TEST(BlockClosedForms, AboveBetaMaxOnlyTheBiasIsLeft) {
  for (const testing::BlockShape& shape : {testing::make_shape("zero", 31, 20, 3, 9)}) {
    for (const Loss& loss : testing::every_loss()) {
      const double top = testing::scale_of_beta(shape, loss);
      const TrainingProblem problem(shape.X, testing::targets_for(shape, loss), 1.01 * top,
                                    testing::fitted(loss, 20));
      const MaskedMaps maps(shape.X, shape.patterns);
      const BlockProgram program(problem, maps);
      const double zero = problem.loss().value(Vector::Zero(20), problem.y());
      for (const BlockMethod method : kEveryMethod) {
        SCOPED_TRACE(std::string(name(method)) + " " + loss.name());
        const BlockSolution above = solve_blocks(program, method, tight());
        EXPECT_EQ(above.info.status, SolverStatus::kSolved);
        EXPECT_TRUE(above.active.empty());
        EXPECT_NEAR(above.info.objective, zero, 1e-13 * zero);
        // And the twin: below beta_max zero is not optimal.
        const TrainingProblem below = problem.with_beta(0.95 * top);
        const BlockProgram active(below, maps);
        const BlockSolution solution = solve_blocks(active, method, tight());
        EXPECT_FALSE(solution.active.empty());
        EXPECT_LT(solution.info.objective, zero);
      }
    }
  }
}

TEST(BlockClosedForms, AFreeBiasAloneIsTheMeanOrTheLogOdds) {
  const Matrix X{{1.0}, {2.0}, {-1.0}, {0.5}};
  const DenseMaps maps({X});
  const TrainingProblem squared(X, Vector{{1.0, 2.0, 3.0, 6.0}}, 100, Loss::squared(),
                                OutputBias::kFree);
  const TrainingProblem logistic(X, Vector{{1.0, 1.0, 1.0, -1.0}}, 100, Loss::logistic(),
                                 OutputBias::kFree);
  for (const BlockMethod method : kEveryMethod) {
    SCOPED_TRACE(name(method));
    const BlockSolution mean = solve_blocks(BlockProgram(squared, maps), method, tight());
    EXPECT_EQ(mean.info.status, SolverStatus::kSolved);
    EXPECT_NEAR(mean.bias, 3, 1e-5);
    EXPECT_NEAR(mean.info.objective, 7, 1e-9);
    const BlockSolution odds = solve_blocks(BlockProgram(logistic, maps), method, tight());
    EXPECT_EQ(odds.info.status, SolverStatus::kSolved);
    EXPECT_NEAR(odds.bias, std::log(3.0), 1e-4);
    EXPECT_NEAR(odds.info.objective, 3 * std::log(4.0 / 3) + std::log(4.0), 1e-9);
  }
}

TEST(BlockClosedForms, ASkipConnectionAloneIsLeastSquares) {
  Random random(14);
  const Matrix X = testing::random_matrix(random, 12, 3);
  const Vector y = testing::random_vector(random, 12);
  const Vector v = X.householderQr().solve(y);
  const double optimum = 0.5 * (y - X * v).squaredNorm();
  const DenseMaps maps({X});
  // A full pattern spans the same columns at a price, so it is not used at any beta.
  const TrainingProblem problem(X, y, 1e-3, Loss::squared(), OutputBias::kNone,
                                SkipConnection::kFree);
  for (const BlockMethod method : kEveryMethod) {
    SCOPED_TRACE(name(method));
    const BlockSolution solution = solve_blocks(BlockProgram(problem, maps), method, tight());
    EXPECT_EQ(solution.info.status, SolverStatus::kSolved);
    EXPECT_NEAR(solution.info.objective, optimum, 1e-10 * optimum);
    EXPECT_LE((solution.skip - v).norm(), 1e-4);
  }
}

TEST(BlockClosedForms, SampleWeightsCountSamplesTwice) {
  // A weight of 2 is the sample twice.
  const testing::BlockShape shape = testing::make_shape("weights", 17, 10, 3, 7);
  Vector omega = Vector::Ones(10);
  omega.head(4).setConstant(2);
  Matrix X(14, 3);
  X << shape.X, shape.X.topRows(4);
  Matrix patterns(7, 14);
  patterns << shape.patterns, shape.patterns.leftCols(4);
  for (const Loss& loss :
       {Loss::squared(), Loss::logistic(), Loss::huber(0.5), Loss::squared_hinge()}) {
    const Vector y = testing::targets_for(shape, loss);
    Vector twice(14);
    twice << y, y.head(4);
    const TrainingProblem weighted(shape.X, y, 0.2, loss.with_sample_weights(omega));
    const TrainingProblem repeated(X, twice, 0.2, loss);
    const MaskedMaps maps(shape.X, shape.patterns);
    const MaskedMaps more(X, patterns);
    for (const BlockMethod method : kEveryMethod) {
      SCOPED_TRACE(std::string(name(method)) + " " + loss.name());
      const BlockSolution a = solve_blocks(BlockProgram(weighted, maps), method, tight());
      const BlockSolution b = solve_blocks(BlockProgram(repeated, more), method, tight());
      EXPECT_NEAR(a.info.objective, b.info.objective, 1e-9 * b.info.objective);
    }
  }
}

TEST(BlockClosedForms, ScreenedBlocksAreZeroAtTheOptimum) {
  const testing::BlockShape shape = testing::make_shape("screening", 41, 60, 4, 120);
  const double beta = 0.5 * testing::scale_of_beta(shape, Loss::squared());
  const TrainingProblem problem(shape.X, shape.targets, beta, Loss::squared());
  const MaskedMaps maps(shape.X, shape.patterns);
  const BlockProgram program(problem, maps);
  const BlockSolution newton = solve_blocks(program, BlockMethod::kSemismoothNewton, tight());
  for (const BlockMethod method : {BlockMethod::kProximalGradient, BlockMethod::kBlockCoordinate}) {
    SCOPED_TRACE(name(method));
    const BlockSolution solution = solve_blocks(program, method, tight());
    EXPECT_GT(solution.screened, 0);
    EXPECT_LE(solution.screened + static_cast<Index>(newton.active.size()), maps.blocks());
    EXPECT_NEAR(solution.info.objective, newton.info.objective, 1e-10 * newton.info.objective);
    for (const Index k : solution.active) {
      // No block that is clearly inactive at the optimal dual point is in the support.
      Matrix g(4, 1);
      const Index one[] = {k};
      maps.adjoint(one, newton.dual, g);
      EXPECT_GE(g.norm(), beta * (1 - 1e-3));
    }
  }
}

}  // namespace
}  // namespace thalweg
