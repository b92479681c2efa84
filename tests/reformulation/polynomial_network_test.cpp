#include "thalweg/reformulation/polynomial_network.hpp"

#include <gtest/gtest.h>

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <limits>

#include "convex/random_problem.hpp"
#include "thalweg/convex/block_solver.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

constexpr QuadraticActivation kSmooth{0.09, 0.5, 0.47};
constexpr QuadraticActivation kSquare{1, 0, 0};
constexpr QuadraticActivation kLinear{0, 1, 0};

SolverSettings tight() {
  SolverSettings settings;
  settings.relative_gap = 1e-12;
  return settings;
}

/// FC-B of the theory.
TrainingProblem fixture(double beta = 0.1) {
  Matrix X(5, 2);
  X << 1, 0, 0, 1, -1, 1, -1, -1, 2, 1;
  Vector y(5);
  y << 1, -1, 2, 0, 1;
  return {X, y, beta, Loss::squared()};
}

double least_eigenvalue(const Matrix& M) {
  return Eigen::SelfAdjointEigenSolver<Matrix>(M, Eigen::EigenvaluesOnly).eigenvalues()[0];
}

/// The value of the non-convex problem, written out.
double objective(const TrainingProblem& problem, const QuadraticActivation& sigma,
                 const std::vector<PolynomialNeuron>& neurons, double bias) {
  Vector fit = Vector::Constant(problem.samples(), bias);
  double penalty = 0;
  for (const PolynomialNeuron& neuron : neurons) {
    for (Index i = 0; i < fit.size(); ++i) {
      const double t = problem.X().row(i).dot(neuron.u);
      fit[i] += neuron.alpha * (sigma.square * t * t + sigma.linear * t + sigma.constant);
    }
    penalty += std::abs(neuron.alpha);
  }
  return problem.loss().value(fit, problem.y()) + problem.beta() * penalty;
}

/// Value, network and certificate agree.
void expect_optimal(const TrainingProblem& problem, const QuadraticActivation& sigma,
                    const PolynomialSolution& solution, double gap) {
  EXPECT_EQ(solution.info.status, SolverStatus::kSolved);
  EXPECT_LE(solution.info.relative_gap, gap);
  EXPECT_GE(solution.info.relative_gap, -1e-12);
  EXPECT_NEAR(solution.info.objective, objective(problem, sigma, solution.neurons, solution.bias),
              1e-12 * solution.info.objective);
  EXPECT_NEAR(solution.info.objective, solution.program_objective,
              10 * gap * solution.info.objective);
  const PolynomialDual& dual = solution.certificate;
  for (const Sign sign : {Sign::kPlus, Sign::kMinus}) {
    const auto certificate = [&](double level) {
      return polynomial_certificate(problem.X(), sigma, solution.dual, sign, dual.rho(sign), level);
    };
    EXPECT_GE(least_eigenvalue(certificate(dual.level * (1 + 1e-12))), -1e-12);
  }
  for (const PolynomialNeuron& neuron : solution.neurons) {
    EXPECT_NEAR(neuron.u.norm(), 1, 1e-14);
    const double value =  // complementary slackness
        solution.dual.dot(polynomial_fit(problem.X(), sigma, {{neuron.u, 1}}));
    EXPECT_NEAR(value, std::copysign(problem.beta(), neuron.alpha), 1e-4 * problem.beta());
  }
}

TEST(PolynomialNetwork, FixturesOfTheTheory) {
  const TrainingProblem problem = fixture();
  const PolynomialSolution smooth = solve_polynomial(problem, kSmooth, tight());
  expect_optimal(problem, kSmooth, smooth, 1e-11);
  EXPECT_NEAR(smooth.info.objective, 2.0892418935, 1e-10);
  EXPECT_EQ(smooth.neurons.size(), 4U);
  EXPECT_EQ(std::ranges::count_if(smooth.neurons, [](const auto& n) { return n.alpha > 0; }), 2);
  EXPECT_NEAR(smooth.certificate.level, 0.1, 1e-10);

  const PolynomialSolution square = solve_polynomial(problem, kSquare, tight());
  expect_optimal(problem, kSquare, square, 1e-11);
  EXPECT_NEAR(square.info.objective, 0.5789162478, 1e-10);
}

