#include "optimal_set_svg.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

namespace thalweg::cli {
namespace {

constexpr const char* kStyle = R"(<style>
.thalweg{font-family:system-ui,sans-serif;font-size:12px;color:#1f2937}
.thalweg .paper{fill:#fff}
.thalweg text{fill:currentColor}
.thalweg .middle{text-anchor:middle}
.thalweg .end{text-anchor:end}
.thalweg .axis,.thalweg .grid,.thalweg .mark{stroke:currentColor;fill:none}
.thalweg .axis{stroke-opacity:.6}
.thalweg .grid{stroke-opacity:.12}
.thalweg .mark{stroke-opacity:.5;stroke-dasharray:4 3}
.thalweg .range{stroke:#1d6fb8;stroke-width:3;stroke-linecap:round;fill:none}
.thalweg .point{fill:#c2410c}
.thalweg .joined{fill:#1d6fb8}
.thalweg .isolated{fill:#c2410c}
.thalweg .valley{fill:#b91c1c}
.thalweg .clear{fill:#0f766e}
.thalweg .open{fill:none;stroke:currentColor}
@media (prefers-color-scheme:dark){
.thalweg{color:#e5e7eb}
.thalweg .paper{fill:#111827}
.thalweg .range{stroke:#60a5fa}
.thalweg .joined{fill:#60a5fa}
.thalweg .point,.thalweg .isolated{fill:#fdba74}
.thalweg .valley{fill:#fca5a5}
.thalweg .clear{fill:#5eead4}
}
</style>
)";

/// About five round values in [low, high].
std::vector<double> ticks(const SvgPanel::Range& range) {
  const double rough = (range.high - range.low) / 5;
  const double unit = std::pow(10, std::floor(std::log10(rough)));
  const double share = rough / unit;
  double step = unit * (share > 5 ? 10 : share > 2 ? 5 : share > 1 ? 2 : 1);
  if (range.ticks == Ticks::kWhole) step = std::max(step, 1.0);
  std::vector<double> values;
  for (double k = std::ceil(range.low / step); k * step <= range.high * (1 + 1e-12) + 1e-300; ++k) {
    values.push_back(k * step + 0.0);  // no -0
  }
  return values;
}

SvgPanel::Range widened(SvgPanel::Range range) {
  if (!(range.high > range.low)) {
    range.low -= 0.5;
    range.high += 0.5;
  }
  return range;
}

}  // namespace

std::string svg_number(double value, const char* format) {
  char text[40];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

std::string svg_text(const std::string& text) {
  std::string safe;
  for (const char letter : text) {
    safe += letter == '&' ? "&amp;" : letter == '<' ? "&lt;" : std::string(1, letter);
  }
  return safe;
}

std::string svg_start(const std::string& title, const std::string& description, double width,
                      double height) {
  const std::string w = svg_number(width, "%.0f");
  const std::string h = svg_number(height, "%.0f");
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"thalweg\" role=\"img\" width=\"" + w +
         "\" height=\"" + h + "\" viewBox=\"0 0 " + w + ' ' + h + "\">\n<title>" + svg_text(title) +
         "</title>\n<desc>" + svg_text(description) + "</desc>\n" + kStyle +
         "<rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n";
}

SvgPanel::SvgPanel(const Box& box, const Range& x, const Range& y)
    : box_(box), x_(widened(x)), y_(widened(y)) {}

double SvgPanel::x(double value) const {
  return box_.left + box_.width * (value - x_.low) / (x_.high - x_.low);
}

double SvgPanel::y(double value) const {
  return box_.top + box_.height * (1 - (value - y_.low) / (y_.high - y_.low));
}

std::string SvgPanel::frame(const std::string& title, const std::string& label) const {
  std::string svg = "<rect class=\"axis\" x=\"" + svg_number(box_.left) + "\" y=\"" +
                    svg_number(box_.top) + "\" width=\"" + svg_number(box_.width) + "\" height=\"" +
                    svg_number(box_.height) + "\"/>\n<text x=\"" + svg_number(box_.left) +
                    "\" y=\"" + svg_number(box_.top - 10) + "\">" + svg_text(title) +
                    "</text>\n<text class=\"middle\" x=\"" +
                    svg_number(box_.left + box_.width / 2) + "\" y=\"" + svg_number(bottom() + 34) +
                    "\">" + svg_text(label) + "</text>\n";
  for (const double value : ticks(x_)) {
    const std::string at = svg_number(x(value));
    svg += "<path class=\"grid\" d=\"M" + at + ' ' + svg_number(box_.top) + "V" +
           svg_number(bottom()) + "\"/>\n<text class=\"middle\" x=\"" + at + "\" y=\"" +
           svg_number(bottom() + 16) + "\">" + svg_number(value, "%g") + "</text>\n";
  }
  for (const double value : ticks(y_)) {
    const double at = y(value);
    svg += "<path class=\"grid\" d=\"M" + svg_number(box_.left) + ' ' + svg_number(at) + "h" +
           svg_number(box_.width) + "\"/>\n<text class=\"end\" x=\"" + svg_number(box_.left - 6) +
           "\" y=\"" + svg_number(at + 4) + "\">" + svg_number(value, "%g") + "</text>\n";
  }
  return svg;
}

}  // namespace thalweg::cli
