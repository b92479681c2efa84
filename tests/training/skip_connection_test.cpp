#include <gtest/gtest.h>

#include <Eigen/QR>
#include <numbers>

#include "convex/random_problem.hpp"
#include "support/groundtruth.hpp"
#include "thalweg/training/beta_max.hpp"
#include "training/training_checks.hpp"

namespace thalweg {
namespace {

constexpr OutputBias kBiases[] = {OutputBias::kNone, OutputBias::kPenalised, OutputBias::kFree};

TrainingProblem with_skip(const TrainingProblem& problem) {
  return {problem.X(),    problem.y(),           problem.beta(),
          problem.loss(), problem.output_bias(), SkipConnection::kFree};
}

TrainingResult trained(const TrainingProblem& problem, double gap = 1e-10) {
  TrainingSettings settings;
  settings.relative_gap = gap;
  const TrainingResult result = train(problem, settings);
  testing::expect_valid(problem, result);
  EXPECT_EQ(result.status, TrainingStatus::kSolved);
  return result;
}

/// max |x_k^T nu| / (|x_k| |nu|) at the residual of the network itself.
double pull_on_inputs(const TrainingProblem& problem, const TwoLayerNetwork& network) {
  const Vector nu = problem.dual_point(problem.fit(network));
  double worst = 0;
  for (Index k = 0; k < problem.dimension(); ++k) {
    const Vector x = problem.X().col(k);
    worst = std::max(worst, std::abs(x.dot(nu)) / (x.norm() * nu.norm()));
  }
  return worst;
}

TEST(TrainSkip, OptimumIsStationaryAndNotAboveTheOneWithout) {
  for (const Loss& loss : testing::all_losses()) {
    for (const OutputBias bias : kBiases) {
      for (std::uint64_t seed = 1; seed <= 3; ++seed) {
        SCOPED_TRACE(loss.name() + " seed " + std::to_string(seed) + " bias " +
                     std::to_string(static_cast<int>(bias)));
        const double beta = loss.scale() == LossScale::kMean ? 0.004 : 0.1;
        const TrainingProblem without = testing::random_problem(seed, 30, 3, beta, loss, bias);
        const TrainingProblem problem = with_skip(without);
        const TrainingResult result = trained(problem, 1e-9);
        EXPECT_GT(result.network.width(), 0);
        EXPECT_LE(pull_on_inputs(problem, result.network), 1e-7);
        testing::expect_stationary(problem, result, 1e-6);
        EXPECT_LE(result.objective, trained(without, 1e-9).objective * (1 + 1e-9));
        // No nearby network is lower.
        Random random(seed);
        for (int trial = 0; trial < 100; ++trial) {
          TwoLayerNetwork near = result.network;
          const double size = std::pow(10.0, -1 - 4 * random.uniform());
          near.skip += size * testing::random_vector(random, 3);
          near.W += size * testing::random_matrix(random, near.width(), 3);
          EXPECT_GE(problem.objective(near), result.lower_bound);
          EXPECT_GE(problem.objective(near), result.objective * (1 - 1e-10));
        }
      }
    }
  }
}

TEST(TrainSkip, AbsorbsLinearTargets) {
  for (const OutputBias bias : kBiases) {
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
      SCOPED_TRACE("seed " + std::to_string(seed) + " bias " +
                   std::to_string(static_cast<int>(bias)));
      const TrainingProblem base =
          with_skip(testing::random_problem(seed, 20, 3, 0.2, Loss::squared(), bias));
      Random random(seed + 50);
      const Vector v = 10 * testing::random_vector(random, 3);
      const double optimum = trained(base).objective;
      const TrainingProblem moved(base.X(), base.y() + base.X() * v, 0.2, Loss::squared(), bias,
                                  SkipConnection::kFree);
      EXPECT_NEAR(trained(moved).objective, optimum, 1e-9 * optimum);
      // Linear targets need no neuron at all.
      const TrainingProblem linear(base.X(), base.X() * v, 0.2, Loss::squared(), bias,
                                   SkipConnection::kFree);
      const TrainingResult exact = trained(linear);
      EXPECT_EQ(exact.network.width(), 0);
      EXPECT_LE(exact.objective, 1e-26);
      EXPECT_LE((exact.network.skip - v).norm(), 1e-12);
      EXPECT_LE(beta_max(linear, {}).upper, 1e-12);
    }
  }
}

/// One input: modulo X all atoms are multiples of P |x|, P the projector on the complement of x, so
/// the optimum is soft thresholding: min_z 1/2 |P y - z P x_+|^2 + beta |z|.
TEST(TrainSkip, OneInputIsSoftThresholding) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    Random random(seed);
    const Vector x = testing::random_vector(random, 12);
    const Vector y = 2 * testing::random_vector(random, 12);
    const auto off = [&](const Vector& t) { return Vector(t - x * (x.dot(t) / x.squaredNorm())); };
    const Vector atom = off(x.cwiseMax(0.0));
    const Vector target = off(y);
    for (const double share : {0.1, 0.9, 1.1}) {
      const double beta = share * std::abs(atom.dot(target));
      const double mass = std::max(0.0, std::abs(atom.dot(target)) - beta) / atom.squaredNorm();
      const double expected =
          0.5 * (target.norm() * target.norm() - mass * mass * atom.squaredNorm());
      const TrainingProblem problem(x, y, beta, Loss::squared(), OutputBias::kNone,
                                    SkipConnection::kFree);
      const TrainingResult result = trained(problem);
      EXPECT_NEAR(result.objective, expected, 1e-10 * expected);
      double found = 0;
      for (Index j = 0; j < result.network.width(); ++j) {
        found += result.network.W.row(j).norm() * std::abs(result.network.alpha(j, 0));
      }
      EXPECT_NEAR(found, mass, 1e-8 * (mass + 1e-3));
      EXPECT_NEAR(beta_max(problem, {}).upper, beta / share, 1e-10 * beta);
    }
  }
}

