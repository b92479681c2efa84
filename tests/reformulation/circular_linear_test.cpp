#include "thalweg/reformulation/circular_linear.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <numbers>

#include "convex/random_problem.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

using testing::all_losses;
using testing::random_matrix;
using testing::random_targets;
using testing::random_vector;

/// The unitary discrete Fourier transform, by its definition.
Eigen::VectorXcd transform(const Vector& z) {
  const Index d = z.size();
  Eigen::VectorXcd result = Eigen::VectorXcd::Zero(d);
  for (Index k = 0; k < d; ++k) {
    for (Index j = 0; j < d; ++j) {
      const double angle =
          -2 * std::numbers::pi * static_cast<double>(j * k) / static_cast<double>(d);
      result[k] += z[j] * std::polar(1 / std::sqrt(static_cast<double>(d)), angle);
    }
  }
  return result;
}

double spectral_l1(const Vector& z) {
  return transform(z).cwiseAbs().sum() / std::sqrt(static_cast<double>(z.size()));
}

SolverSettings tight() {
  SolverSettings settings;
  settings.relative_gap = 1e-11;
  return settings;
}

TEST(RealFourierBasis, OrthonormalAndCarriesTheSpectralNorm) {
  Random random(1);
  for (Index d = 1; d <= 9; ++d) {
    const Matrix B = real_fourier_basis(d);
    EXPECT_LE((B.transpose() * B - Matrix::Identity(d, d)).norm(), 1e-14) << d;
    const Vector z = random_vector(random, d);
    const Vector c = B.transpose() * z;
    EXPECT_NEAR(spectral_l1_norm(d).value(c), spectral_l1(z), 1e-13) << d;
  }
  EXPECT_THROW((void)real_fourier_basis(0), InvalidArgument);
  EXPECT_THROW((void)spectral_l1_norm(0), InvalidArgument);
}

TEST(Circulant, IsCircularConvolution) {
  const Matrix U = circulant(Vector{{1, 2, 3}});
  Matrix expected(3, 3);
  expected << 1, 3, 2, 2, 1, 3, 3, 2, 1;
  EXPECT_EQ(U, expected);
}

TEST(CircularNeuron, AttainsTheNormAndNoPairCostsLess) {
  Random random(2);
  for (Index d = 1; d <= 9; ++d) {
    const Vector z = random_vector(random, d);
    const CircularNeuron neuron = circular_neuron(z);
    EXPECT_LE((circulant(neuron.u) * neuron.w - z).norm(), 1e-13) << d;
    EXPECT_NEAR(neuron.u.squaredNorm(), spectral_l1(z), 1e-13) << d;
    EXPECT_NEAR(neuron.w.squaredNorm(), spectral_l1(z), 1e-13) << d;
    // Sums of any neurons cost at least the norm of what they make.
    const Matrix u = random_matrix(random, d, 2);
    const Matrix w = random_matrix(random, d, 2);
    const Vector sum = circulant(u.col(0)) * w.col(0) + circulant(u.col(1)) * w.col(1);
    EXPECT_LE(spectral_l1(sum), (u.squaredNorm() + w.squaredNorm()) / 2 + 1e-13) << d;
  }
  const CircularNeuron zero = circular_neuron(Vector::Zero(4));
  EXPECT_EQ(zero.u.norm() + zero.w.norm(), 0);
}

/// X = I: soft thresholds of the transform of y.
TEST(CircularLinear, IdentityDataIsASoftThreshold) {
  const TrainingProblem problem(Matrix::Identity(4, 4), Vector{{1, 2, 3, 6}}, 2, Loss::squared());
  const CircularLinearSolution result = solve_circular_linear(problem, tight());
  const double expected = 5.5 + 2 * (std::sqrt(5.0) - 0.5) + 1.5;
  EXPECT_NEAR(expected, 10.4721359550, 1e-10);
  EXPECT_EQ(result.info.status, SolverStatus::kSolved);
  EXPECT_NEAR(result.info.objective, expected, 1e-10);
  EXPECT_NEAR(result.objective, expected, 1e-10);
  EXPECT_NEAR(result.info.lower_bound, expected, 1e-9);
  EXPECT_LE(result.info.lower_bound, expected + 1e-12);
  for (Index d = 2; d <= 7; ++d) {
    Random random(static_cast<std::uint64_t>(d));
    const Vector y = 2 * random_vector(random, d);
    const double threshold = 0.9 / std::sqrt(static_cast<double>(d));
    double value = 0;
    const Vector moduli = transform(y).cwiseAbs();
    for (const double t : moduli) {
      value += t > threshold ? threshold * t - threshold * threshold / 2 : t * t / 2;
    }
    const CircularLinearSolution solved =
        solve_circular_linear({Matrix::Identity(d, d), y, 0.9, Loss::squared()}, tight());
    EXPECT_NEAR(solved.objective, value, 1e-9) << d;
    EXPECT_LE(solved.info.lower_bound, value + 1e-12) << d;
  }
}