TEST(PolynomialNetwork, PureSquaresAreANuclearNorm) {
  const TrainingProblem problem = fixture();
  const PolynomialSolution solution = solve_polynomial(problem, kSquare, tight());
  Matrix S = Matrix::Zero(2, 2);
  for (const PolynomialNeuron& neuron : solution.neurons) {
    S += neuron.alpha * neuron.u * neuron.u.transpose();
  }
  const Vector fit = (problem.X() * S).cwiseProduct(problem.X()).rowwise().sum();
  const double nuclear = Eigen::SelfAdjointEigenSolver<Matrix>(S).eigenvalues().cwiseAbs().sum();
  EXPECT_NEAR(0.5 * (fit - problem.y()).squaredNorm() + 0.1 * nuclear, solution.info.objective,
              1e-10);
}

TEST(PolynomialNetwork, LinearActivationIsGroupRidge) {
  for (const double beta : {0.1, 1.0, 3.0}) {
    const TrainingProblem problem = fixture(beta);
    const DenseMaps maps({problem.X()});
    const BlockProgram ridge(problem, maps);
    const double expected = solve_blocks(ridge, BlockMethod::kAutomatic, {}).info.objective;
    const PolynomialSolution solution = solve_polynomial(problem, kLinear, tight());
    EXPECT_NEAR(solution.info.objective, expected, 1e-9 * expected);
  }
}

TEST(PolynomialNetwork, OneInputIsALassoOverTwoNeurons) {
  Random random(5);
  for (const Loss& loss : testing::all_losses()) {
    const Matrix X = testing::random_matrix(random, 8, 1);
    const TrainingProblem problem(X, testing::random_targets(random, 8, loss), 0.02, loss);
    const DenseMaps maps({polynomial_fit(X, kSmooth, {{Vector::Ones(1), 1}}),
                          polynomial_fit(X, kSmooth, {{-Vector::Ones(1), 1}})});
    const BlockProgram lasso(problem, maps);
    const double expected = solve_blocks(lasso, BlockMethod::kAutomatic, {}).info.objective;
    const PolynomialSolution solution = solve_polynomial(problem, kSmooth, tight());
    EXPECT_NEAR(solution.info.objective, expected, 1e-9 * expected);
    EXPECT_LE(solution.neurons.size(), 4U);
  }
}

TEST(PolynomialNetwork, EveryLossAndBiasHasAMatchingCertificate) {
  std::uint64_t seed = 10;
  for (const Loss& loss : testing::all_losses()) {
    for (const OutputBias bias : {OutputBias::kNone, OutputBias::kFree}) {
      for (const double beta : {0.1, 1e-3}) {
        SCOPED_TRACE(loss.name() + " " + std::to_string(beta));
        const TrainingProblem problem = testing::random_problem(++seed, 12, 3, beta, loss, bias);
        const PolynomialSolution solution = solve_polynomial(problem, kSmooth, tight());
        EXPECT_GE(solution.info.objective, solution.info.lower_bound * (1 - 1e-12));
        EXPECT_LE(solution.info.relative_gap, 1e-8);
        EXPECT_LE(solution.certificate.level, beta * (1 + 1e-8));
        EXPECT_LE(solution.neurons.size(), 8U);
        Random random(seed);  // no network is below the bound
        for (int trial = 0; trial < 50; ++trial) {
          std::vector<PolynomialNeuron> neurons = solution.neurons;
          for (PolynomialNeuron& neuron : neurons) {
            neuron.u = (neuron.u + 0.1 * testing::random_vector(random, 3)).normalized();
            neuron.alpha *= 1 + 0.1 * random.normal();
          }
          EXPECT_GE(objective(problem, kSmooth, neurons, solution.bias), solution.info.lower_bound);
        }
      }
    }
  }
}

TEST(PolynomialNetwork, NothingIsTrainedAboveTheLargestLevel) {
  const TrainingProblem problem = fixture();
  const double level = polynomial_dual(problem.X(), kSmooth, problem.y()).level;
  const double zero = problem.y().squaredNorm() / 2;
  const PolynomialSolution above = solve_polynomial(fixture(1.01 * level), kSmooth, tight());
  EXPECT_TRUE(above.neurons.empty());
  EXPECT_NEAR(above.info.objective, zero, 1e-10);
  const PolynomialSolution below = solve_polynomial(fixture(0.95 * level), kSmooth, tight());
  EXPECT_FALSE(below.neurons.empty());
  EXPECT_LT(below.info.objective, zero - 1e-4);
}

