#include "commands/special_networks.hpp"

#include <algorithm>
#include <utility>

#include "commands/exit_code.hpp"
#include "thalweg/io/npy.hpp"
#include "thalweg/reformulation/circular_linear.hpp"
#include "thalweg/reformulation/one_dimensional.hpp"
#include "thalweg/reformulation/polynomial_network.hpp"
#include "thalweg/reformulation/threshold_network.hpp"

namespace thalweg::commands {
namespace {

io::NpzEntry entry(const std::string& name, const Matrix& values) {
  return {name, io::encode_npy(values)};
}
io::NpzEntry entry(const std::string& name, const Vector& values) {
  return {name, io::encode_npy(values)};
}

/// Appends output_bias where the problem has one.
void add_bias(SpecialNetwork& network, const TrainingProblem& problem, double bias) {
  if (problem.output_bias() == OutputBias::kNone) return;
  network.arrays.push_back(entry("output_bias", Vector(Vector::Constant(1, bias))));
}

SpecialNetwork circular_linear(const TrainingProblem& problem, const SolverSettings& settings) {
  const CircularLinearSolution solution = solve_circular_linear(problem, settings);
  SpecialNetwork network;
  network.words = "sum_j X U_j w_j, U_j the circulant of u_j, beta/2 sum_j (|u_j|^2 + |w_j|^2)";
  network.status = solution.info.status;
  network.objective = solution.objective;
  network.lower_bound = solution.info.lower_bound;
  network.width = solution.z.isZero(0) ? 0 : 1;
  network.dual = solution.dual;
  network.dual_norm = solution.dual_norm;
  network.arrays = {entry("u", Matrix(solution.neuron.u.transpose())),
                    entry("w", Matrix(solution.neuron.w.transpose()))};
  add_bias(network, problem, solution.bias);
  network.predict = [z = solution.z, bias = solution.bias](const Matrix& X) -> Vector {
    return (X * z).array() + bias;
  };
  return network;
}

SpecialNetwork polynomial(const TrainingProblem& problem,
                          const ArchitectureDescription& description,
                          const SolverSettings& settings) {
  const std::vector<double>& c = description.coefficients;
  const QuadraticActivation activation{c[0], c[1], c[2]};
  PolynomialSolution solution = solve_polynomial(problem, activation, settings);
  SpecialNetwork network;
  network.words = "sum_j alpha_j sigma(X u_j), |u_j| = 1, beta sum_j |alpha_j|";
  network.status = solution.info.status;
  network.objective = solution.info.objective;
  network.lower_bound = solution.info.lower_bound;
  network.width = static_cast<Index>(solution.neurons.size());
  network.dual = solution.dual;
  network.dual_norm = solution.certificate.level;
  Matrix U(network.width, problem.dimension());
  Vector alpha(network.width);
  for (Index j = 0; j < network.width; ++j) {
    const PolynomialNeuron& neuron = solution.neurons[static_cast<std::size_t>(j)];
    U.row(j) = neuron.u.transpose();
    alpha[j] = neuron.alpha;
  }
  network.arrays = {entry("U", U), entry("alpha", alpha)};
  add_bias(network, problem, solution.bias);
  network.predict = [activation, neurons = std::move(solution.neurons),
                     bias = solution.bias](const Matrix& X) -> Vector {
    return polynomial_fit(X, activation, neurons).array() + bias;
  };
  return network;
}

SpecialNetwork one_dimensional(const TrainingProblem& problem,
                               const ArchitectureDescription& description,
                               const SolverSettings& settings) {
  const OneDimensionalSolution solution =
      solve_one_dimensional(problem, description.layers, settings);
  SpecialNetwork network;
  network.words = "sums of branches of one neuron a layer, beta/L sum |w|^L, biases free, L = " +
                  std::to_string(description.layers);
  network.status = solution.info.status;
  network.objective = solution.objective;
  network.lower_bound = solution.info.lower_bound;
  network.width = solution.network.weights.rows();
  network.dual = solution.dual;
  network.dual_norm = solution.dual_norm;
  network.arrays = {entry("weights", solution.network.weights),
                    entry("biases", solution.network.biases)};
  add_bias(network, problem, solution.network.offset);
  network.predict = [narrow = solution.network](const Matrix& X) -> Vector {
    return narrow.predict(X.col(0));
  };
  return network;
}

void add_threshold_network(SpecialNetwork& network, const TrainingProblem& problem,
                           const ThresholdNetwork& threshold) {
  for (std::size_t l = 0; l < threshold.weights.size(); ++l) {
    const std::string number = std::to_string(l + 1);
    network.arrays.push_back(entry("W" + number, threshold.weights[l]));
    network.arrays.push_back(entry("t" + number, threshold.thresholds[l]));
  }
  network.arrays.push_back(entry("alpha", threshold.alpha));
  add_bias(network, problem, threshold.output_bias);
  network.width = threshold.alpha.size();
  network.predict = [threshold](const Matrix& X) { return threshold.predict(X); };
}

SpecialNetwork shallow_threshold(const TrainingProblem& problem, const SolverSettings& settings) {
  ThresholdSettings request;
  request.solver = settings;
  request.enumeration.control = settings.control;
  const ThresholdSolution solution = solve_threshold(problem, request);
  SpecialNetwork network;
  network.words =
      "sum_j alpha_j 1{X w_j >= 0}, w_j zero or generic (no sample x != 0 has x^T w_j = 0), "
      "beta sum_j |alpha_j|";
  network.status = solution.info.status;
  network.objective = solution.objective;
  network.lower_bound = solution.info.lower_bound;
  network.dual = solution.dual;
  network.dual_norm = solution.dual_norm;
  if (!solution.network) {
    throw Failure(ExitCode::kUsage,
                  "a cell of the optimal threshold network has no point of doubles inside");
  }
  add_threshold_network(network, problem, *solution.network);
  return network;
}

SpecialNetwork deep_threshold(const TrainingProblem& problem) {
  const DeepThresholdOptimum optimum = deep_threshold_optimum(problem);
  SpecialNetwork network;
  network.words = "sum_j alpha_j h_j of two hidden layers of threshold units, beta sum_j |alpha_j|";
  network.status = SolverStatus::kSolved;
  network.objective = optimum.objective;
  network.lower_bound = optimum.lower_bound;
  network.dual = problem.dual_point(optimum.fit);
  network.dual_norm = std::max(network.dual.cwiseMax(0).sum(), (-network.dual).cwiseMax(0).sum());
  add_threshold_network(network, problem, optimum.network);
  return network;
}

}  // namespace

SpecialNetwork train_special(const TrainingProblem& problem,
                             const ArchitectureDescription& description,
                             const SolverSettings& settings) {
  switch (description.kind) {
    case ArchitectureKind::kCircularLinear:
      return circular_linear(problem, settings);
    case ArchitectureKind::kPolynomial:
      return polynomial(problem, description, settings);
    case ArchitectureKind::kOneDimensional:
      return one_dimensional(problem, description, settings);
    case ArchitectureKind::kThreshold:
      return description.layers == 2 ? shallow_threshold(problem, settings)
                                     : deep_threshold(problem);
    default:
      break;
  }
  throw InvalidArgument("architecture: expected one with a solver of its own, got " +
                        std::string(to_string(description.kind)));
}

}  // namespace thalweg::commands
