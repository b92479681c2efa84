#include "thalweg/report/width_picture.hpp"

#include <algorithm>

#include "thalweg/report/svg_panel.hpp"

namespace thalweg::report {
namespace {

constexpr double kWidth = 860;
constexpr double kHeight = 400;
constexpr SvgPanel::Box kBox = {70, 56, 770, 240};
constexpr double kHalfBar = 0.3;

std::string bar(const SvgPanel& panel, const char* kind, double width, double low, double high) {
  if (!(high > low)) return "";
  const double left = panel.x(width - kHalfBar);
  return std::string("<rect class=\"") + kind + "\" x=\"" + svg_number(left) + "\" y=\"" +
         svg_number(panel.y(high)) + "\" width=\"" + svg_number(panel.x(width + kHalfBar) - left) +
         "\" height=\"" + svg_number(panel.y(low) - panel.y(high)) + "\"/>\n";
}

std::string mark(const SvgPanel& panel, double width, double top, const std::string& label) {
  const std::string at = svg_number(panel.x(width));
  return "<path class=\"mark\" d=\"M" + at + ' ' + svg_number(top + 4) + "V" +
         svg_number(panel.bottom()) + "\"/>\n<text class=\"middle\" x=\"" + at + "\" y=\"" +
         svg_number(top) + "\">" + svg_text(label) + "</text>\n";
}

/// What stands above a width: "m* = M*, connected".
std::string label_of(const Widths& widths, Index width) {
  std::string label;
  const auto add = [&](bool here, const char* words) {
    if (here) label += (label.empty() ? "" : ", ") + std::string(words);
  };
  add(width == widths.staircase->m_star, "m*");
  add(width == widths.staircase->M_star, "M*");
  add(width == widths.staircase->connected_from, "connected");
  add(widths.no_spurious_valleys_from == width, "no spurious valleys");
  return label;
}

std::string describe_picture(const Widths& widths) {
  std::string words;
  for (const WidthComponents& step : widths.staircase->steps) {
    words += "Width " + std::to_string(step.width) + ": " + std::to_string(step.components) +
             " components, " + std::to_string(step.isolated) + " isolated. ";
  }
  return words + "Connected from width " + std::to_string(widths.staircase->connected_from) + ".";
}

const char* kind_of(ValleyEvidence evidence) {
  switch (evidence) {
    case ValleyEvidence::kSpurious:
      return "valley";
    case ValleyEvidence::kNone:
      return "clear";
    case ValleyEvidence::kOpen:
      return "open";
  }
  return "open";
}

std::string draw_valleys(const SvgPanel& panel, const Widths& widths, Index first, Index last) {
  if (widths.valleys.empty()) return "";
  const double at = panel.bottom() + 58;
  std::string svg = "<text x=\"" + svg_number(kBox.left) + "\" y=\"" + svg_number(at + 28) +
                    "\">spurious valleys: full red certified, full green none (proved), empty "
                    "open</text>\n";
  for (const SpuriousValley& valley : widths.valleys) {
    if (valley.width < first || valley.width > last) continue;
    svg += std::string("<circle class=\"") + kind_of(valley.evidence) + "\" cx=\"" +
           svg_number(panel.x(static_cast<double>(valley.width))) + "\" cy=\"" + svg_number(at) +
           "\" r=\"6\"/>\n";
  }
  return svg;
}

}  // namespace

std::string draw_staircase(const Widths& widths) {
  const std::string title = "Components of the optimal networks of each width";
  if (!widths.staircase) {
    return svg_start(title, "Not counted: not all vertices are known.", kWidth, kHeight) +
           "</svg>\n";
  }
  const ConnectivityStaircase& stairs = *widths.staircase;
  Index first = stairs.m_star;
  Index last = stairs.connected_from + 1;
  double most = 1;
  for (const WidthComponents& step : stairs.steps) {
    most = std::max(most, static_cast<double>(step.components));
  }
  for (const SpuriousValley& valley : widths.valleys) {
    first = std::min(first, valley.width);
    last = std::max(last, valley.width);
  }
  const SvgPanel panel(
      kBox, {static_cast<double>(first) - 0.6, static_cast<double>(last) + 0.6, Ticks::kWhole},
      {0, 1.1 * most, Ticks::kWhole});
  std::string svg =
      svg_start(title, describe_picture(widths), kWidth, kHeight) + panel.frame("", "width");
  svg += "<text x=\"" + svg_number(kBox.left) +
         "\" y=\"20\">components of the optimal networks, slot order not counted; orange: isolated "
         "points</text>\n";
  for (Index width = first; width <= last; ++width) {
    const double at = static_cast<double>(width);
    WidthComponents step{width, 1, 0, "", ""};  // connected
    if (width < stairs.m_star) step.components = 0;
    for (const WidthComponents& counted : stairs.steps) {
      if (counted.width == width) step = counted;
    }
    const double joined = static_cast<double>(step.components - step.isolated);
    svg += bar(panel, "joined", at, 0, joined) +
           bar(panel, "isolated", at, joined, static_cast<double>(step.components));
    if (const std::string label = label_of(widths, width); !label.empty()) {
      svg += mark(panel, at, kBox.top - 8, label);
    }
  }
  return svg + draw_valleys(panel, widths, first, last) + "</svg>\n";
}

}  // namespace thalweg::report