TEST(TrainSkip, AbsoluteValueIsOneNeuronAndALine) {
  const Matrix X = (Matrix(4, 1) << -2, -1, 1, 2).finished();
  const Vector y = X.col(0).cwiseAbs();
  // |x| = 2 x_+ - x: modulo x the atom is |x| / 2, of squared length 10/4, and y = 2 atoms.
  const double beta = 0.5;
  const TrainingResult result =
      trained({X, y, beta, Loss::squared(), OutputBias::kNone, SkipConnection::kFree});
  const double mass = 2 - beta / 2.5;
  EXPECT_NEAR(result.objective, 0.5 * 2.5 * (2 - mass) * (2 - mass) + beta * mass, 1e-12);
  ASSERT_EQ(result.network.width(), 1);
  const double sign = result.network.W(0, 0) > 0 ? 1 : -1;
  EXPECT_NEAR(result.network.skip(0, 0), -sign * mass / 2, 1e-9);
}

/// The gap of two-input problems by other means: nu is orthogonal to X, so h is even; its maximum
/// over half a turn of directions, kinks included, scales nu to a bound.
TEST(TrainSkip, GapHoldsOnAGridOfDirections) {
  constexpr int kDirections = 20000;
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    const double beta = seed % 2 == 0 ? 0.15 : 1;
    const TrainingProblem problem = with_skip(testing::random_problem(seed, 14, 2, beta));
    const TrainingResult result = trained(problem);
    const Vector fit =
        problem.X() * result.network.skip.col(0) +
        (problem.X() * result.network.W.transpose()).cwiseMax(0.0) * result.network.alpha.col(0);
    const Vector residual = problem.y() - fit;
    const double objective =
        0.5 * residual.squaredNorm() +
        0.5 * beta * (result.network.W.squaredNorm() + result.network.alpha.squaredNorm());
    EXPECT_NEAR(result.objective, objective, 1e-13 * objective);
    const Eigen::ColPivHouseholderQR<Matrix> qr(problem.X());
    const Vector nu = residual - problem.X() * qr.solve(residual);
    double norm = 0;
    const auto look = [&](double angle) {
      const Vector u = (Vector(2) << std::cos(angle), std::sin(angle)).finished();
      norm = std::max(norm, std::abs(nu.dot((problem.X() * u).cwiseMax(0.0))));
    };
    for (int k = 0; k < kDirections; ++k) look(std::numbers::pi * k / kDirections);
    for (Index i = 0; i < 14; ++i) look(std::atan2(problem.X()(i, 0), -problem.X()(i, 1)));
    const Vector feasible = std::min(1.0, beta / norm) * nu;
    const double bound = feasible.dot(problem.y()) - 0.5 * feasible.squaredNorm();
    EXPECT_NEAR(bound, objective, 1e-7 * objective);
    EXPECT_NEAR(bound, result.lower_bound, 1e-7 * objective);
  }
}

