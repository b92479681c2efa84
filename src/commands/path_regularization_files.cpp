#include "commands/path_regularization_files.hpp"

#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "commands/exit_code.hpp"
#include "thalweg/io/file.hpp"
#include "thalweg/io/npy.hpp"
#include "thalweg/io/npz.hpp"

namespace thalweg::commands {
namespace {

using io::NpzEntry;

/// One number of every item as a one-dimensional array.
template <class T, class Items, class Value>
NpzEntry column(std::string name, const Items& items, Value value) {
  std::vector<T> values;
  for (const auto& item : items) values.push_back(static_cast<T>(value(item)));
  const std::vector<Index> shape = {static_cast<Index>(values.size())};
  return {std::move(name), io::encode_npy<T>(shape, values)};
}

template <class Value>
NpzEntry numbers(std::string name, const std::vector<PathPoint>& points, Value value) {
  return column<double>(std::move(name), points, value);
}

void add_curves(std::vector<NpzEntry>& entries, const RegularizationPath& path) {
  const std::vector<PathPoint>& points = path.points;
  entries.push_back(numbers("betas", points, [](const PathPoint& p) { return p.beta; }));
  entries.push_back(numbers("objectives", points, [](const PathPoint& p) { return p.objective; }));
  entries.push_back(
      numbers("lower_bounds", points, [](const PathPoint& p) { return p.lower_bound; }));
  entries.push_back(
      numbers("relative_gaps", points, [](const PathPoint& p) { return p.relative_gap; }));
  entries.push_back(numbers("losses", points, [](const PathPoint& p) { return p.loss; }));
  entries.push_back(numbers("masses", points, [](const PathPoint& p) { return p.mass; }));
  entries.push_back(numbers("dual_norms", points, [](const PathPoint& p) { return p.dual_norm; }));
  entries.push_back(
      numbers("output_bias", points, [](const PathPoint& p) { return p.network.output_bias[0]; }));
  entries.push_back(column<std::int64_t>("neurons", points,
                                         [](const PathPoint& p) { return p.network.width(); }));
  entries.push_back(
      column<std::int8_t>("at_event", points, [](const PathPoint& p) { return p.event ? 1 : 0; }));
}

void add_events(std::vector<NpzEntry>& entries, const std::vector<PathEvent>& events) {
  entries.push_back(
      column<double>("event_beta", events, [](const PathEvent& e) { return e.beta; }));
  entries.push_back(column<std::int8_t>(
      "event_kind", events, [](const PathEvent& e) { return static_cast<int>(e.kind); }));
  entries.push_back(
      column<std::int64_t>("event_neuron", events, [](const PathEvent& e) { return e.neuron; }));
  entries.push_back(
      column<std::int64_t>("event_row", events, [](const PathEvent& e) { return e.row; }));
}

/// Per point: dual, fit and its slope (k x n), skip connection (k x d). Per neuron of every point:
/// point, id, W, alpha, mass and its slope.
void add_networks(std::vector<NpzEntry>& entries, const TrainingProblem& problem,
                  const std::vector<PathPoint>& points) {
  const auto k = static_cast<Index>(points.size());
  const double unknown = std::numeric_limits<double>::quiet_NaN();
  Index total = 0;
  for (const PathPoint& point : points) total += point.network.width();
  Matrix duals(k, problem.samples());
  Matrix fits(k, problem.samples());
  Matrix fit_slopes = Matrix::Constant(k, problem.samples(), unknown);
  Matrix weights(total, problem.dimension());
  Vector alphas(total);
  Vector masses(total);
  Vector mass_slopes = Vector::Constant(total, unknown);
  std::vector<std::int64_t> at;
  std::vector<std::int64_t> ids;
  Index row = 0;
  for (Index p = 0; p < k; ++p) {
    const PathPoint& point = points[static_cast<std::size_t>(p)];
    const TwoLayerNetwork& network = point.network;
    const Index m = network.width();
    duals.row(p) = point.dual.transpose();
    fits.row(p) = problem.fit(network).transpose();
    // At an event the two sides differ, so there is no derivative.
    if (!point.event) {
      const PathSensitivity slope = path_sensitivity(problem.with_beta(point.beta), network);
      if (slope.regular) {
        fit_slopes.row(p) = slope.fit.transpose();
        mass_slopes.segment(row, m) = slope.masses;
      }
    }
    weights.middleRows(row, m) = network.W;
    alphas.segment(row, m) = network.alpha.col(0);
    for (Index j = 0; j < m; ++j) {
      masses[row + j] = network.W.row(j).norm() * std::abs(network.alpha(j, 0));
      at.push_back(p);
      ids.push_back(point.neurons[static_cast<std::size_t>(j)]);
    }
    row += m;
  }
  const std::vector<Index> shape = {total};
  entries.push_back({"dual", io::encode_npy(duals)});
  entries.push_back({"fit", io::encode_npy(fits)});
  entries.push_back({"fit_slope", io::encode_npy(fit_slopes)});
  entries.push_back({"point", io::encode_npy<std::int64_t>(shape, at)});
  entries.push_back({"id", io::encode_npy<std::int64_t>(shape, ids)});
  entries.push_back({"W", io::encode_npy(weights)});
  entries.push_back({"alpha", io::encode_npy(alphas)});
  entries.push_back({"mass", io::encode_npy(masses)});
  entries.push_back({"mass_slope", io::encode_npy(mass_slopes)});
  if (problem.skip() == SkipConnection::kFree) {
    Matrix skips(k, problem.dimension());
    for (Index p = 0; p < k; ++p) {
      skips.row(p) =
          problem.affine_part(points[static_cast<std::size_t>(p)].network).skip.transpose();
    }
    entries.push_back({"skip", io::encode_npy(skips)});
  }
}

}  // namespace

void write_path_npz(const std::string& path, const TrainingProblem& problem,
                    const PathAnswer& answer) {
  std::vector<NpzEntry> entries;
  add_curves(entries, answer.path);
  add_networks(entries, problem, answer.path.points);
  add_events(entries, answer.path.events);
  if (!answer.scan.empty()) {
    entries.push_back(column<double>("network_objectives", answer.scan,
                                     [](const NetworkGap& g) { return g.objective; }));
    entries.push_back(column<double>("network_lower_bounds", answer.scan,
                                     [](const NetworkGap& g) { return g.lower_bound; }));
    entries.push_back(column<double>("network_gaps", answer.scan,
                                     [](const NetworkGap& g) { return g.relative_gap; }));
  }
  require(io::write_npz(path, entries));
}

void write_path_csv(const std::string& path, const PathAnswer& answer) {
  const bool scan = !answer.scan.empty();
  std::string text = "beta,objective,lower_bound,relative_gap,loss,mass,neurons,at_event";
  text += scan ? ",network_objective,network_lower_bound,network_gap\n" : "\n";
  for (std::size_t k = 0; k < answer.path.points.size(); ++k) {
    const PathPoint& point = answer.path.points[k];
    for (const double value : {point.beta, point.objective, point.lower_bound, point.relative_gap,
                               point.loss, point.mass}) {
      text += exact_digits(value) + ',';
    }
    text += std::to_string(point.network.width()) + (point.event ? ",1" : ",0");
    if (scan) {
      const NetworkGap& gap = answer.scan[k];
      for (const double value : {gap.objective, gap.lower_bound, gap.relative_gap}) {
        text += ',' + exact_digits(value);
      }
    }
    text += '\n';
  }
  require(io::write_file(path, text));
}

}  // namespace thalweg::commands
