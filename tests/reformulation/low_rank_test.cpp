#include "thalweg/reformulation/low_rank.hpp"

#include <gtest/gtest.h>

#include <Eigen/Eigenvalues>
#include <cmath>

#include "convex/random_problem.hpp"
#include "thalweg/arrangement/enumerate.hpp"
#include "thalweg/core/error.hpp"
#include "thalweg/training/train.hpp"

namespace thalweg {
namespace {

using testing::all_losses;
using testing::random_matrix;
using testing::random_problem;

TrainingSettings tight() {
  TrainingSettings settings;
  settings.relative_gap = 1e-9;
  return settings;
}

Matrix theory_data() {
  Matrix X(6, 3);
  X << 1, 0, .1, 0, 1, -.2, -1, 1, .1, -1, -1, .1, 2, 1, 0, 1, -2, .2;
  return X;
}

/// A solution of min |f - y|_2 + beta sum |w| |alpha|: a squared-loss problem whose penalty is beta
/// times its residual's length, found by bisection (the residual over the penalty falls with it).
/// For small beta the optimum interpolates, the limit of penalties that tend to 0.
struct NormSolution {
  double objective;
  TwoLayerNetwork network;
};

NormSolution minimise_norm(const Matrix& X, const Vector& y, double beta) {
  double low = std::log(1e-7);
  double high = std::log(beta * y.norm());
  NormSolution best{y.norm(), TwoLayerNetwork::empty(X.cols())};
  for (int step = 0; step < 40; ++step) {
    const double middle = (low + high) / 2;
    const TrainingProblem squared(X, y, std::exp(middle), Loss::squared());
    const TrainingResult trained = train(squared, tight());
    const double residual = (squared.fit(trained.network) - y).norm();
    const double objective = residual + beta * squared.penalty(trained.network) / squared.beta();
    if (objective < best.objective) best = {objective, trained.network};
    (residual / squared.beta() > 1 / beta ? low : high) = middle;
  }
  return best;
}

TEST(LowRankData, IsTheTruncatedDecomposition) {
  Random random(1);
  const Matrix X = random_matrix(random, 7, 5);
  for (Index kappa = 1; kappa <= 5; ++kappa) {
    const LowRankData data = low_rank_data(X, kappa);
    EXPECT_LE((data.basis.transpose() * data.basis - Matrix::Identity(kappa, kappa)).norm(), 1e-14);
    const Matrix rest = X - data.data();
    EXPECT_NEAR(rest.squaredNorm(), data.singular_values.tail(5 - kappa).squaredNorm(), 1e-13);
    const double spectral = std::sqrt(
        (rest.transpose() * rest).selfadjointView<Eigen::Lower>().eigenvalues().maxCoeff());
    EXPECT_NEAR(data.next_singular_value(), spectral, 1e-7);
  }
  EXPECT_EQ(low_rank_data(X, 5).next_singular_value(), 0);
  EXPECT_THROW((void)low_rank_data(X, 0), InvalidArgument);
  EXPECT_THROW((void)low_rank_data(X, 6), InvalidArgument);
}

TEST(LowRank, LiftedNetworksHaveTheSameObjective) {
  for (const OutputBias bias : {OutputBias::kNone, OutputBias::kFree}) {
    const TrainingProblem problem = random_problem(5, 9, 4, 0.2, Loss::squared(), bias);
    const LowRankData data = low_rank_data(problem.X(), 2);
    const TrainingProblem reduced = low_rank_problem(problem, data);
    TwoLayerNetwork network = train(reduced, {}).network;
    const double objective = reduced.objective(network);
    network.W = lift_weights(data, network.W);
    EXPECT_NEAR(problem.objective(network), objective, 1e-13);
    const TrainingProblem truncated(data.data(), problem.y(), 0.2, Loss::squared(), bias);
    EXPECT_NEAR(truncated.objective(network), objective, 1e-13);
  }
  const LowRankData data = low_rank_data(theory_data(), 2);
  EXPECT_THROW((void)lift_weights(data, Matrix::Ones(1, 3)), InvalidArgument);
}

TEST(LowRank, TheoryFixture) {
  const Matrix X = theory_data();
  const Vector y{{1, -1, 2, 0, 1, -.5}};
  const LowRankData data = low_rank_data(X, 2);
  EXPECT_NEAR(data.singular_values[0], 2.83665637, 1e-8);
  EXPECT_NEAR(data.singular_values[1], 2.82842712, 1e-8);
  EXPECT_NEAR(data.next_singular_value(), 0.25175515, 1e-8);
  EXPECT_EQ(list_cells(HyperplaneArrangement(X)).second.cells(), 26);
  EXPECT_EQ(list_cells(HyperplaneArrangement(data.coordinates)).second.cells(), 12);

  struct Row {
    double beta;
    double optimum;
    double approximation;
  };
  for (const Row& row :
       {Row{0.2, 1.252610, 1.374809}, Row{0.5, 2.465375, 2.495605}, Row{1.0, 2.692580, 2.692582}}) {
    const NormSolution full = minimise_norm(X, y, row.beta);
    NormSolution reduced = minimise_norm(data.coordinates, y, row.beta);
    EXPECT_NEAR(full.objective, row.optimum, 2e-6);
    EXPECT_NEAR(reduced.objective, row.approximation, 2e-6);
    reduced.network.W = lift_weights(data, reduced.network.W);
    const TrainingProblem squared(X, y, row.beta, Loss::squared());
    EXPECT_NEAR((squared.fit(reduced.network) - y).norm() + squared.penalty(reduced.network),
                reduced.objective, 1e-12);
    const LowRankGuarantee guarantee =
        LowRankGuarantee::lipschitz(1, row.beta, data.next_singular_value());
    EXPECT_LE(reduced.objective, guarantee.worst_value(full.objective));
    EXPECT_LE(guarantee.lower_bound(reduced.objective), full.objective);
    EXPECT_NEAR(guarantee.relative_error() * row.beta, 1.2588 * 0.2, 1e-5);
  }
}

TEST(LipschitzConstant, BoundsDifferencesAndIsReached) {
  Random random(2);
  for (const Loss& loss : {Loss::logistic(), Loss::logistic(LossScale::kMean), Loss::huber(0.3),
                           Loss::huber(2, LossScale::kMean),
                           Loss::logistic().with_sample_weights(Vector{{1, 2, 3, 4, 5}})}) {
    const double R = lipschitz_constant(loss, 5);
    const Vector y = testing::random_targets(random, 5, loss);
    for (int trial = 0; trial < 200; ++trial) {
      const Vector f = 3 * testing::random_vector(random, 5);
      const Vector g = 3 * testing::random_vector(random, 5);
      EXPECT_LE(std::abs(loss.value(f, y) - loss.value(g, y)), R * (f - g).norm() + 1e-12);
    }
    EXPECT_NEAR(loss.gradient(-1e3 * y, y).norm(), R, 1e-10 * R);
  }
  EXPECT_TRUE(std::isinf(lipschitz_constant(Loss::squared(), 5)));
  EXPECT_TRUE(std::isinf(lipschitz_constant(Loss::squared_hinge(), 5)));
}

TEST(LowRankDualBound, ScalesByWhatTheRestOfTheDataCanAdd) {
  // D(nu) = nu y - nu^2 / 2 = 3/2 at nu = 1 for y = 2; tau = 1/4 when the rest adds 3 beta.
  const TrainingProblem problem(Matrix::Ones(1, 1), Vector{{2.0}}, 0.5, Loss::squared());
  EXPECT_EQ(low_rank_dual_bound(problem, Vector{{1.0}}, 0.5, 0), 1.5);
  EXPECT_EQ(low_rank_dual_bound(problem, Vector{{1.0}}, 0.5, 0.75, 4), 0.5 - 0.5 / 16);
  EXPECT_EQ(low_rank_dual_bound(problem, Vector{{-1.0}}, 0.5, 0), 0);
}

/// Both optima by training: the guarantee holds for every loss and bias.
TEST(LowRankGuarantee, HoldsOnRandomData) {
  std::uint64_t seed = 30;
  for (const Loss& loss : all_losses()) {
    for (const OutputBias bias : {OutputBias::kNone, OutputBias::kFree}) {
      Random random(seed++);
      Matrix X = random_matrix(random, 10, 2) * random_matrix(random, 2, 4);
      X += 0.1 * random_matrix(random, 10, 4);
      const double beta = loss.scale() == LossScale::kMean ? 0.02 : 0.3;
      const TrainingProblem problem(X, testing::random_targets(random, 10, loss), beta, loss, bias);
      const TrainingResult full = train(problem, tight());
      for (Index kappa = 1; kappa <= 4; ++kappa) {
        const LowRankData data = low_rank_data(X, kappa);
        const TrainingResult reduced = train(low_rank_problem(problem, data), tight());
        const LowRankGuarantee guarantee =
            LowRankGuarantee::of(problem, data.next_singular_value());
        EXPECT_GE(reduced.objective, full.lower_bound - 1e-12);
        EXPECT_LE(reduced.lower_bound, guarantee.worst_value(full.objective) + 1e-12);
        EXPECT_LE(guarantee.lower_bound(reduced.lower_bound), full.objective + 1e-12);
        const double by_dual = low_rank_dual_bound(problem, reduced.dual, reduced.dual_norm,
                                                   data.next_singular_value());
        EXPECT_LE(by_dual, full.objective + 1e-12);
        if (std::isfinite(guarantee.relative_error())) {
          EXPECT_GE(by_dual, guarantee.lower_bound(reduced.lower_bound) * (1 - 1e-6));
        }
        if (kappa == 4) {
          EXPECT_NEAR(by_dual, full.objective, 1e-6 * full.objective);
        }
      }
    }
  }
}

TEST(LowRankGuarantee, InvertsItself) {
  const TrainingProblem squared = random_problem(60, 8, 3, 0.2);
  const TrainingProblem logistic = random_problem(61, 8, 3, 0.2, Loss::logistic());
  for (const TrainingProblem* problem : {&squared, &logistic}) {
    for (const Index paths : {1, 6}) {
      const LowRankGuarantee guarantee = LowRankGuarantee::of(*problem, 0.3, paths);
      for (const double p : {1e-9, 0.1, 1.0, 40.0}) {
        const double lower = guarantee.lower_bound(guarantee.worst_value(p));
        EXPECT_NEAR(lower, p, 1e-12 * p);
        EXPECT_LE(guarantee.worst_value(lower), guarantee.worst_value(p) * (1 + 1e-15));
      }
      EXPECT_EQ(guarantee.lower_bound(0), 0);
      const LowRankGuarantee exact = LowRankGuarantee::of(*problem, 0, paths);
      EXPECT_EQ(exact.lower_bound(3), 3);
      EXPECT_EQ(exact.worst_value(3), 3);
    }
  }
  EXPECT_TRUE(std::isnan(LowRankGuarantee::of(squared, 0.3).relative_error()));
  EXPECT_DOUBLE_EQ(LowRankGuarantee::of(logistic, 0.3, 4).relative_error(),
                   2 * std::sqrt(8.0) * 0.3 / 0.2);
}

TEST(LowRankGuarantee, Refuses) {
  const TrainingProblem problem = random_problem(62, 5, 2, 0.2);
  EXPECT_THROW((void)LowRankGuarantee::of(problem, -1), InvalidArgument);
  EXPECT_THROW((void)LowRankGuarantee::of(problem, 1, 0), InvalidArgument);
  EXPECT_THROW((void)LowRankGuarantee::lipschitz(INFINITY, 1, 1), InvalidArgument);
  EXPECT_THROW((void)LowRankGuarantee::lipschitz(1, 0, 1), InvalidArgument);
  const TrainingProblem skip(problem.X(), problem.y(), 0.2, Loss::squared(), OutputBias::kNone,
                             SkipConnection::kFree);
  EXPECT_THROW((void)LowRankGuarantee::of(skip, 1), InvalidArgument);
  EXPECT_THROW((void)low_rank_problem(skip, low_rank_data(skip.X(), 1)), InvalidArgument);
  const Vector nu = problem.y();
  EXPECT_NO_THROW((void)low_rank_dual_bound(problem, nu, 1, 1));
  EXPECT_THROW((void)low_rank_dual_bound(problem, nu, 1, -1), InvalidArgument);
  EXPECT_THROW((void)low_rank_dual_bound(problem, nu, 1, 1, 0), InvalidArgument);
  EXPECT_THROW((void)low_rank_dual_bound(problem, nu, NAN, 1), InvalidArgument);
  EXPECT_THROW((void)low_rank_dual_bound(skip, nu, 1, 1), InvalidArgument);
}

}  // namespace
}  // namespace thalweg
