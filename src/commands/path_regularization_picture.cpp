#include "commands/path_regularization_picture.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>
#include <vector>

#include "thalweg/report/svg_panel.hpp"

namespace thalweg::commands {

using namespace report;

namespace {

constexpr double kWidth = 860;
constexpr double kLeft = 76;
constexpr double kRight = 20;
constexpr double kTop = 40;
constexpr double kPanel = 190;
constexpr double kBetween = 46;
constexpr double kBottom = 46;

using Curve = std::vector<std::pair<double, double>>;  ///< (beta, value) by falling beta

double panel_top(int index) { return kTop + index * (kPanel + kBetween); }

/// Beta on a logarithmic axis, falling to the right.
SvgPanel make_panel(int index, double beta_high, double beta_low, const SvgPanel::Range& values) {
  return {{kLeft, panel_top(index), kWidth - kLeft - kRight, kPanel},
          {beta_high, beta_low, Ticks::kLog},
          values};
}

template <class Value>
Curve curve_of(const std::vector<PathPoint>& points, Value value) {
  Curve curve;
  for (const PathPoint& point : points) curve.emplace_back(point.beta, value(point));
  return curve;
}

std::string draw_objective(const PathAnswer& answer, double high, double low) {
  const std::vector<PathPoint>& points = answer.path.points;
  double largest = points.front().objective;
  double least = points.back().objective;
  Curve network;
  for (const NetworkGap& gap : answer.scan) {
    network.emplace_back(gap.beta, gap.objective);
    largest = std::max(largest, gap.objective);
  }
  if (!(least > 0)) least = largest > 0 ? 1e-6 * largest : 1e-6;
  if (!(largest > least)) largest = 10 * least;
  const SvgPanel panel = make_panel(0, high, low, {0.9 * least, 1.1 * largest, Ticks::kLog});
  std::string svg = panel.frame(
      answer.scan.empty()
          ? "objective of the optimum (log scale), lower bound dashed, events below"
          : "objective (log scale): optimum, its lower bound dashed, the given network above");
  svg += panel.line("optimum", curve_of(points, [](const PathPoint& p) { return p.objective; }));
  svg += panel.line("bound", curve_of(points, [](const PathPoint& p) { return p.lower_bound; }));
  svg += panel.line("network", network);
  for (const PathEvent& event : answer.path.events) svg += panel.event(event.beta);
  return svg;
}

std::string draw_neurons(const PathAnswer& answer, double high, double low) {
  const Curve counts = curve_of(answer.path.points, [](const PathPoint& point) {
    return static_cast<double>(point.network.width());
  });
  double most = 1;
  for (const auto& [beta, count] : counts) most = std::max(most, count);
  const SvgPanel panel = make_panel(1, high, low, {0, 1.05 * most, Ticks::kWhole});
  // What lies between two points belongs to the later one: an event changes what follows.
  return panel.frame("neurons of the optimum") + panel.line("count", counts, Joints::kSteps);
}

std::string draw_masses(const PathAnswer& answer, double high, double low) {
  std::map<Index, std::pair<double, std::vector<Curve>>> neurons;  // id: sign, pieces
  std::map<Index, std::size_t> last_seen;
  double most = 0;
  const std::vector<PathPoint>& points = answer.path.points;
  for (std::size_t k = 0; k < points.size(); ++k) {
    const TwoLayerNetwork& network = points[k].network;
    for (Index j = 0; j < network.width(); ++j) {
      const Index id = points[k].neurons[static_cast<std::size_t>(j)];
      const double mass = network.W.row(j).norm() * std::abs(network.alpha(j, 0));
      auto& [sign, pieces] = neurons[id];
      sign = network.alpha(j, 0);
      if (pieces.empty() || last_seen[id] + 1 != k) {
        pieces.emplace_back();
        if (k > 0) pieces.back().emplace_back(points[k - 1].beta, 0.0);
      }
      pieces.back().emplace_back(points[k].beta, mass);
      last_seen[id] = k;
      most = std::max(most, mass);
    }
  }
  const SvgPanel panel = make_panel(2, high, low, {0, most > 0 ? 1.05 * most : 1, Ticks::kReal});
  std::string svg =
      panel.frame("mass |w| |alpha| of each neuron; blue: positive output, orange: negative");
  for (auto& [id, neuron] : neurons) {
    for (Curve& piece : neuron.second) {
      if (last_seen[id] + 1 < points.size()) {
        const double gone = points[last_seen[id] + 1].beta;
        if (piece.back().first == points[last_seen[id]].beta) piece.emplace_back(gone, 0.0);
      }
      svg += panel.line(neuron.first > 0 ? "plus" : "minus", piece);
    }
  }
  return svg;
}

std::string describe_picture(const PathAnswer& answer) {
  const RegularizationPath& path = answer.path;
  return std::to_string(path.points.size()) +
         " optima from beta = " + svg_number(path.points.front().beta, "%.6g") + " down to " +
         svg_number(path.points.back().beta, "%.6g") + ", " + std::to_string(path.events.size()) +
         " changes of the active set, " + std::to_string(path.points.back().network.width()) +
         " neurons at the end.";
}

}  // namespace

std::string draw_path(const PathAnswer& answer) {
  const double height = panel_top(3) - kBetween + kBottom;
  const std::string title = "Regularisation path";
  if (answer.path.points.empty()) {
    return svg_start(title, "No neuron is needed at any beta.", kWidth, height) + "</svg>\n";
  }
  const double high = answer.path.points.front().beta;
  const double low = answer.path.points.back().beta;
  return svg_start(title, describe_picture(answer), kWidth, height) +
         draw_objective(answer, high, low) + draw_neurons(answer, high, low) +
         draw_masses(answer, high, low) +
         svg_label(kWidth / 2, height - 10, "beta, falling to the right (log scale)", "middle") +
         "</svg>\n";
}

}  // namespace thalweg::commands
