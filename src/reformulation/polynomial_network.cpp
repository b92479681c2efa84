#include "thalweg/reformulation/polynomial_network.hpp"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <sstream>

#include "thalweg/convex/conic_program.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

/// Eigenvalues of Z and Z' below this share of the traces are what an interior point leaves of
/// zeros.
constexpr double kRankShare = 1e-7;
/// Of the activation: beyond it the conic solver loses its accuracy.
constexpr double kLargestCoefficient = 1e6;
/// The rounding of an objective, relative to it.
constexpr double kRounding = 1e-15;

void check(const TrainingProblem& problem, const QuadraticActivation& activation) {
  if (problem.skip() != SkipConnection::kNone || problem.output_bias() == OutputBias::kPenalised) {
    throw InvalidArgument(
        "polynomial networks: expected no skip connection and no penalised output bias");
  }
  for (const double c : {activation.square, activation.linear, activation.constant}) {
    if (std::abs(c) <= kLargestCoefficient) continue;
    std::ostringstream text;
    text << "coefficients: expected numbers of size at most " << kLargestCoefficient << ", got "
         << c << "; an activation divided by a number is beta times that number";
    throw InvalidArgument(text.str());
  }
}

/// The block of sign * Z: its variables are the entries of symmetric_vector(Z) but the last, Z_4,
/// which is tr Z_1.
ConicBlock block_of(const TrainingProblem& problem, const QuadraticActivation& activation,
                    double sign) {
  const Matrix& X = problem.X();
  const Index d = X.cols();
  const Index q = (d + 1) * (d + 2) / 2 - 1;
  Matrix lift = Matrix::Identity(d + 1, d + 1);
  lift(d, d) = 0;
  const Vector trace = symmetric_vector(lift).head(q);  // of Z_1
  ConicBlock block;
  block.cost = problem.beta() * trace;
  block.rows = Matrix::Identity(q + 1, q);
  block.rows.row(q) = trace.transpose();
  block.cone.semidefinite = {d + 1};
  block.map.resize(X.rows(), q);
  for (Index i = 0; i < X.rows(); ++i) {
    const Vector x = X.row(i).transpose();
    lift.topLeftCorner(d, d) = activation.square * x * x.transpose();
    lift.topLeftCorner(d, d).diagonal().array() += activation.constant;
    lift.col(d).head(d) = 0.5 * activation.linear * x;
    lift.row(d).head(d) = lift.col(d).head(d).transpose();
    block.map.row(i) = sign * symmetric_vector(lift).head(q).transpose();
  }
  return block;
}

/// Z from a block's variables.
Matrix matrix_of(const ConicBlock& block, const Vector& x) {
  return symmetric_matrix(block.rows * x);
}

/// Adds the neurons of sign * Z. A point that was stopped early may lie outside the cone.
void decompose(const Matrix& Z, double rounding, double sign,
               std::vector<PolynomialNeuron>& neurons) {
  const double least =
      Eigen::SelfAdjointEigenSolver<Matrix>(Z, Eigen::EigenvaluesOnly).eigenvalues()[0];
  for (PolynomialNeuron& neuron : neural_decomposition(Z, std::max(rounding, -2 * least))) {
    neuron.alpha *= sign;
    neurons.push_back(std::move(neuron));
  }
}

double objective(const TrainingProblem& problem, const QuadraticActivation& activation,
                 const std::vector<PolynomialNeuron>& neurons, double bias) {
  const Vector fit = polynomial_fit(problem.X(), activation, neurons).array() + bias;
  double penalty = 0;
  for (const PolynomialNeuron& neuron : neurons) penalty += std::abs(neuron.alpha);
  return problem.loss().value(fit, problem.y()) + problem.beta() * penalty;
}

/// Leaves out neurons, the smallest first, that do not lower the objective beyond rounding: what an
/// interior point leaves of those that vanish. Returns the objective.
double prune(const TrainingProblem& problem, const QuadraticActivation& activation, double bias,
             std::vector<PolynomialNeuron>& neurons) {
  std::ranges::sort(neurons, [](const PolynomialNeuron& a, const PolynomialNeuron& b) {
    return std::abs(a.alpha) > std::abs(b.alpha);
  });
  double best = objective(problem, activation, neurons, bias);
  for (std::size_t j = neurons.size(); j-- > 0;) {
    std::vector<PolynomialNeuron> fewer = neurons;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(j));
    const double without = objective(problem, activation, fewer, bias);
    if (without > best * (1 + kRounding)) continue;
    best = without;
    neurons = std::move(fewer);
  }
  return best;
}

}  // namespace

Vector polynomial_fit(const Matrix& X, const QuadraticActivation& activation,
                      const std::vector<PolynomialNeuron>& neurons) {
  Vector fit = Vector::Zero(X.rows());
  for (const PolynomialNeuron& neuron : neurons) {
    const Vector t = X * neuron.u;
    for (Index i = 0; i < fit.size(); ++i) fit[i] += neuron.alpha * activation(t[i]);
  }
  return fit;
}

PolynomialSolution solve_polynomial(const TrainingProblem& problem,
                                    const QuadraticActivation& activation,
                                    const SolverSettings& settings) {
  check(problem, activation);
  ConicProgram program{problem.loss(), problem.y()};
  for (const double sign : {1.0, -1.0}) {
    program.blocks.push_back(block_of(problem, activation, sign));
  }
  if (problem.output_bias() == OutputBias::kFree) {
    program.free_columns = Matrix::Ones(problem.samples(), 1);
  }
  const ConicSolution solved = solve_conic(program, settings);

  PolynomialSolution solution;
  solution.info = solved.info;
  solution.program_objective = solved.info.objective;
  solution.bias = solved.free.size() > 0 ? solved.free[0] : 0;
  solution.positive = matrix_of(program.blocks[0], solved.x[0]);
  solution.negative = matrix_of(program.blocks[1], solved.x[1]);
  const double rounding =
      kRankShare * std::max(solution.positive.trace(), solution.negative.trace());
  decompose(solution.positive, rounding, 1, solution.neurons);
  decompose(solution.negative, rounding, -1, solution.neurons);
  const double value = prune(problem, activation, solution.bias, solution.neurons);

  solution.dual = problem.loss().project_to_dual_domain(solved.dual, problem.y());
  solution.certificate = polynomial_dual(problem.X(), activation, solution.dual);
  const double level = solution.certificate.level;
  const double tau = level > problem.beta() ? problem.beta() / level : 1;
  solution.info.objective = value;
  solution.info.lower_bound = problem.loss().dual_value(tau * solution.dual, problem.y()) -
                              std::abs(tau * solution.dual.sum() * solution.bias);
  solution.info.relative_gap = value == 0 ? 0 : (value - solution.info.lower_bound) / value;
  return solution;
}

}  // namespace thalweg