/// Where X^T nu* = 0 (Lemma A of the theory) the dual optimum stays feasible, so the optimum stays;
/// elsewhere a linear part lowers it.
TEST(TrainSkip, KeepsTheOptimumExactlyWhereTheDualIsOrthogonalToX) {
  int kept = 0;
  for (const testing::GroundTruth& truth : testing::all_groundtruth()) {
    if (truth.nu.norm() == 0) continue;
    SCOPED_TRACE(truth.name);
    const TrainingResult result = trained(with_skip(truth.problem()), 1e-9);
    const double pull =
        (truth.X.transpose() * truth.nu).norm() / (truth.X.norm() * truth.nu.norm());
    if (pull < 1e-10) {
      ++kept;
      EXPECT_NEAR(result.objective, truth.optimum, 1e-8 * truth.optimum);
    } else {
      EXPECT_LT(result.objective, truth.optimum * (1 - 1e-9));
    }
  }
  EXPECT_GE(kept, 3);
}

TEST(TrainSkip, HiddenBiasMakesAFreeOutputBiasRedundant) {
  for (const Loss& loss : testing::all_losses()) {
    SCOPED_TRACE(loss.name());
    Random random(71);
    Matrix X(20, 3);
    X << testing::random_matrix(random, 20, 2), Vector::Ones(20);
    const Vector y = testing::random_targets(random, 20, loss);
    const double beta = loss.scale() == LossScale::kMean ? 0.004 : 0.1;
    const double none =
        trained({X, y, beta, loss, OutputBias::kNone, SkipConnection::kFree}, 1e-9).objective;
    for (const OutputBias bias : {OutputBias::kPenalised, OutputBias::kFree}) {
      EXPECT_NEAR(trained({X, y, beta, loss, bias, SkipConnection::kFree}, 1e-9).objective, none,
                  1e-8 * none);
    }
  }
}

TEST(TrainSkip, FewSamplesAndDependentInputs) {
  Random random(72);
  // Full row rank: the skip connection interpolates.
  const TrainingProblem wide(testing::random_matrix(random, 5, 9),
                             testing::random_vector(random, 5), 0.1, Loss::squared(),
                             OutputBias::kNone, SkipConnection::kFree);
  const TrainingResult exact = trained(wide);
  EXPECT_EQ(exact.network.width(), 0);
  EXPECT_LE(exact.objective, 1e-26);
  // Rank 2 in six inputs: as in the two coordinates of the row space.
  const Matrix thin = testing::random_matrix(random, 10, 2);
  const Vector y = testing::random_vector(random, 10);
  const double expected =
      trained({thin, y, 0.1, Loss::squared(), OutputBias::kFree, SkipConnection::kFree}).objective;
  // Orthonormal rows with entries 0 and 1/2, so that the products are exact.
  Matrix embedding = Matrix::Zero(2, 12);
  embedding.block(0, 0, 1, 4).setConstant(0.5);
  embedding.block(1, 4, 1, 4) << 0.5, -0.5, 0.5, -0.5;
  for (const Index d : {8, 12}) {
    const TrainingProblem deep(thin * embedding.leftCols(d), y, 0.1, Loss::squared(),
                               OutputBias::kFree, SkipConnection::kFree);
    EXPECT_EQ(deep.free_span().Q.cols(), 3);
    EXPECT_NEAR(trained(deep, 1e-9).objective, expected, 1e-8 * expected);
  }
}

TEST(TrainSkip, StartingFromANetworkWithOrWithoutSkip) {
  const TrainingProblem problem = with_skip(testing::random_problem(9, 20, 2, 0.1));
  const TrainingResult first = trained(problem);
  TrainingSettings settings;
  settings.relative_gap = 1e-9;
  const TrainingResult again = train(problem, settings, first.network);
  EXPECT_EQ(again.status, TrainingStatus::kSolved);
  EXPECT_NEAR(again.objective, first.objective, 1e-9 * first.objective);
  TwoLayerNetwork bare = first.network;
  bare.skip.resize(0, 0);
  const TrainingResult other = train(problem, settings, bare);
  EXPECT_EQ(other.status, TrainingStatus::kSolved);
  EXPECT_NEAR(other.objective, first.objective, 1e-9 * first.objective);
}

}  // namespace
}  // namespace thalweg
