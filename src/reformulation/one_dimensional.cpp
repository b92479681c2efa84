#include "thalweg/reformulation/one_dimensional.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <unordered_set>

#include "thalweg/convex/block_solver.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

double positive_part(double t) { return t > 0 ? t : 0.0; }

/// phi_{depth + 1} at a point.
double partial_value(const NarrowFeature& feature, std::size_t depth, double x) {
  double value = x;
  for (std::size_t l = 0; l < depth; ++l) {
    value = positive_part(feature.signs[l] * (value - feature.thresholds[l]));
  }
  return value;
}

/// Entries of the columns that are stored: 1 GiB.
constexpr double kMostEntries = 1 << 27;

void require_data(const Vector& x, Index layers) {
  if (layers < 2) {
    throw InvalidArgument("layers: expected at least 2, got " + std::to_string(layers));
  }
  if (x.size() == 0 || !x.allFinite()) throw InvalidArgument("x: expected finite samples");
}

std::vector<double> distinct_samples(const Vector& x) {
  std::vector<double> sorted(x.begin(), x.end());
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  return sorted;
}

/// Takes features and keeps those whose columns are new.
class Collector {
 public:
  explicit Collector(const Vector& x) : x_(x) {}

  void add(NarrowFeature feature) {
    ++result_.generated;
    const Vector column = feature.column(x_);
    const auto* bytes = reinterpret_cast<const char*>(column.data());
    const auto size = static_cast<std::size_t>(column.size()) * sizeof(double);
    if (!seen_.emplace(bytes, size).second) return;
    ++result_.distinct;
    if (column.isZero(0)) return;
    result_.features.push_back(std::move(feature));
  }

  FeatureColumns take() {
    result_.columns.resize(x_.size(), static_cast<Index>(result_.features.size()));
    for (std::size_t k = 0; k < result_.features.size(); ++k) {
      result_.columns.col(static_cast<Index>(k)) = result_.features[k].column(x_);
    }
    return std::move(result_);
  }

 private:
  const Vector& x_;
  FeatureColumns result_;
  std::unordered_set<std::string> seen_;
};

/// (x - t)_+ or (t - x)_+.
NarrowFeature ramp(double sign, double t) { return {{sign}, {t}}; }

void check(const TrainingProblem& problem) {
  if (problem.dimension() != 1) {
    throw InvalidArgument("one-dimensional data: expected X with one column, got " +
                          std::to_string(problem.dimension()));
  }
  if (problem.output_bias() != OutputBias::kFree) {
    throw InvalidArgument("one-dimensional data: expected a free output bias");
  }
  if (problem.skip() != SkipConnection::kNone) {
    throw InvalidArgument("one-dimensional data: expected no skip connection");
  }
}

/// Refuses samples whose features are too many to be stored.
void require_room(const Vector& x, Index layers) {
  const std::size_t distinct = distinct_samples(x).size();
  const auto m = static_cast<double>(distinct);
  const double features = layers == 2 ? 2 * m : m * m / 2;
  if (static_cast<double>(x.size()) * features <= kMostEntries) return;
  throw InvalidArgument(
      "one-dimensional data: " + std::to_string(x.size()) + " samples, " +
      std::to_string(distinct) + " of them distinct, have too many features for " +
      (layers == 2 ? "2 layers (some 8000 samples are the limit); expected fewer samples"
                   : "3 and more layers (some 600 samples are the limit); expected fewer samples, "
                     "or 2 layers"));
}

/// The slope of an essential feature between two neighbouring samples: -1, 0 or 1.
double slope_of(const NarrowFeature& feature, double left, double right) {
  const double t = feature.thresholds[0];
  if (feature.signs.size() == 1) return feature.signs[0] > 0 ? (left >= t) : -(right <= t);
  return left >= t && right - t <= feature.thresholds[1] ? -1 : 0;
}

/// The slopes of the solver's function between neighbours of the samples, (m - 1): sums of masses,
/// as differences of values would lose digits where samples are close.
Vector slopes_of(const FeatureColumns& family, const BlockSolution& solved, const Vector& samples) {
  Vector slopes = Vector::Zero(samples.size() - 1);
  for (std::size_t k = 0; k < solved.active.size(); ++k) {
    const NarrowFeature& feature = family.features[static_cast<std::size_t>(solved.active[k])];
    const double mass = solved.W(0, static_cast<Index>(k));
    for (Index i = 0; i < slopes.size(); ++i) {
      slopes[i] += mass * slope_of(feature, samples[i], samples[i + 1]);
    }
  }
  return slopes;
}

double objective(const TrainingProblem& problem, const NarrowNetwork& network) {
  return problem.loss().value(network.predict(problem.X().col(0)), problem.y()) +
         problem.beta() * network.penalty();
}

/// The cheapest network of the solver's function.
NarrowNetwork least_network(const TrainingProblem& problem, const FeatureColumns& family,
                            const BlockSolution& solved, Index layers) {
  const std::vector<double> distinct = distinct_samples(problem.X().col(0));
  const Vector samples =
      Eigen::Map<const Vector>(distinct.data(), static_cast<Index>(distinct.size()));
  if (family.features.empty()) return narrow_network({}, Vector(), solved.bias, layers);
  const auto [features, z] =
      least_cost_features(samples, slopes_of(family, solved, samples), layers);
  NarrowNetwork network = narrow_network(features, z, solved.bias, layers);
  // Other features of the same slopes: the functions differ by a constant.
  const Vector fit = family.columns(Eigen::all, solved.active) * solved.W.row(0).transpose();
  const Vector rest = fit.array() + solved.bias - network.predict(problem.X().col(0)).array();
  network.offset += rest.mean();
  return network;
}

}  // namespace

