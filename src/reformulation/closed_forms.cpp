#include "thalweg/reformulation/closed_forms.hpp"

#include <Eigen/SVD>
#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <string>

#include "thalweg/convex/neuron.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

constexpr std::array kSigns = {Sign::kPlus, Sign::kMinus};

void require_plain_squared_loss(const TrainingProblem& problem) {
  const Loss& loss = problem.loss();
  if (loss.kind() != LossKind::kSquared || loss.sample_weights().size() > 0) {
    throw InvalidArgument("closed form: expected the squared loss without sample weights, got " +
                          loss.name());
  }
  if (problem.output_bias() != OutputBias::kNone || problem.skip() != SkipConnection::kNone) {
    throw InvalidArgument("closed form: expected neither output bias nor skip connection");
  }
}

/// |X X^T - I|_F; throws InvalidArgument when it is too large.
double whitening_defect(const Matrix& X) {
  Matrix gram = X * X.transpose();
  gram.diagonal().array() -= 1;
  const double defect = gram.norm();
  if (!(defect <= kClosedFormDefect)) {
    throw InvalidArgument("X is not whitened: |X X^T - I| is " + std::to_string(defect) +
                          ", expected at most " + std::to_string(kClosedFormDefect));
  }
  return defect;
}

/// min 1/2 (t - x)^2 + b |x| over x, for t >= 0.
double threshold_value(double t, double b) { return t >= b ? b * t - b * b / 2 : t * t / 2; }

/// The part of a vector that has one sign, and what is left of it at the optimum.
struct Half {
  Sign sign;
  Vector direction;  ///< (n), the part's unit vector, >= 0
  double mass = 0;   ///< length in the fit
};

/// A whitened problem solved: value, fit, halves with positive mass.
struct Thresholded {
  double value = 0;
  Vector fit;
  std::vector<Half> halves;
};

Thresholded threshold_halves(const Vector& y, double weight, double beta) {
  Thresholded result;
  result.fit = Vector::Zero(y.size());
  for (const Sign sign : kSigns) {
    const Vector part = (to_double(sign) * y).cwiseMax(0.0);
    const double length = part.norm();
    result.value += weight * threshold_value(length, beta / weight);
    const double mass = length - beta / weight;
    if (!(mass > 0)) continue;
    result.halves.push_back({sign, part / length, mass});
    result.fit += to_double(sign) * mass / length * part;
  }
  return result;
}

/// D at the best scaling of nu when max |nu^T (X u)_+| <= dual_norm.
double scaled_bound(const TrainingProblem& problem, const Vector& nu, double dual_norm) {
  const double limit = dual_norm > problem.beta() ? problem.beta() / dual_norm : 1.0;
  return problem.dual_objective(problem.best_dual_scale(nu, limit) * nu);
}

/// The bound of a residual over atoms in radius * {z >= 0, |z| <= 1}.
double whitened_bound(const TrainingProblem& problem, const Vector& fit, double radius) {
  const Vector nu = problem.dual_point(fit);
  const double length = std::max(nu.cwiseMax(0.0).norm(), nu.cwiseMin(0.0).norm());
  return scaled_bound(problem, nu, radius * length);
}

Thresholded solve_whitened(const TrainingProblem& problem, double beta) {
  return threshold_halves(problem.y(), problem.loss().weight(problem.samples()), beta);
}

void require_positive(Index value, const char* name) {
  if (value >= 1) return;
  throw InvalidArgument(std::string(name) + ": expected at least 1, got " + std::to_string(value));
}

void require_disjoint_targets(const Matrix& Y) {
  for (Index i = 0; i < Y.rows(); ++i) {
    if (Y.row(i).minCoeff() >= 0 && (Y.row(i).array() > 0).count() <= 1) continue;
    throw InvalidArgument(
        "Y: expected at most one target that is not 0, and none negative, got "
        "other targets of sample " +
        std::to_string(i));
  }
}

}  // namespace

ClosedForm whitened_optimum(const TrainingProblem& problem) {
  require_plain_squared_loss(problem);
  ClosedForm result;
  result.defect = whitening_defect(problem.X());
  const Thresholded solved = solve_whitened(problem, problem.beta());
  std::vector<Neuron> neurons;
  for (const Half& half : solved.halves) {
    const Vector direction = problem.X().transpose() * half.direction;
    neurons.push_back({half.mass * direction, half.sign, {}});
  }
  result.value = solved.value;
  result.fit = solved.fit;
  result.network = to_network(neurons, problem.dimension(), {});
  result.objective = problem.objective(result.network);
  result.lower_bound = whitened_bound(problem, solved.fit, std::sqrt(1 + result.defect));
  return result;
}

DeepClosedForm whitened_three_layer_optimum(const TrainingProblem& problem, Index width) {
  require_plain_squared_loss(problem);
  require_positive(width, "width");
  const double defect = whitening_defect(problem.X());
  const Thresholded solved = solve_whitened(problem, problem.beta());
  const auto branches = static_cast<Index>(solved.halves.size());
  const Index d = problem.dimension();
  DeepClosedForm result;
  result.network.layers = {Matrix::Zero(branches, width * d), Matrix::Zero(branches, width),
                           Matrix::Zero(branches, 1)};
  for (Index k = 0; k < branches; ++k) {
    const Half& half = solved.halves[static_cast<std::size_t>(k)];
    const Vector direction = problem.X().transpose() * half.direction;
    const double root = std::sqrt(half.mass);
    result.network.layers[0].row(k).head(d) = direction.normalized().transpose();
    result.network.layers[1](k, 0) = root;
    result.network.layers[2](k, 0) = to_double(half.sign) * root;
  }
  result.value = solved.value;
  result.fit = solved.fit;
  result.lower_bound = whitened_bound(problem, solved.fit, std::sqrt(1 + defect));
  return result;
}

