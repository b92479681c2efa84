#include "path_regularization_picture.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <utility>
#include <vector>

namespace thalweg::cli {
namespace {

constexpr double kWidth = 860;
constexpr double kLeft = 76;
constexpr double kRight = 20;
constexpr double kTop = 40;
constexpr double kPanel = 190;
constexpr double kBetween = 46;
constexpr double kBottom = 46;

constexpr const char* kStyle = R"(<style>
.thalweg{font-family:system-ui,sans-serif;font-size:12px;color:#1f2937}
.thalweg .paper{fill:#fff}
.thalweg text{fill:currentColor}
.thalweg .middle{text-anchor:middle}
.thalweg .end{text-anchor:end}
.thalweg .axis,.thalweg .grid,.thalweg .event{stroke:currentColor;fill:none}
.thalweg .axis{stroke-opacity:.6}
.thalweg .grid{stroke-opacity:.12}
.thalweg .event{stroke-opacity:.3}
.thalweg .optimum,.thalweg .count{fill:none;stroke:#1d6fb8;stroke-width:1.8}
.thalweg .bound{fill:none;stroke:#0f766e;stroke-width:1.2;stroke-dasharray:5 3}
.thalweg .network{fill:none;stroke:#b91c1c;stroke-width:1.4}
.thalweg .plus{fill:none;stroke:#1d6fb8;stroke-width:1.2}
.thalweg .minus{fill:none;stroke:#c2410c;stroke-width:1.2}
@media (prefers-color-scheme:dark){
.thalweg{color:#e5e7eb}
.thalweg .paper{fill:#111827}
.thalweg .optimum,.thalweg .count,.thalweg .plus{stroke:#60a5fa}
.thalweg .bound{stroke:#5eead4}
.thalweg .network{stroke:#fca5a5}
.thalweg .minus{stroke:#fdba74}
}
</style>
)";

using Curve = std::vector<std::pair<double, double>>;  ///< (beta, value) by falling beta

std::string digits(double value, const char* format = "%.2f") {
  char text[40];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

enum class Scale { kLinear, kWhole, kLog };

/// One panel: beta on a log axis to the right, values upwards.
class Panel {
 public:
  Panel(double top, double beta_high, double beta_low, double low, double high, Scale scale)
      : top_(top),
        first_(std::log10(beta_high)),
        last_(std::log10(beta_low)),
        scale_(scale),
        low_(scale == Scale::kLog ? std::log10(low) : low),
        high_(scale == Scale::kLog ? std::log10(high) : high) {
    if (!(last_ < first_)) last_ = first_ - 1;
    if (!(high_ > low_)) high_ = low_ + 1;
  }

  [[nodiscard]] double x(double beta) const {
    const double t = (first_ - std::log10(beta)) / (first_ - last_);
    return kLeft + std::clamp(t, 0.0, 1.0) * (kWidth - kLeft - kRight);
  }
  [[nodiscard]] double y(double value) const {
    const double at = scale_ == Scale::kLog ? std::log10(value) : value;
    return top_ + kPanel * (1 - std::clamp((at - low_) / (high_ - low_), 0.0, 1.0));
  }

  [[nodiscard]] std::string line(const char* kind, const Curve& curve, bool steps = false) const {
    std::string path;
    std::string before;
    for (const auto& [beta, value] : curve) {
      if (scale_ == Scale::kLog && !(value > 0)) continue;
      const std::string at_x = digits(x(beta));
      if (path.empty()) {
        path += "M" + at_x + ' ' + digits(y(value));
      } else {
        // What lies between two points belongs to the later one: an event changes what follows.
        if (steps) path += "L" + before + ' ' + digits(y(value));
        path += "L" + at_x + ' ' + digits(y(value));
      }
      before = at_x;
    }
    if (path.empty()) return "";
    return std::string("<path class=\"") + kind + "\" d=\"" + path + "\"/>\n";
  }

  [[nodiscard]] std::string frame(const std::string& title) const {
    const double right = kWidth - kRight;
    std::string svg = "<rect class=\"axis\" x=\"" + digits(kLeft) + "\" y=\"" + digits(top_) +
                      "\" width=\"" + digits(right - kLeft) + "\" height=\"" + digits(kPanel) +
                      "\"/>\n<text x=\"" + digits(kLeft) + "\" y=\"" + digits(top_ - 8) + "\">" +
                      title + "</text>\n";
    for (double decade = std::ceil(last_); decade <= first_; ++decade) {
      const std::string at = digits(x(std::pow(10, decade)));
      svg += "<path class=\"grid\" d=\"M" + at + ' ' + digits(top_) + "V" + digits(top_ + kPanel) +
             "\"/>\n<text class=\"middle\" x=\"" + at + "\" y=\"" + digits(top_ + kPanel + 15) +
             "\">" + digits(std::pow(10, decade), "%g") + "</text>\n";
    }
    for (const double value : ticks()) {
      const double at = y(value);
      svg += "<path class=\"grid\" d=\"M" + digits(kLeft) + ' ' + digits(at) + "H" + digits(right) +
             "\"/>\n<text class=\"end\" x=\"" + digits(kLeft - 6) + "\" y=\"" + digits(at + 4) +
             "\">" + digits(value, "%g") + "</text>\n";
    }
    return svg;
  }

  [[nodiscard]] std::string mark(double beta) const {
    return "<path class=\"event\" d=\"M" + digits(x(beta)) + ' ' + digits(top_ + kPanel) +
           "v-7\"/>\n";
  }

 private:
  [[nodiscard]] std::vector<double> ticks() const {
    std::vector<double> values;
    if (scale_ == Scale::kLog) {
      for (double decade = std::ceil(low_); decade <= high_; ++decade) {
        values.push_back(std::pow(10, decade));
      }
      return values;
    }
    const double rough = (high_ - low_) / 5;
    const double unit = std::pow(10, std::floor(std::log10(rough)));
    const double share = rough / unit;
    double step = unit * (share > 5 ? 10 : share > 2 ? 5 : share > 1 ? 2 : 1);
    if (scale_ == Scale::kWhole) step = std::max(step, 1.0);
    for (double value = std::ceil(low_ / step) * step; value <= high_ * (1 + 1e-12);
         value += step) {
      values.push_back(value);
    }
    return values;
  }

  double top_;
  double first_;
  double last_;
  Scale scale_;
  double low_;
  double high_;
};

double panel_top(int index) { return kTop + index * (kPanel + kBetween); }

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
  const Panel panel(panel_top(0), high, low, 0.9 * least, 1.1 * largest, Scale::kLog);
  std::string svg = panel.frame(
      answer.scan.empty()
          ? "objective of the optimum (log scale), lower bound dashed, events below"
          : "objective (log scale): optimum, its lower bound dashed, the given network above");
  svg += panel.line("optimum", curve_of(points, [](const PathPoint& p) { return p.objective; }));
  svg += panel.line("bound", curve_of(points, [](const PathPoint& p) { return p.lower_bound; }));
  svg += panel.line("network", network);
  for (const PathEvent& event : answer.path.events) svg += panel.mark(event.beta);
  return svg;
}

std::string draw_neurons(const PathAnswer& answer, double high, double low) {
  const Curve counts = curve_of(answer.path.points, [](const PathPoint& point) {
    return static_cast<double>(point.network.width());
  });
  double most = 1;
  for (const auto& [beta, count] : counts) most = std::max(most, count);
  const Panel panel(panel_top(1), high, low, 0, 1.05 * most, Scale::kWhole);
  return panel.frame("neurons of the optimum") + panel.line("count", counts, true);
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
  const Panel panel(panel_top(2), high, low, 0, most > 0 ? 1.05 * most : 1, Scale::kLinear);
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
         " optima from beta = " + digits(path.points.front().beta, "%.6g") + " down to " +
         digits(path.points.back().beta, "%.6g") + ", " + std::to_string(path.events.size()) +
         " changes of the active set, " + std::to_string(path.points.back().network.width()) +
         " neurons at the end.";
}

}  // namespace

std::string draw_path(const PathAnswer& answer) {
  const double height = panel_top(3) - kBetween + kBottom;
  std::string svg =
      "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"thalweg\" role=\"img\" width=\"" +
      digits(kWidth, "%.0f") + "\" height=\"" + digits(height, "%.0f") + "\" viewBox=\"0 0 " +
      digits(kWidth, "%.0f") + ' ' + digits(height, "%.0f") +
      "\">\n<title>Regularisation path</title>\n";
  if (answer.path.points.empty()) {
    return svg + "<desc>No neuron is needed at any beta.</desc>\n</svg>\n";
  }
  const double high = answer.path.points.front().beta;
  const double low = answer.path.points.back().beta;
  svg += "<desc>" + describe_picture(answer) + "</desc>\n" + kStyle +
         "<rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n";
  svg += draw_objective(answer, high, low) + draw_neurons(answer, high, low) +
         draw_masses(answer, high, low);
  svg += "<text class=\"middle\" x=\"" + digits(kWidth / 2) + "\" y=\"" + digits(height - 10) +
         "\">beta, falling to the right (log scale)</text>\n";
  return svg + "</svg>\n";
}

}  // namespace thalweg::cli
