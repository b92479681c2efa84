#include <algorithm>
#include <cmath>

#include "report/svg_colours.hpp"
#include "thalweg/report/path_picture.hpp"
#include "thalweg/report/svg_panel.hpp"

namespace thalweg::report {
namespace {

constexpr double kWidth = 860;
constexpr double kHeight = 460;
constexpr SvgPanel::Box kBox = {76, 44, 764, 362};
constexpr double kHair = 0.05;    ///< pixels that no one sees
constexpr double kBeside = 8;     ///< of a label from the ends of its band
constexpr double kLabelled = 12;  ///< height in pixels of a band that carries its number

/// A piece of a band: pixels (x; low, high edge).
struct Edge {
  double x;
  double low;
  double high;
};
using Band = std::vector<Edge>;

/// Whether an edge lies on the straight lines between its neighbours.
bool is_between(const Edge& before, const Edge& edge, const Edge& after) {
  const double share = after.x > before.x ? (edge.x - before.x) / (after.x - before.x) : 0;
  const auto off = [share](double first, double here, double last) {
    return std::abs(first + share * (last - first) - here);
  };
  return off(before.low, edge.low, after.low) < kHair &&
         off(before.high, edge.high, after.high) < kHair;
}

void extend(Band& band, const Edge& edge) {
  if (band.size() > 1 && is_between(band[band.size() - 2], band.back(), edge)) band.pop_back();
  band.push_back(edge);
}

/// The pieces of a slot's band where it has mass on one side of 0.
std::vector<Band> bands_of(const SvgPanel& panel, const std::vector<PathSample>& samples,
                           Index slot, double side) {
  std::vector<Band> bands;
  bool open = false;
  for (std::size_t k = 0; k < samples.size(); ++k) {
    const auto mass = [&](std::size_t at) { return side * samples[at].masses[slot]; };
    const bool used =
        mass(k) > 0 || (k > 0 && mass(k - 1) > 0) || (k + 1 < samples.size() && mass(k + 1) > 0);
    if (!used) {
      open = false;
      continue;
    }
    double below = 0;
    for (Index j = 0; j < slot; ++j) below += std::max(0.0, side * samples[k].masses[j]);
    const double above = below + std::max(0.0, mass(k));
    if (!open) bands.emplace_back();
    open = true;
    extend(bands.back(),
           {panel.x(samples[k].position), panel.y(side * below), panel.y(side * above)});
  }
  return bands;
}

double height(const Edge& edge) { return std::abs(edge.high - edge.low); }

/// The band at an x that it covers.
Edge edge_at(const Band& band, double x) {
  std::size_t k = 1;
  while (k + 1 < band.size() && band[k].x < x) ++k;
  const Edge& before = band[k - 1];
  const Edge& after = band[k];
  const double share = after.x > before.x ? (x - before.x) / (after.x - before.x) : 0;
  return {x, before.low + share * (after.low - before.low),
          before.high + share * (after.high - before.high)};
}

std::string draw_band(const Band& band, Index slot) {
  std::string path = "M";
  for (const Edge& edge : band) path += svg_number(edge.x) + ' ' + svg_number(edge.high) + 'L';
  for (auto edge = band.rbegin(); edge != band.rend(); ++edge) {
    path += svg_number(edge->x) + ' ' + svg_number(edge->low) + 'L';
  }
  path.back() = 'z';
  std::string svg = "<path fill=\"" + svg_item_colour(slot) + "\" d=\"" + path + "\"><title>slot " +
                    std::to_string(slot) + "</title></path>\n";
  const auto widest = std::max_element(band.begin(), band.end(), [&](const Edge& a, const Edge& b) {
    return height(a) < height(b);
  });
  if (band.back().x - band.front().x < 2 * kBeside) return svg;
  const double x = std::clamp(widest->x, band.front().x + kBeside, band.back().x - kBeside);
  const Edge label = edge_at(band, x);
  if (height(label) < kLabelled) return svg;
  return svg + svg_label(x, (label.low + label.high) / 2 + 4, std::to_string(slot), "inside");
}

/// The largest sum of masses on one side of 0.
double most(const std::vector<PathSample>& samples, double side) {
  double largest = 0;
  for (const PathSample& sample : samples) {
    largest = std::max(largest, (side * sample.masses).cwiseMax(0).sum());
  }
  return largest;
}

}  // namespace

std::string draw_path_masses(const std::vector<PathSample>& samples) {
  const double up = most(samples, 1);
  const double down = most(samples, -1);
  const double room = 0.05 * (up + down);
  const double segments = samples.back().position;
  const Index width = samples.front().masses.size();
  const SvgPanel panel(kBox, {0, segments, Ticks::kWhole},
                       {down > 0 ? -down - room : 0, up > 0 ? up + room : 0, Ticks::kReal});
  std::string svg =
      svg_start("Masses of the neurons along a path",
                std::to_string(width) + " slots over " + svg_number(segments, "%.0f") +
                    " segments; total mass " +
                    svg_number(samples.front().masses.lpNorm<1>(), "%.6g") + " at the start, " +
                    svg_number(samples.back().masses.lpNorm<1>(), "%.6g") + " at the end.",
                kWidth, kHeight) +
      panel.frame(
          "mass |w| |alpha| of each slot: positive outputs above 0, negative ones below; "
          "numbers are slots",
          "segments of the path");
  for (const double side : {1.0, -1.0}) {
    for (Index slot = 0; slot < width; ++slot) {
      for (const Band& band : bands_of(panel, samples, slot, side)) svg += draw_band(band, slot);
    }
  }
  const std::string zero = svg_number(panel.y(0));
  svg += "<path class=\"axis\" d=\"M" + svg_number(kBox.left) + ' ' + zero + "h" +
         svg_number(kBox.width) + "\"/>\n";
  return svg + "</svg>\n";
}

}  // namespace thalweg::report