TEST(PolynomialDual, TheLevelIsAttainedAndNotExceeded) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Random random(seed);
    const Index d = 1 + static_cast<Index>(seed) % 4;
    const Matrix X = testing::random_matrix(random, 7, d);
    const Vector nu = testing::random_vector(random, 7);
    const QuadraticActivation sigma{random.normal(), seed % 3 == 0 ? 0 : random.normal(),
                                    random.normal()};
    const PolynomialDual dual = polynomial_dual(X, sigma, nu);
    const auto value = [&](const Vector& u) {
      return std::abs(nu.dot(polynomial_fit(X, sigma, {{u, 1}})));
    };
    EXPECT_NEAR(dual.u.norm(), 1, 1e-14);
    EXPECT_NEAR(value(dual.u), dual.level, 1e-7 * dual.level);
    for (int trial = 0; trial < 200; ++trial) {
      EXPECT_LE(value(testing::random_vector(random, d).normalized()), dual.level * (1 + 1e-12));
    }
    double least = std::numeric_limits<double>::infinity();
    for (const Sign sign : {Sign::kPlus, Sign::kMinus}) {
      const auto certificate = [&](double level) {
        return polynomial_certificate(X, sigma, nu, sign, dual.rho(sign), level);
      };
      EXPECT_GE(least_eigenvalue(certificate(dual.level)), -1e-10);
      least = std::min(least, least_eigenvalue(certificate(0.99 * dual.level)));
    }
    EXPECT_LT(least, 0);  // a smaller level has no certificate
  }
}

TEST(NeuralDecomposition, GivesTheMatrixBackInItsRank) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    Random random(seed);
    const Index d = 1 + static_cast<Index>(seed) % 6;
    const Index count = 1 + static_cast<Index>(seed) % 4;
    Matrix Z = Matrix::Zero(d + 1, d + 1);
    for (Index j = 0; j < count; ++j) {
      Vector lifted = Vector::Ones(d + 1);
      lifted.head(d) = testing::random_vector(random, d).normalized();
      Z += std::exp(random.normal()) * lifted * lifted.transpose();
    }
    const std::vector<PolynomialNeuron> neurons = neural_decomposition(Z, 1e-12 * Z.trace());
    EXPECT_LE(static_cast<Index>(neurons.size()), std::min(count, d + 1));
    Matrix back = Matrix::Zero(d + 1, d + 1);
    for (const PolynomialNeuron& neuron : neurons) {
      EXPECT_GT(neuron.alpha, 0);
      Vector lifted = Vector::Ones(d + 1);
      lifted.head(d) = neuron.u;
      back += neuron.alpha * lifted * lifted.transpose();
    }
    EXPECT_NEAR((back - Z).norm(), 0, 1e-12 * Z.norm());
  }
}

TEST(NeuralDecomposition, MatricesThatAreNoSumsOfNeuronsAreRefused) {
  Matrix Z = Matrix::Zero(3, 3);
  Z.diagonal() << 1, 1, 2;
  EXPECT_EQ(neural_decomposition(Z, 1e-10).size(), 3U);
  Z(2, 2) = 2.1;
  EXPECT_THROW((void)neural_decomposition(Z, 1e-10), InvalidArgument);  // traces differ
  Z.diagonal() << 3, -1, 2;
  EXPECT_THROW((void)neural_decomposition(Z, 1e-10), InvalidArgument);  // not semidefinite
  EXPECT_THROW((void)neural_decomposition(Matrix::Zero(2, 3), 1e-10), InvalidArgument);
}

TEST(PolynomialNetwork, LimitsAndRefusals) {
  SolverSettings few = tight();
  few.max_steps = 1;
  const PolynomialSolution limited = solve_polynomial(fixture(), kSmooth, few);
  EXPECT_EQ(limited.info.status, SolverStatus::kStepLimit);
  EXPECT_NEAR(limited.info.objective, objective(fixture(), kSmooth, limited.neurons, 0), 1e-10);
  EXPECT_LE(limited.info.lower_bound, 2.0892418936);

  const TrainingProblem plain = fixture();
  const auto with = [&](OutputBias bias, SkipConnection skip) {
    return TrainingProblem(plain.X(), plain.y(), 0.1, Loss::squared(), bias, skip);
  };
  EXPECT_NO_THROW(
      (void)solve_polynomial(with(OutputBias::kFree, SkipConnection::kNone), kSmooth, tight()));
  EXPECT_THROW(
      (void)solve_polynomial(with(OutputBias::kPenalised, SkipConnection::kNone), kSmooth, tight()),
      InvalidArgument);
  EXPECT_THROW(
      (void)solve_polynomial(with(OutputBias::kNone, SkipConnection::kFree), kSmooth, tight()),
      InvalidArgument);
  for (const double c : {std::numeric_limits<double>::infinity(),
                         std::numeric_limits<double>::quiet_NaN(), 1e200, -1e7}) {
    EXPECT_THROW((void)solve_polynomial(plain, {1, c, 0}, tight()), InvalidArgument);
  }
}

}  // namespace
}  // namespace thalweg
