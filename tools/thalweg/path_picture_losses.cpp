#include <algorithm>
#include <cmath>

#include "path_picture.hpp"
#include "svg_panel.hpp"

namespace thalweg::cli {
namespace {

constexpr double kWidth = 860;
constexpr double kHeight = 460;
constexpr SvgPanel::Box kBox = {76, 96, 764, 310};
constexpr double kLogFrom = 30;  ///< ratios of objectives that call for a logarithmic axis

/// A line of the picture: (share of the way, objective).
struct Curve {
  const char* kind;
  std::string name;
  std::vector<std::pair<double, double>> points;

  [[nodiscard]] std::pair<double, double> worst() const {
    return *std::max_element(points.begin(), points.end(),
                             [](const auto& a, const auto& b) { return a.second < b.second; });
  }
  [[nodiscard]] double higher_end() const {
    return std::max(points.front().second, points.back().second);
  }
  /// Differences in the last digits are rounding.
  [[nodiscard]] bool has_barrier() const {
    return worst().second - higher_end() > 1e-12 * std::abs(worst().second);
  }
  [[nodiscard]] std::string words() const {
    if (!has_barrier()) return name + ": no barrier";
    return name + ": barrier " + svg_number(worst().second - higher_end(), "%.3g");
  }
};

Curve curve_of(const char* kind, std::string name, const BaselineCurve& baseline) {
  Curve curve{kind, std::move(name), {}};
  for (std::size_t k = 0; k < baseline.t.size(); ++k) {
    curve.points.emplace_back(baseline.t[k], baseline.objectives[k]);
  }
  return curve;
}

std::vector<Curve> curves_of(const std::vector<PathSample>& samples,
                             const std::optional<PathBaselines>& baselines) {
  std::vector<Curve> curves;
  if (baselines) {
    curves.push_back(curve_of("straight", "straight line", baselines->line));
    if (baselines->aligned) {
      curves.push_back(curve_of("aligned", "line after matching neurons", *baselines->aligned));
    }
    curves.push_back(curve_of("bezier", "trained Bezier curve", baselines->bezier));
  }
  Curve path{"path", "path", {}};
  const double length = samples.back().length;
  for (const PathSample& sample : samples) {
    const double share = length > 0 ? sample.length / length : 0;
    path.points.emplace_back(share, sample.objective);
  }
  if (!(length > 0)) path.points.emplace_back(1, samples.back().objective);
  curves.push_back(std::move(path));
  return curves;
}

/// From the higher end up to the maximum.
std::string mark(const SvgPanel& panel, const Curve& curve) {
  if (!curve.has_barrier()) return "";
  const auto [at, value] = curve.worst();
  const std::string x = svg_number(panel.x(at));
  return "<path class=\"mark\" d=\"M" + x + ' ' + svg_number(panel.y(curve.higher_end())) + "V" +
         svg_number(panel.y(value)) + "\"/>\n<circle class=\"point\" cx=\"" + x + "\" cy=\"" +
         svg_number(panel.y(value)) + "\" r=\"3\"/>\n";
}

std::string key(double left, double top, const char* kind, const std::string& words) {
  return std::string("<path class=\"") + kind + "\" d=\"M" + svg_number(left) + ' ' +
         svg_number(top - 4) + "h28\"/>\n" + svg_label(left + 36, top, words);
}

/// Two columns of keys above the panel, the path first.
std::string draw_keys(const std::vector<Curve>& curves, std::optional<double> lower_bound) {
  std::string svg;
  int place = 0;
  const auto add = [&](const char* kind, const std::string& words) {
    svg += key(kBox.left + 390 * (place % 2), 46 + 18 * (place / 2), kind, words);
    ++place;
  };
  for (auto curve = curves.rbegin(); curve != curves.rend(); ++curve) {
    add(curve->kind, curve->words());
  }
  if (lower_bound) add("bound", "no network is below " + svg_number(*lower_bound, "%.6g"));
  return svg;
}

SvgPanel::Range range_of(const std::vector<Curve>& curves, std::optional<double> lower_bound) {
  double low = lower_bound.value_or(curves.front().points.front().second);
  double high = low;
  for (const Curve& curve : curves) {
    for (const auto& [at, value] : curve.points) {
      low = std::min(low, value);
      high = std::max(high, value);
    }
  }
  if (low > 0 && high > kLogFrom * low) return {0.9 * low, 1.1 * high, Ticks::kLog};
  const double room = 0.05 * (high - low);
  return {low - room, high + room, Ticks::kReal};
}

std::string describe_picture(const std::vector<PathSample>& samples,
                             const std::vector<Curve>& curves) {
  std::string words = "A path of " + svg_number(samples.back().position, "%.0f") +
                      " segments from objective " + svg_number(samples.front().objective, "%.6g") +
                      " to " + svg_number(samples.back().objective, "%.6g") + ".";
  for (const Curve& curve : curves) words.append(" ").append(curve.words()).append(".");
  return words;
}

}  // namespace

std::string draw_path_losses(const std::vector<PathSample>& samples,
                             const std::optional<PathBaselines>& baselines,
                             std::optional<double> lower_bound) {
  const std::vector<Curve> curves = curves_of(samples, baselines);
  const SvgPanel::Range range = range_of(curves, lower_bound);
  const SvgPanel panel(kBox, {0, 1, Ticks::kReal}, range);
  std::string svg =
      svg_start("Objective along a path between two networks", describe_picture(samples, curves),
                kWidth, kHeight) +
      svg_label(kBox.left, 20,
                std::string("objective along the way") +
                    (range.ticks == Ticks::kLog ? " (log scale)" : "") +
                    "; dots: barriers above the higher end; ticks below: ends of the path's "
                    "segments") +
      draw_keys(curves, lower_bound) +
      panel.frame("", baselines
                          ? "share of the way: of the path's length in weight space, of t for "
                            "the other curves"
                          : "share of the path's length in weight space");
  for (const PathSample& sample : samples) {
    if (sample.position != std::floor(sample.position)) continue;
    const double length = samples.back().length;
    svg += panel.event(length > 0 ? sample.length / length : 0);
  }
  if (lower_bound) svg += panel.line("bound", {{0, *lower_bound}, {1, *lower_bound}});
  for (const Curve& curve : curves) svg += panel.line(curve.kind, curve.points);
  for (const Curve& curve : curves) svg += mark(panel, curve);
  return svg + "</svg>\n";
}

}  // namespace thalweg::cli