double NarrowFeature::value(double x) const { return partial_value(*this, signs.size(), x); }

Vector NarrowFeature::column(const Vector& x) const {
  return x.unaryExpr([this](double t) { return value(t); });
}

Vector NarrowNetwork::predict(const Vector& x) const {
  Vector outputs = Vector::Constant(x.size(), offset);
  const Index last = weights.cols() - 1;
  for (Index k = 0; k < weights.rows(); ++k) {
    Vector hidden = x;
    for (Index l = 0; l < last; ++l) {
      hidden = (weights(k, l) * hidden.array() + biases(k, l)).cwiseMax(0.0).matrix();
    }
    outputs += weights(k, last) * hidden;
  }
  return outputs;
}

double NarrowNetwork::penalty() const {
  const auto layers = static_cast<double>(weights.cols());
  return weights.size() == 0 ? 0.0 : weights.array().abs().pow(layers).sum() / layers;
}

NarrowFeature capped_ramp(double t, double r, Index layers) {
  NarrowFeature feature{{1, -1}, {t, r - t}};
  // Units beyond the second repeat their input.
  feature.signs.resize(static_cast<std::size_t>(layers - 1), 1);
  feature.thresholds.resize(static_cast<std::size_t>(layers - 1), 0);
  return feature;
}

NarrowNetwork narrow_network(const std::vector<NarrowFeature>& features, const Vector& z,
                             double offset, Index layers) {
  const Index count = (z.array() != 0).count();
  NarrowNetwork network{Matrix(count, layers), Matrix(count, layers - 1), offset};
  Index k = 0;
  for (std::size_t j = 0; j < features.size(); ++j) {
    const double mass = z[static_cast<Index>(j)];
    if (mass == 0) continue;
    const double root = std::pow(std::abs(mass), 1 / static_cast<double>(layers));
    double power = 1;
    for (Index l = 0; l + 1 < layers; ++l) {
      power *= root;
      const double sign = features[j].signs[static_cast<std::size_t>(l)];
      network.weights(k, l) = sign * root;
      network.biases(k, l) = -sign * power * features[j].thresholds[static_cast<std::size_t>(l)];
    }
    network.weights(k, layers - 1) = std::copysign(root, mass);
    ++k;
  }
  return network;
}

FeatureColumns recursive_features(const Vector& x, Index layers) {
  require_data(x, layers);
  if (layers > 4) {
    throw InvalidArgument("layers: expected 2, 3 or 4, got " + std::to_string(layers));
  }
  const auto depth = static_cast<std::size_t>(layers - 1);
  const Index mirrors = layers == 4 ? 2 : 1;
  Index tuples = mirrors;
  for (std::size_t l = 0; l < depth; ++l) tuples *= 2 * x.size();
  Collector collector(x);
  for (Index tuple = 0; tuple < tuples; ++tuple) {
    const bool mirrored = tuple % mirrors == 1;
    Index rest = tuple / mirrors;
    NarrowFeature feature{std::vector<double>(depth), std::vector<double>(depth)};
    std::vector<double> points(depth);  // a_l
    for (std::size_t l = 0; l < depth; ++l) {
      feature.signs[l] = rest % 2 == 0 ? 1 : -1;
      points[l] = x[rest / 2 % x.size()];
      rest /= 2 * x.size();
    }
    if (mirrored) points[0] = 2 * points[1] - points[0];
    for (std::size_t l = 0; l < depth; ++l) {
      feature.thresholds[l] = partial_value(feature, l, points[l]);
    }
    collector.add(std::move(feature));
  }
  return collector.take();
}

FeatureColumns essential_features(const Vector& x, Index layers) {
  require_data(x, layers);
  const std::vector<double> samples = distinct_samples(x);
  Collector collector(x);
  for (std::size_t i = 0; i + 1 < samples.size(); ++i) {
    if (layers == 2) {
      collector.add(ramp(1, samples[i]));
      if (i > 0) collector.add(ramp(-1, samples[i]));
      continue;
    }
    for (std::size_t j = i + 1; j < samples.size(); ++j) {
      collector.add(capped_ramp(samples[i], samples[j], layers));
    }
  }
  return collector.take();
}

OneDimensionalSolution solve_one_dimensional(const TrainingProblem& problem, Index layers,
                                             const SolverSettings& settings) {
  check(problem);
  const Vector x = problem.X().col(0);
  require_data(x, layers);
  require_room(x, layers);
  const FeatureColumns family = essential_features(x, layers);
  std::vector<Matrix> maps;
  for (Index k = 0; k < family.columns.cols(); ++k) maps.emplace_back(family.columns.col(k));
  // Equal samples leave the offset alone; a column of zeros stands for the missing features.
  if (maps.empty()) maps.emplace_back(Matrix::Zero(x.size(), 1));
  const DenseMaps dense(std::move(maps));
  const BlockProgram program(problem, dense);
  const BlockSolution solved = solve_blocks(program, BlockMethod::kAutomatic, settings);

  OneDimensionalSolution result;
  result.info = solved.info;
  result.network = least_network(problem, family, solved, layers);
  result.objective = objective(problem, result.network);
  const NarrowNetwork none = narrow_network({}, Vector(), problem.bias_of_zero_network(), layers);
  const double without = objective(problem, none);
  if (!(result.objective <= without)) {
    result.network = none;
    result.objective = without;
  }
  result.dual = solved.dual;
  result.dual_norm = solved.dual_norm;
  return result;
}

}  // namespace thalweg
