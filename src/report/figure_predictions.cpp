#include <algorithm>

#include "report/figure.hpp"
#include "report/html.hpp"
#include "thalweg/report/svg_panel.hpp"

namespace thalweg::report {
namespace {

/// Least and greatest number of all ranges; none when an entry is no pair of numbers.
std::optional<std::pair<double, double>> extent(const Item& ranges) {
  std::optional<std::pair<double, double>> extent;
  for (std::size_t k = 0; k < ranges.size(); ++k) {
    const Item range = ranges[k];
    if (range.size() != 2) return std::nullopt;
    const double low = range[0].number();
    const double high = range[1].number();
    if (!extent) extent = {low, high};
    extent->first = std::min(extent->first, low);
    extent->second = std::max(extent->second, high);
  }
  return extent;
}

std::string tabulate(const Item& ranges, const Item& centres) {
  DataTable table("What optimal networks predict, by sample",
                  {"sample", "least", "greatest", "centre"});
  constexpr std::size_t kMostRows = 100;
  for (std::size_t k = 0; k < std::min(kMostRows, ranges.size()); ++k) {
    table.add({"<span class=\"ordinal\">" + std::to_string(k) + "</span>", exact(ranges[k][0]),
               exact(ranges[k][1]), exact(centres[k])});
  }
  return table.html();
}

}  // namespace

std::optional<Figure> draw_prediction_ranges(const Item& document) {
  const Item ranges = document["prediction_range"];
  const Item centres = document["prediction_centre"];
  const auto values = extent(ranges);
  if (!values || ranges.size() > kMostShown) return std::nullopt;
  const double room = 0.05 * (values->second - values->first);
  const auto last = static_cast<double>(ranges.size()) - 1;
  const SvgPanel panel({70, 30, 770, 270}, {-0.5, last + 0.5, Ticks::kWhole},
                       {values->first - room, values->second + room, Ticks::kReal});
  std::string svg = svg_start("What all optimal networks predict",
                              std::to_string(ranges.size()) +
                                  " samples, each with a bar from the least to the greatest "
                                  "prediction of an optimal network.",
                              860, 350) +
                    panel.frame("prediction", "sample");
  for (std::size_t k = 0; k < ranges.size(); ++k) {
    const double x = panel.x(static_cast<double>(k));
    const Item low = ranges[k][0];
    const Item high = ranges[k][1];
    svg += "<path class=\"range\" d=\"M" + svg_number(x) + ' ' + svg_number(panel.y(low.number())) +
           "V" + svg_number(panel.y(high.number())) + "\"/>\n";
    double middle = (panel.y(low.number()) + panel.y(high.number())) / 2;
    if (centres[k].is_number()) {
      middle = panel.y(centres[k].number());
      svg += "<circle class=\"point\" cx=\"" + svg_number(x) + "\" cy=\"" + svg_number(middle) +
             "\" r=\"2\"/>\n";
    }
    svg += svg_hit(x, middle,
                   "sample " + std::to_string(k) + ": " + low.text() + " to " + high.text());
  }
  return Figure{
      svg + "</svg>\n",
      "Equally optimal networks agree on the training data but may differ elsewhere: from "
      "the least to the greatest prediction at each sample. Dots: the centre of the "
      "optimal set.",
      tabulate(ranges, centres)};
}

}  // namespace thalweg::report
