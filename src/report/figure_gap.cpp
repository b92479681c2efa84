#include <algorithm>
#include <cmath>

#include "report/figure.hpp"
#include "report/html.hpp"
#include "thalweg/report/svg_panel.hpp"

namespace thalweg::report {
namespace {

constexpr double kWidth = 860;
constexpr double kLeft = 60;
constexpr double kLength = 740;
constexpr double kSmallest = -17;  ///< log10 of what is drawn at the left end

/// The word of a number where the picture has it; a <title> tells all its digits.
std::string number_label(double x, double y, const std::string& words, const Item& item) {
  return "<text class=\"middle\" x=\"" + svg_number(x) + "\" y=\"" + svg_number(y) + "\"><title>" +
         svg_text(item.text()) + "</title>" + svg_text(words) + "</text>\n";
}

std::string stroke(const char* kind, double x, double top, double bottom) {
  return std::string("<path class=\"") + kind + "\" d=\"M" + svg_number(x) + ' ' + svg_number(top) +
         "V" + svg_number(bottom) + "\"/>\n";
}

std::string dot(double x, double y) {
  return "<circle class=\"point\" cx=\"" + svg_number(x) + "\" cy=\"" + svg_number(y) +
         "\" r=\"6\"/>\n";
}

double on_decades(double share) {
  const double power = share > 0 ? std::log10(share) : kSmallest;
  return kLeft + kLength * std::clamp((power - kSmallest) / -kSmallest, 0.0, 1.0);
}

}  // namespace

std::optional<Figure> draw_gap(const Item& gap, const Item& tolerance) {
  if (!gap.is_number() || !(gap.number() >= 0)) return std::nullopt;
  constexpr double kAxis = 74;
  const double at = on_decades(gap.number());
  std::string svg =
      svg_start("How far from the best possible",
                "Share of the objective by which a better network could be lower, on a "
                "logarithmic line from rounding error at the left to everything at the right: at "
                "most " +
                    gap.text() + ".",
                kWidth, 132);
  if (tolerance.is_number() && tolerance.number() > 0) {
    const double end = on_decades(tolerance.number());
    svg += "<rect class=\"zone\" x=\"" + svg_number(kLeft) + "\" y=\"44\" width=\"" +
           svg_number(end - kLeft) + "\" height=\"30\"/>\n" + stroke("mark", end, 44, kAxis) +
           svg_label(kLeft + 8, 38, "counts as a global minimum");
  }
  svg += "<path class=\"axis\" d=\"M" + svg_number(kLeft) + ' ' + svg_number(kAxis) + "h" +
         svg_number(kLength) + "\"/>\n";
  for (int power = -16; power <= 0; power += 4) {
    const double x = on_decades(std::pow(10.0, power));
    svg +=
        stroke("axis", x, kAxis, kAxis + 6) +
        svg_label(x, kAxis + 20, power == 0 ? "all of it" : "1e" + std::to_string(power), "middle");
  }
  svg += dot(at, kAxis) + svg_hit(at, kAxis, gap.text()) +
         number_label(std::clamp(at, kLeft + 40, kLeft + kLength - 40), 20, "this network", gap) +
         stroke("event", at, 26, kAxis - 6) +
         svg_label(kLeft + kLength / 2, 124,
                   "share of the objective that a better network could save, at most", "middle") +
         "</svg>\n";
  std::string caption = "At most " + shortened(gap, 3, Rounding::kUp) +
                        " of the objective could be saved by another network";
  if (tolerance.is_number()) {
    caption += "; up to " + shortened(tolerance, 3) + " counts as a global minimum";
  }
  return Figure{svg, caption + ". Each mark is ten thousand times the one to its left.", ""};
}

std::optional<Figure> draw_standing(const Item& lower_bound, const Item& best,
                                    const Item& objective) {
  if (!lower_bound.is_number() || !objective.is_number()) return std::nullopt;
  const double low = lower_bound.number();
  const double high = objective.number();
  if (!(high > low)) return std::nullopt;
  const double room = 0.08 * (high - low);
  const SvgPanel panel({kLeft, 58, kLength, 22}, {low - room, high + room, Ticks::kReal},
                       {0, 1, Ticks::kWhole});
  constexpr double kAxis = 80;
  const auto x = [&](const Item& item) { return panel.x(item.number()); };
  std::string svg = svg_start(
      "Objective beside the best possible",
      "Lower bound " + lower_bound.text() + ", objective of the network " + objective.text() + ".",
      kWidth, 132);
  svg += "<rect class=\"zone\" x=\"" + svg_number(x(lower_bound)) + "\" y=\"58\" width=\"" +
         svg_number(x(objective) - x(lower_bound)) +
         "\" height=\"22\"/>\n<path class=\"axis\" d=\"M" + svg_number(kLeft) + ' ' +
         svg_number(kAxis) + "h" + svg_number(kLength) + "\"/>\n";
  const auto place = [&](const Item& item, const std::string& words, double top) {
    svg += stroke("mark", x(item), top + 6, kAxis) + number_label(x(item), top, words, item) +
           dot(x(item), kAxis) + svg_hit(x(item), kAxis, words + ": " + item.text());
  };
  place(lower_bound, "no network is lower", 48);
  place(objective, "this network", 48);
  if (best.is_number() && best.number() < high) place(best, "the best known network", 24);
  svg += svg_label(kLeft + kLength / 2, 118, "objective (lower is better)", "middle") + "</svg>\n";
  FactTable table("Objectives of the figure");
  table.add_known("No network is below", lower_bound);
  table.add_known("Best known network", best);
  table.add_known("This network", objective);
  return Figure{svg, "The objective of this network, and how low objectives can be at all.",
                table.html()};
}

}  // namespace thalweg::report
