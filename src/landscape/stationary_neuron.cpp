#include "landscape/stationary_neuron.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

#include "landscape/stationary_ties.hpp"
#include "thalweg/convex/bounded_least_squares.hpp"

namespace thalweg::landscape {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kUp = 1 + 1e-14;  ///< more than a few roundings
constexpr double kRounding = 0x1p-50;
constexpr double kUnity = 1e3;  ///< weight of "the gates are a convex combination", relative

LocalElement element(const LocalNeuron& neuron, Vector gates) {
  Vector residual = neuron.target - neuron.pulls * gates;
  return local_element(neuron, std::move(gates), std::move(residual), neuron.error);
}

}  // namespace

/// The part of the gradient in alpha is the residual along u, since ties vanish at u.
LocalElement local_element(const LocalNeuron& neuron, Vector gates, Vector residual, double error) {
  LocalElement result;
  const double length = residual.stableNorm();
  const double along = std::abs(residual.dot(neuron.u)) + length * kRounding + error;
  result.length = neuron.root * std::hypot(length + error, along * kUp) * kUp;
  result.gates = std::move(gates);
  result.residual = std::move(residual);
  return result;
}

LocalElement shortest_in_zonotope(const LocalNeuron& neuron) {
  if (neuron.ties() == 0) return element(neuron, Vector(0));
  return element(neuron,
                 bounded_least_squares(neuron.pulls, neuron.target, Vector::Ones(neuron.ties())).x);
}

LocalElement shortest_in_hull(const LocalNeuron& neuron, const Matrix& cells) {
  if (neuron.ties() == 0) return element(neuron, Vector(0));
  const Matrix corners = (-(neuron.pulls * cells.transpose())).colwise() + neuron.target;
  Matrix system(corners.rows() + 1, corners.cols());
  const double unity = kUnity * std::max(corners.colwise().norm().maxCoeff(), 1e-300);
  system.topRows(corners.rows()) = corners;
  system.bottomRows(1).setConstant(unity);
  Vector goal = Vector::Zero(system.rows());
  goal[corners.rows()] = unity;
  Vector mass = bounded_least_squares(system, goal, Vector::Constant(cells.rows(), kInfinity)).x;
  const double sum = mass.sum();
  if (!(sum > 0)) return {};
  mass /= sum;
  LocalElement result = element(neuron, (cells.transpose() * mass).cwiseMin(1.0).cwiseMax(0.0));
  result.masses = std::move(mass);
  return result;
}

bool passes_span_test(const LocalNeuron& neuron) {
  std::vector<Index> up;
  std::vector<Index> down;
  for (Index t = 0; t < neuron.ties(); ++t) {
    if (neuron.jumps[t] > neuron.error) up.push_back(t);
    if (neuron.jumps[t] < -neuron.error) down.push_back(t);
  }
  return independent_spans(neuron.normals, up, down);
}

double span_test_slack(const LocalNeuron& neuron) {
  double sum = 0;
  for (const double jump : neuron.jumps) {
    if (std::abs(jump) <= neuron.error) sum += std::abs(jump) + neuron.model_error;
  }
  return neuron.root * sum * kUp;
}

double slope(const LocalNeuron& neuron, const Vector& v) {
  double value = neuron.target.dot(v);
  for (Index t = 0; t < neuron.ties(); ++t) {
    if (neuron.normals.row(t).dot(v) > 0) value -= neuron.pulls.col(t).dot(v);
  }
  return neuron.root * value;
}

LocalDescent steepest_descent(const LocalNeuron& neuron, const Matrix& cells) {
  LocalDescent result{Vector::Zero(neuron.u.size()), 0};
  double longest = 0;
  for (Index cell = 0; cell < cells.rows(); ++cell) {
    const Vector gates = cells.row(cell);
    const Vector pull = neuron.pulls * gates - neuron.target;
    Vector steepest = pull;
    double size = 0;
    if (neuron.ties() > 0) {
      // The projection on the cell is what pull + sum rho sigma x, rho >= 0, leaves at least.
      const Matrix walls =
          neuron.normals.transpose() * (1 - 2 * gates.array()).matrix().asDiagonal();
      const Vector free = Vector::Constant(gates.size(), kInfinity);
      const BoundedLeastSquares solved = bounded_least_squares(walls, pull, free);
      steepest = solved.residual;
      size = walls.colwise().stableNorm().dot(solved.x);
    }
    const double length = steepest.stableNorm();
    // The residual is rounded relative to what it was computed from.
    const double most = length + size * static_cast<double>(neuron.ties() + 4) * kRounding;
    if (most > longest) {
      longest = most;
      result.v = length > 0 ? Vector(steepest / length) : steepest;
    }
  }
  const double along = std::abs(neuron.target.dot(neuron.u)) + neuron.error;
  result.rate = neuron.root * std::hypot((longest + neuron.error) * kUp, along * kUp) * kUp;
  return result;
}

double descent_rate_bound(const LocalNeuron& neuron, const LocalElement& shortest) {
  double kinks = 0;
  for (Index t = 0; t < neuron.ties(); ++t) {
    if (neuron.jumps[t] > 0) {
      kinks += neuron.jumps[t] * std::max(shortest.gates[t], 1 - shortest.gates[t]);
    }
  }
  return shortest.length + neuron.root * kinks * kUp;
}

Vector free_part(const Matrix& normals, Index t) {
  const Vector x = normals.row(t);
  if (normals.rows() == 1) return x;
  Matrix others(normals.cols(), normals.rows() - 1);
  for (Index k = 0, column = 0; k < normals.rows(); ++k) {
    if (k != t) others.col(column++) = normals.row(k).normalized();
  }
  const Eigen::ColPivHouseholderQR<Matrix> qr(others);
  const Matrix span = Matrix(qr.householderQ()).leftCols(qr.rank());
  Vector rest = x - span * (span.transpose() * x);
  rest -= span * (span.transpose() * rest);
  return rest;
}

}  // namespace thalweg::landscape
