#include "commands/optimal_set_picture.hpp"

#include <algorithm>

#include "thalweg/report/svg_panel.hpp"

namespace thalweg::commands {

using namespace report;

namespace {

constexpr double kWidth = 860;
constexpr double kHeight = 360;
constexpr SvgPanel::Box kBox = {70, 40, 770, 270};

std::string describe_picture(const PredictionAnswer& predictions, double widest) {
  return std::to_string(predictions.ranges.predictions.size()) +
         " samples; equally optimal networks differ there by at most " +
         svg_number(widest, "%.4g") + ".";
}

}  // namespace

std::string draw_ranges(const OptimalSetAnswer& answer, Index inputs) {
  const PredictionAnswer& predictions = *answer.predictions;
  const std::vector<OptimalRange>& ranges = predictions.ranges.predictions;
  const bool over_input = inputs == 1;
  const auto position = [&](std::size_t k) {
    return over_input ? predictions.X(static_cast<Index>(k), 0) : static_cast<double>(k);
  };
  double low = ranges.front().lower;
  double high = ranges.front().upper;
  double left = position(0);
  double right = left;
  double widest = 0;
  for (std::size_t k = 0; k < ranges.size(); ++k) {
    low = std::min(low, ranges[k].lower);
    high = std::max(high, ranges[k].upper);
    left = std::min(left, position(k));
    right = std::max(right, position(k));
    widest = std::max(widest, ranges[k].upper - ranges[k].lower);
  }
  const double beside = 0.02 * (right - left);
  const double above = 0.05 * (high - low);
  const SvgPanel panel(kBox,
                       {left - beside, right + beside, over_input ? Ticks::kReal : Ticks::kWhole},
                       {low - above, high + above, Ticks::kReal});
  std::string svg = svg_start("Predictions of all optimal networks",
                              describe_picture(predictions, widest), kWidth, kHeight) +
                    panel.frame(
                        "what optimal networks predict: least to greatest, dot: the centre "
                        "of the optimal set",
                        over_input ? "input" : "sample");
  for (std::size_t k = 0; k < ranges.size(); ++k) {
    const std::string at = svg_number(panel.x(position(k)));
    svg += "<path class=\"range\" d=\"M" + at + ' ' + svg_number(panel.y(ranges[k].lower)) + "V" +
           svg_number(panel.y(ranges[k].upper)) + "\"/>\n<circle class=\"point\" cx=\"" + at +
           "\" cy=\"" + svg_number(panel.y(predictions.centre[static_cast<Index>(k)])) +
           "\" r=\"2\"/>\n";
  }
  return svg + "</svg>\n";
}

}  // namespace thalweg::commands
