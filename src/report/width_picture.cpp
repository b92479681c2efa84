#include "thalweg/report/width_picture.hpp"

#include <algorithm>
#include <array>

#include "thalweg/report/svg_panel.hpp"

namespace thalweg::report {
namespace {

constexpr double kWidth = 860;
constexpr double kHeight = 400;
constexpr SvgPanel::Box kBox = {70, 56, 770, 240};
constexpr double kHalfBar = 0.3;

std::string bar(const SvgPanel& panel, const char* kind, const WidthComponents& step, Index low,
                Index high) {
  if (high <= low) return "";
  const auto width = static_cast<double>(step.width);
  const double left = panel.x(width - kHalfBar);
  const double top = panel.y(static_cast<double>(high));
  return std::string("<rect class=\"") + kind + "\" x=\"" + svg_number(left) + "\" y=\"" +
         svg_number(top) + "\" width=\"" + svg_number(panel.x(width + kHalfBar) - left) +
         "\" height=\"" + svg_number(panel.y(static_cast<double>(low)) - top) + "\"><title>width " +
         std::to_string(step.width) + ": components " + std::to_string(step.components) +
         ", isolated " + std::to_string(step.isolated) + "</title></rect>\n";
}

/// Dashed lines at widths with words above them, in a second row where the first has no room.
class Marks {
 public:
  explicit Marks(const SvgPanel& panel) : panel_(panel) {}

  std::string add(double width, const std::string& label) {
    constexpr double kLetter = 6.5;
    const double half = kLetter * static_cast<double>(label.size()) / 2;
    const double x = panel_.x(width);
    const double middle = std::min(x, kBox.left + kBox.width - half);
    const int row = middle - half < row_ends_[0] ? 1 : 0;
    row_ends_[static_cast<std::size_t>(row)] = middle + half + kLetter;
    const double top = kBox.top - 8 - 14 * row;
    return "<path class=\"mark\" d=\"M" + svg_number(x) + ' ' + svg_number(top + 4) + "V" +
           svg_number(panel_.bottom()) + "\"/>\n<text class=\"middle\" x=\"" + svg_number(middle) +
           "\" y=\"" + svg_number(top) + "\">" + svg_text(label) + "</text>\n";
  }

 private:
  const SvgPanel& panel_;
  std::array<double, 2> row_ends_{0, 0};
};

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
  Marks marks(panel);
  for (Index width = first; width <= last; ++width) {
    const double at = static_cast<double>(width);
    WidthComponents step{width, 1, 0, "", ""};  // connected
    if (width < stairs.m_star) step.components = 0;
    for (const WidthComponents& counted : stairs.steps) {
      if (counted.width == width) step = counted;
    }
    const Index joined = step.components - step.isolated;
    svg += bar(panel, "joined", step, 0, joined) +
           bar(panel, "isolated", step, joined, step.components);
    if (const std::string label = label_of(widths, width); !label.empty()) {
      svg += marks.add(at, label);
    }
  }
  return svg + draw_valleys(panel, widths, first, last) + "</svg>\n";
}

}  // namespace thalweg::report