DeepClosedForm whitened_path_optimum(const TrainingProblem& problem,
                                     const std::vector<Index>& fan_ins) {
  require_plain_squared_loss(problem);
  Index paths = 1;
  for (const Index fan_in : fan_ins) {
    require_positive(fan_in, "fan_ins");
    paths *= fan_in;
  }
  const double defect = whitening_defect(problem.X());
  const double gain = std::sqrt(static_cast<double>(paths));
  const Thresholded solved = solve_whitened(problem, problem.beta() / gain);
  const auto branches = static_cast<Index>(solved.halves.size());
  const Index d = problem.dimension();

  DeepClosedForm result;
  result.network.layers.push_back(Matrix::Zero(branches, paths * d));
  Index edges = paths;
  for (const Index fan_in : fan_ins) {
    result.network.layers.push_back(Matrix::Ones(branches, edges));
    edges /= fan_in;
  }
  result.network.layers.push_back(Matrix::Ones(branches, 1));
  for (Index k = 0; k < branches; ++k) {
    const Half& half = solved.halves[static_cast<std::size_t>(k)];
    const Vector leaf =
        half.mass / static_cast<double>(paths) * (problem.X().transpose() * half.direction);
    result.network.layers.front().row(k) = leaf.transpose().replicate(1, paths);
    result.network.layers.back()(k, 0) = to_double(half.sign);
  }
  result.value = solved.value;
  result.fit = solved.fit;
  result.lower_bound = whitened_bound(problem, solved.fit, gain * std::sqrt(1 + defect));
  return result;
}

MultiOutputClosedForm whitened_one_hot_optimum(const MultiOutputProblem& problem) {
  const std::optional<Loss>& loss = problem.loss().scalar();
  if (!loss || loss->kind() != LossKind::kSquared || problem.output_bias() != OutputBias::kNone) {
    throw InvalidArgument("closed form: expected the squared loss and no output bias");
  }
  require_disjoint_targets(problem.Y());
  MultiOutputClosedForm result;
  result.defect = whitening_defect(problem.X());
  const double weight = problem.loss().weight(problem.samples());
  const Index outputs = problem.outputs();
  result.fit = Matrix::Zero(problem.samples(), outputs);
  TwoLayerNetwork& network = result.network;
  network = TwoLayerNetwork::empty(problem.dimension(), outputs);
  for (Index k = 0; k < outputs; ++k) {
    const Thresholded solved = threshold_halves(problem.Y().col(k), weight, problem.beta());
    result.value += solved.value;
    result.fit.col(k) = solved.fit;
    if (solved.halves.empty()) continue;
    const Half& half = solved.halves.front();
    const double root = std::sqrt(half.mass);
    const Index m = network.width();
    network.W.conservativeResize(m + 1, Eigen::NoChange);
    network.alpha.conservativeResize(m + 1, Eigen::NoChange);
    network.W.row(m) = root * (problem.X().transpose() * half.direction).transpose();
    network.alpha.row(m) = root * Vector::Unit(outputs, k).transpose();
  }
  result.objective = problem.objective(network);
  const Matrix dual = problem.dual_point(result.fit);
  // Disjoint columns: the largest singular value is the longest column.
  const double norm = std::sqrt(1 + result.defect) * dual.colwise().norm().maxCoeff();
  const double limit = norm > problem.beta() ? problem.beta() / norm : 1.0;
  result.lower_bound = problem.dual_objective(problem.best_dual_scale(dual, limit) * dual);
  return result;
}

ClosedForm rank_one_optimum(const TrainingProblem& problem) {
  require_plain_squared_loss(problem);
  const Eigen::BDCSVD<Matrix> svd(problem.X(), Eigen::ComputeThinU | Eigen::ComputeThinV);
  const Vector& sigma = svd.singularValues();
  const double second = sigma.size() > 1 ? sigma[1] : 0.0;
  if (!(sigma[0] > 0 && second <= kClosedFormDefect * sigma[0])) {
    throw InvalidArgument("X is not of rank one: its largest singular values are " +
                          std::to_string(sigma[0]) + " and " + std::to_string(second));
  }
  const double weight = problem.loss().weight(problem.samples());
  const double b = problem.beta() / weight;
  const Vector along = svd.matrixV().col(0);
  ClosedForm result;
  result.defect = second / sigma[0];
  result.value = weight / 2 * problem.y().squaredNorm();
  result.fit = Vector::Zero(problem.samples());
  std::vector<Neuron> neurons;
  std::vector<Vector> features;
  for (const Sign side : kSigns) {
    const Vector feature = (to_double(side) * sigma[0] * svd.matrixU().col(0)).cwiseMax(0.0);
    features.push_back(feature);
    const double pull = feature.dot(problem.y());
    const double excess = std::abs(pull) - b;
    if (!(excess > 0)) continue;
    const double mass = excess / feature.squaredNorm();
    result.value -= weight * excess * mass / 2;
    result.fit += std::copysign(mass, pull) * feature;
    neurons.push_back({to_double(side) * mass * along, sign_of(pull), {}});
  }
  result.network = to_network(neurons, problem.dimension(), {});
  result.objective = problem.objective(result.network);
  const Vector nu = problem.dual_point(result.fit);
  const double on_line = std::max(std::abs(features[0].dot(nu)), std::abs(features[1].dot(nu)));
  result.lower_bound = scaled_bound(problem, nu, on_line + second * nu.norm());
  return result;
}

}  // namespace thalweg
