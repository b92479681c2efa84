#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <vector>

#include "thalweg/core/error.hpp"
#include "thalweg/core/random.hpp"
#include "thalweg/reformulation/threshold_network.hpp"

namespace thalweg {
namespace {

constexpr int kDirections = 32;        ///< tried to separate the samples
constexpr double kSeparation = 1e-12;  ///< of neighbours along one, relative to the largest place

/// Samples in order along a direction.
struct Line {
  Vector direction;
  std::vector<Index> order;  ///< samples, ascending in place
  Vector places;             ///< (n), ascending
  double separation = -1;    ///< least distance of neighbours over the largest place
};

Line line_along(const Matrix& X, const Vector& direction) {
  const Vector products = X * direction;
  Line line{direction, std::vector<Index>(static_cast<std::size_t>(X.rows())), products};
  std::iota(line.order.begin(), line.order.end(), Index{0});
  std::sort(line.order.begin(), line.order.end(),
            [&](Index a, Index b) { return products[a] < products[b]; });
  for (Index k = 0; k < X.rows(); ++k)
    line.places[k] = products[line.order[static_cast<std::size_t>(k)]];
  const Index n = X.rows();
  const double least = n > 1 ? (line.places.tail(n - 1) - line.places.head(n - 1)).minCoeff() : 1.0;
  const double largest = line.places.cwiseAbs().maxCoeff();
  line.separation = n == 1 ? 1.0 : largest > 0 ? least / largest : 0.0;
  return line;
}

Line separating_line(const Matrix& X) {
  Random random(1);
  Line best;
  for (int trial = 0; trial < kDirections; ++trial) {
    Line line = line_along(X, random.direction(X.cols()));
    if (line.separation > best.separation) best = std::move(line);
  }
  if (!(best.separation > kSeparation)) {
    throw InvalidArgument("X: expected distinct samples that some direction separates");
  }
  return best;
}

/// Units 1{v^T x >= t_k}, the first always 1, and second-layer units for 0-1 columns (n x m).
ThresholdNetwork network_of(const Line& line, const Matrix& columns, const Vector& alpha) {
  const Index n = columns.rows();
  const Index units = columns.cols();
  ThresholdNetwork network{{line.direction.transpose().replicate(n, 1), Matrix(units, n)},
                           {Vector(n), Vector::Constant(units, 0.5)},
                           alpha};
  network.thresholds[0][0] = line.places[0] - (1 + std::abs(line.places[0]));
  for (Index k = 1; k < n; ++k) {
    network.thresholds[0][k] = std::midpoint(line.places[k - 1], line.places[k]);
  }
  for (Index j = 0; j < units; ++j) {
    double before = 0;
    for (Index k = 0; k < n; ++k) {
      const double value = columns(line.order[static_cast<std::size_t>(k)], j);
      network.weights[1](j, k) = value - before;
      before = value;
    }
  }
  return network;
}

/// The level sets of f >= 0: columns 1{f >= v} for its distinct values v > 0, with their heights.
void append_levels(const Vector& f, double sign, Matrix& columns, Vector& alpha) {
  std::vector<double> values;
  for (const double v : f) {
    if (v > 0) values.push_back(v);
  }
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  double before = 0;
  for (const double v : values) {
    const Index m = alpha.size();
    columns.conservativeResize(f.size(), m + 1);
    alpha.conservativeResize(m + 1);
    columns.col(m) = (f.array() >= v).cast<double>().matrix();
    alpha[m] = sign * (v - before);
    before = v;
  }
}

}  // namespace

double clip_level(const Vector& y, double budget) {
  std::vector<double> sorted(y.begin(), y.end());
  std::sort(sorted.begin(), sorted.end(), std::greater<>());
  double sum = 0;
  for (std::size_t k = 0; k < sorted.size(); ++k) {
    sum += sorted[k];
    const double level = (sum - budget) / static_cast<double>(k + 1);
    // Above the next entry, the k + 1 largest alone exceed the level.
    if (k + 1 == sorted.size() || level >= sorted[k + 1]) return std::max(0.0, level);
  }
  return 0;
}

DeepThresholdOptimum deep_threshold_optimum(const TrainingProblem& problem) {
  const Loss& loss = problem.loss();
  if (loss.kind() != LossKind::kSquared || loss.sample_weights().size() > 0 ||
      problem.output_bias() != OutputBias::kNone || problem.skip() != SkipConnection::kNone) {
    throw InvalidArgument(
        "deep threshold networks: expected the squared loss without sample weights, output bias "
        "and skip connection");
  }
  const Line line = separating_line(problem.X());
  const double weight = loss.weight(problem.samples());
  DeepThresholdOptimum result;
  result.fit = Vector::Zero(problem.samples());
  Matrix columns(problem.samples(), 0);
  Vector alpha;
  for (const double sign : {1.0, -1.0}) {
    const Vector part = (sign * problem.y()).cwiseMax(0.0);
    const Vector clipped = part.cwiseMin(clip_level(part, problem.beta() / weight));
    append_levels(clipped, sign, columns, alpha);
    result.fit += sign * clipped;
    result.value += problem.beta() * clipped.maxCoeff();
  }
  result.value += loss.value(result.fit, problem.y());
  result.network = network_of(line, columns, alpha);
  result.objective = threshold_objective(problem, result.network);
  const Vector nu = problem.dual_point(result.fit);
  const double norm = std::max(nu.cwiseMax(0.0).sum(), -nu.cwiseMin(0.0).sum());
  const double limit = norm > problem.beta() ? problem.beta() / norm : 1.0;
  result.lower_bound = problem.dual_objective(problem.best_dual_scale(nu, limit) * nu);
  return result;
}

}  // namespace thalweg
