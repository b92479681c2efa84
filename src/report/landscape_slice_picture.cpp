#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "report/svg_colours.hpp"
#include "report/svg_contours.hpp"
#include "thalweg/report/landscape_slice.hpp"
#include "thalweg/report/svg_panel.hpp"

namespace thalweg::report {
namespace {

constexpr double kWidth = 760;
constexpr double kHeight = 640;
constexpr SvgPanel::Box kBox = {64, 44, 540, 540};
constexpr double kScaleLeft = 632;
constexpr double kScaleWidth = 18;
constexpr int kBands = 16;
constexpr double kDecades = 4;  ///< lower parts share the lowest band

/// Objectives at which the colours change, ascending: heights above the base in equal ratios.
struct Levels {
  double base = 0;
  double least = 0;
  double most = 0;
  std::vector<double> values;  ///< (kBands - 1)
};

Levels levels_of(const Matrix& objective, std::optional<double> lower_bound) {
  Levels levels;
  levels.least = std::numeric_limits<double>::infinity();
  levels.most = -levels.least;
  for (const double value : objective.reshaped()) {
    if (!std::isfinite(value)) continue;
    levels.least = std::min(levels.least, value);
    levels.most = std::max(levels.most, value);
  }
  if (!(levels.most > levels.least)) return levels;
  levels.base = std::min(lower_bound.value_or(levels.least), levels.least);
  const double height = levels.most - levels.base;
  const double low = std::max(levels.least - levels.base, height * std::pow(10, -kDecades));
  for (int k = 1; k < kBands; ++k) {
    const double share = static_cast<double>(k) / kBands;
    levels.values.push_back(levels.base + low * std::pow(height / low, share));
  }
  return levels;
}

std::string colour_of(int band) {
  return svg_scale_colour(static_cast<double>(band) / (kBands - 1));
}

std::string draw_regions(const SvgPanel& panel, const LandscapeSlice& slice, const Levels& levels) {
  const auto fill = [&](int band, double level) {
    const std::string path = region_above(panel, slice.x, slice.y, slice.objective, level);
    if (path.empty()) return path;
    return "<path fill=\"" + colour_of(band) + "\" d=\"" + path + "\"/>\n";
  };
  std::string svg = fill(0, levels.least);
  for (int band = 1; band <= static_cast<int>(levels.values.size()); ++band) {
    svg += fill(band, levels.values[static_cast<std::size_t>(band - 1)]);
  }
  return svg;
}

/// The colours from the lowest up, a number where every second one begins.
std::string draw_scale(const Levels& levels) {
  if (levels.values.empty()) return "";
  const double height = kBox.height / kBands;
  const double bottom = kBox.top + kBox.height;
  const auto number = [&](double at, double value) {
    return svg_label(kScaleLeft + kScaleWidth + 8, at + 4, svg_number(value, "%.4g"));
  };
  std::string svg = svg_label(kScaleLeft, kBox.top - 10, "objective");
  for (int band = 0; band < kBands; ++band) {
    svg += "<rect fill=\"" + colour_of(band) + "\" x=\"" + svg_number(kScaleLeft) + "\" y=\"" +
           svg_number(bottom - (band + 1) * height) + "\" width=\"" + svg_number(kScaleWidth) +
           "\" height=\"" + svg_number(height) + "\"/>\n";
    if (band % 2 == 0 && band > 0) {
      svg += number(bottom - band * height, levels.values[static_cast<std::size_t>(band - 1)]);
    }
  }
  return svg + number(bottom, levels.least) + number(kBox.top, levels.most);
}

std::string draw_network(const SvgPanel& panel, double x, double y, const std::string& name) {
  const bool right_half = panel.x(x) > kBox.left + 0.7 * kBox.width;
  return "<circle class=\"place\" cx=\"" + svg_number(panel.x(x)) + "\" cy=\"" +
         svg_number(panel.y(y)) + "\" r=\"4.5\"/>\n" +
         svg_label(panel.x(x) + (right_half ? -9 : 9), panel.y(y) - 7, name,
                   right_half ? "name end" : "name");
}

}  // namespace

std::string draw_landscape_slice(const LandscapeSlice& slice,
                                 const std::array<std::string, 3>& names,
                                 std::optional<double> lower_bound) {
  const Levels levels = levels_of(slice.objective, lower_bound);
  const Index last = slice.x.size() - 1;
  const SvgPanel panel(kBox, {slice.x[0], slice.x[last], Ticks::kReal},
                       {slice.y[0], slice.y[last], Ticks::kReal});
  const std::string below =
      lower_bound ? "; no network is below " + svg_number(*lower_bound, "%.6g") : std::string();
  std::string svg =
      svg_start("The objective on the plane through three networks",
                "Networks " + names[0] + ", " + names[1] + " and " + names[2] +
                    "; on the plane the objective is from " + svg_number(levels.least, "%.6g") +
                    " to " + svg_number(levels.most, "%.6g") + below + ".",
                kWidth, kHeight) +
      draw_regions(panel, slice, levels) +
      panel.frame(
          "objective on the plane through three networks; colours in equal ratios above "
          "the lowest",
          "distance in weight space") +
      draw_scale(levels);
  for (std::size_t k = 0; k < 3; ++k) {
    const auto row = static_cast<Index>(k);
    svg += draw_network(panel, slice.places(row, 0), slice.places(row, 1), names[k]);
  }
  return svg + "</svg>\n";
}

}  // namespace thalweg::report
