#include <algorithm>
#include <cmath>

#include "thalweg/report/path_picture.hpp"
#include "thalweg/report/svg_panel.hpp"

namespace thalweg::report {
namespace {

constexpr double kWidth = 860;
constexpr double kHeight = 460;
constexpr SvgPanel::Box kBox = {76, 96, 764, 310};
constexpr double kLogFrom = 30;        ///< ratio of heights that calls for a logarithmic axis
constexpr double kLeastHeight = 1e-6;  ///< of the highest, on such an axis

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
  [[nodiscard]] bool has_barrier() const { return barrier() > 1e-12 * std::abs(worst().second); }
  [[nodiscard]] double barrier() const { return worst().second - higher_end(); }
  [[nodiscard]] std::string words() const {
    if (!has_barrier()) return name + ": no barrier";
    return name + ": barrier " + svg_number(barrier(), "%.3g");
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

/// Objectives as they are, or their heights above the bound on a logarithmic axis where other
/// curves are so high that the path would look level.
struct Scale {
  double base = 0;
  SvgPanel::Range range{0, 1, Ticks::kReal};

  [[nodiscard]] bool log() const { return range.ticks == Ticks::kLog; }
  [[nodiscard]] double operator()(double objective) const {
    return log() ? std::max(objective - base, range.first) : objective;
  }
};

Scale scale_of(const std::vector<Curve>& curves, std::optional<double> lower_bound) {
  double low = lower_bound.value_or(curves.front().points.front().second);
  double high = low;
  for (const Curve& curve : curves) {
    for (const auto& [at, value] : curve.points) {
      low = std::min(low, value);
      high = std::max(high, value);
    }
  }
  const double room = 0.05 * (high - low);
  Scale scale{0, {low - room, high + room, Ticks::kReal}};
  const Curve& path = curves.back();
  if (!lower_bound || path.worst().second - *lower_bound > (high - *lower_bound) / kLogFrom) {
    return scale;
  }
  double least = high;
  for (const auto& [at, value] : path.points) least = std::min(least, value);
  const double top = high - *lower_bound;
  return {*lower_bound,
          {std::max(least - *lower_bound, kLeastHeight * top) / 2, 2 * top, Ticks::kLog}};
}

/// From the higher end up to the maximum.
std::string mark(const SvgPanel& panel, const Scale& scale, const Curve& curve) {
  if (!curve.has_barrier()) return "";
  const auto [at, value] = curve.worst();
  const std::string x = svg_number(panel.x(at));
  const std::string top = svg_number(panel.y(scale(value)));
  return "<path class=\"mark\" d=\"M" + x + ' ' + svg_number(panel.y(scale(curve.higher_end()))) +
         "V" + top + "\"/>\n<circle class=\"point\" cx=\"" + x + "\" cy=\"" + top +
         "\" r=\"3\"><title>" + svg_text(curve.name + ": " + svg_digits(value)) +
         "</title></circle>\n";
}

std::string draw(const SvgPanel& panel, const Scale& scale, const Curve& curve) {
  std::vector<std::pair<double, double>> points = curve.points;
  for (auto& [at, value] : points) value = scale(value);
  return panel.line(curve.kind, points);
}

std::string key(double left, double top, const char* kind, const std::string& words,
                const std::string& digits) {
  const std::string label = svg_label(left + 36, top, words);
  return std::string("<path class=\"") + kind + "\" d=\"M" + svg_number(left) + ' ' +
         svg_number(top - 4) + "h28\"/>\n" + (digits.empty() ? label : svg_telling(label, digits));
}

/// Two columns of keys above the panel, the path first.
std::string draw_keys(const std::vector<Curve>& curves, std::optional<double> lower_bound) {
  std::string svg;
  int place = 0;
  const auto add = [&](const char* kind, const std::string& words, const std::string& digits) {
    svg += key(kBox.left + 390 * (place % 2), 46 + 18 * (place / 2), kind, words, digits);
    ++place;
  };
  for (auto curve = curves.rbegin(); curve != curves.rend(); ++curve) {
    add(curve->kind, curve->words(), curve->has_barrier() ? svg_digits(curve->barrier()) : "");
  }
  if (lower_bound) {
    add("bound", "no network is below " + svg_number(*lower_bound, "%.6g"),
        svg_digits(*lower_bound));
  }
  return svg;
}

std::string describe_picture(const std::vector<PathSample>& samples,
                             const std::vector<Curve>& curves) {
  std::string words = "A path of " + svg_number(samples.back().position, "%.0f") +
                      " segments from objective " + svg_digits(samples.front().objective) + " to " +
                      svg_digits(samples.back().objective) + ".";
  for (const Curve& curve : curves) words.append(" ").append(curve.words()).append(".");
  return words;
}

}  // namespace

std::string draw_path_losses(const std::vector<PathSample>& samples,
                             const std::optional<PathBaselines>& baselines,
                             std::optional<double> lower_bound) {
  const std::vector<Curve> curves = curves_of(samples, baselines);
  const Scale scale = scale_of(curves, lower_bound);
  const SvgPanel panel(kBox, {0, 1, Ticks::kReal}, scale.range);
  const std::string height = scale.log() ? "height above the lower bound " +
                                               svg_number(*lower_bound, "%.6g") + " (log scale)"
                                         : std::string("objective");
  const std::string heading = svg_label(
      kBox.left, 20, height + "; dots: barriers above the higher end; ticks below: segments");
  std::string svg =
      svg_start("Objective along a path between two networks", describe_picture(samples, curves),
                kWidth, kHeight) +
      (scale.log() ? svg_telling(heading, svg_digits(*lower_bound)) : heading) +
      draw_keys(curves, scale.log() ? std::nullopt : lower_bound) +
      panel.frame("", baselines
                          ? "share of the way: of the path's length in weight space, of t for "
                            "the other curves"
                          : "share of the path's length in weight space");
  for (const PathSample& sample : samples) {
    if (sample.position != std::floor(sample.position)) continue;
    const double length = samples.back().length;
    svg += panel.event(length > 0 ? sample.length / length : 0);
  }
  if (lower_bound && !scale.log()) {
    svg += panel.line("bound", {{0, *lower_bound}, {1, *lower_bound}});
  }
  for (const Curve& curve : curves) svg += draw(panel, scale, curve);
  for (const Curve& curve : curves) svg += mark(panel, scale, curve);
  return svg + "</svg>\n";
}

}  // namespace thalweg::report