TEST(CircularLinear, TheoryInstance) {
  Matrix X(5, 4);
  X << 1, 0, -1, 2, 0, 1, 1, -1, -1, 2, 0, 1, 2, -1, 1, 0, 1, 1, 0, -1;
  const TrainingProblem problem(X, Vector{{1, -1, 2, 0.5, 0}}, 0.4, Loss::squared());
  const CircularLinearSolution result = solve_circular_linear(problem, tight());
  EXPECT_NEAR(result.objective, 1.0406741422, 1e-9);
  EXPECT_NEAR(result.info.lower_bound, 1.0406741422, 1e-9);
}

/// The dual bound from the transform's definition, and the attained value, for every loss, width
/// and bias.
TEST(CircularLinear, BoundsHoldAndMeetForAnyLoss) {
  std::uint64_t seed = 10;
  for (const Loss& loss : all_losses()) {
    for (const Index d : {1, 2, 5, 6}) {
      for (const OutputBias bias : {OutputBias::kNone, OutputBias::kPenalised, OutputBias::kFree}) {
        Random random(seed++);
        const Matrix X = random_matrix(random, 9, d);
        const double beta = loss.scale() == LossScale::kMean ? 0.02 : 0.3;
        const TrainingProblem problem(X, random_targets(random, 9, loss), beta, loss, bias);
        const CircularLinearSolution result = solve_circular_linear(problem, tight());
        EXPECT_EQ(result.info.status, SolverStatus::kSolved);
        EXPECT_NEAR(result.objective, result.info.objective, 1e-11 * (1 + result.objective));
        EXPECT_LE(result.objective - result.info.lower_bound, 1e-9 * result.objective);
        const double norm = transform(X.transpose() * result.dual).cwiseAbs().maxCoeff() *
                            std::sqrt(static_cast<double>(d));
        EXPECT_NEAR(norm, result.dual_norm, 1e-12 * (1 + norm));
        const double scale = problem.best_dual_scale(result.dual, norm > beta ? beta / norm : 1.0);
        EXPECT_NEAR(problem.dual_objective(scale * result.dual), result.info.lower_bound, 1e-12);
      }
    }
  }
}

TEST(CircularLinear, NoNetworkIsBelowTheBound) {
  Random random(77);
  const TrainingProblem problem = testing::random_problem(5, 6, 5, 0.2);
  const CircularLinearSolution result = solve_circular_linear(problem, tight());
  for (int trial = 0; trial < 200; ++trial) {
    // Perturbed optimal weights and a second neuron.
    const Vector u = result.neuron.u + 0.1 * random_vector(random, 5);
    const Vector w = result.neuron.w + 0.1 * random_vector(random, 5);
    const Vector u2 = 0.1 * random_vector(random, 5);
    const Vector w2 = 0.1 * random_vector(random, 5);
    const Vector fit = problem.X() * (circulant(u) * w + circulant(u2) * w2);
    const double objective =
        problem.loss().value(fit, problem.y()) +
        problem.beta() / 2 *
            (u.squaredNorm() + w.squaredNorm() + u2.squaredNorm() + w2.squaredNorm());
    EXPECT_GE(objective, result.info.lower_bound);
  }
}

TEST(CircularLinear, RefusesASkipConnection) {
  const TrainingProblem problem(Matrix::Identity(3, 3), Vector::Ones(3), 0.1, Loss::squared(),
                                OutputBias::kNone, SkipConnection::kFree);
  EXPECT_THROW((void)solve_circular_linear(problem, {}), InvalidArgument);
}

}  // namespace
}  // namespace thalweg
