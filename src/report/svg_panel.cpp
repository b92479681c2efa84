#include "thalweg/report/svg_panel.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

#include "report/svg_style.hpp"

namespace thalweg::report {
namespace {

bool is_logarithmic(const SvgPanel::Range& range) {
  return range.ticks == Ticks::kLog || range.ticks == Ticks::kDoubling;
}

/// All powers of ten or two from low to high.
std::vector<double> powers(Ticks ticks, double low, double high) {
  const bool tens = ticks == Ticks::kLog;
  const double last = tens ? std::log10(high) : std::log2(high);
  std::vector<double> values;
  for (double k = std::ceil(tens ? std::log10(low) : std::log2(low)); k <= last; ++k) {
    values.push_back(std::pow(tens ? 10 : 2, k));
  }
  return values;
}

std::vector<double> ticks(const SvgPanel::Range& range) {
  const auto [low, high] = std::minmax(range.first, range.last);
  if (is_logarithmic(range)) return powers(range.ticks, low, high);
  std::vector<double> values;
  // Closer ends than rounding tells apart have no round values between them.
  if (!(high - low > 1e-12 * std::max(std::abs(low), std::abs(high)))) return values;
  const double rough = (high - low) / 5;
  const double unit = std::pow(10, std::floor(std::log10(rough)));
  const double share = rough / unit;
  double step = unit * (share > 5 ? 10 : share > 2 ? 5 : share > 1 ? 2 : 1);
  if (range.ticks == Ticks::kWhole) step = std::max(step, 1.0);
  for (double k = std::ceil(low / step); k * step <= high * (1 + 1e-12) + 1e-300; ++k) {
    values.push_back(k * step + 0.0);  // no -0
  }
  return values;
}

SvgPanel::Range widened(SvgPanel::Range range) {
  if (range.first != range.last) return range;
  if (is_logarithmic(range)) return {range.first, range.first / 10, range.ticks};
  const double room = std::max(0.5, 1e-3 * std::abs(range.first));
  return {range.first - room, range.last + room, range.ticks};
}

/// How far along the axis a value is, in [0, 1].
double share_of(const SvgPanel::Range& range, double value) {
  const bool log = is_logarithmic(range);
  const double first = log ? std::log10(range.first) : range.first;
  const double last = log ? std::log10(range.last) : range.last;
  const double at = log ? std::log10(value) : value;
  return std::clamp((at - first) / (last - first), 0.0, 1.0);
}

}  // namespace

std::string svg_number(double value, const char* format) {
  char text[40];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

std::string svg_digits(double value) {
  std::array<char, 32> text{};
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value);
  return {text.data(), end};
}

std::string svg_text(const std::string& text) {
  std::string safe;
  for (const char letter : text) {
    safe += letter == '&' ? "&amp;" : letter == '<' ? "&lt;" : std::string(1, letter);
  }
  return safe;
}

std::string svg_label(double x, double y, const std::string& text, const char* kind) {
  const std::string type = *kind != '\0' ? std::string("class=\"") + kind + "\" " : "";
  return "<text " + type + "x=\"" + svg_number(x) + "\" y=\"" + svg_number(y) + "\">" +
         svg_text(text) + "</text>\n";
}

std::string svg_telling(std::string element, const std::string& words) {
  element.insert(element.find('>') + 1, "<title>" + svg_text(words) + "</title>");
  return element;
}

std::string svg_start(const std::string& title, const std::string& description, double width,
                      double height) {
  const std::string w = svg_number(width, "%.0f");
  const std::string h = svg_number(height, "%.0f");
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"thalweg\" role=\"img\" width=\"" + w +
         "\" height=\"" + h + "\" viewBox=\"0 0 " + w + ' ' + h + "\">\n<title>" + svg_text(title) +
         "</title>\n<desc>" + svg_text(description) + "</desc>\n" + kSvgStyle +
         "<rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n";
}

SvgPanel::SvgPanel(const Box& box, const Range& x, const Range& y)
    : box_(box), x_(widened(x)), y_(widened(y)) {}

double SvgPanel::x(double value) const { return box_.left + box_.width * share_of(x_, value); }

double SvgPanel::y(double value) const {
  return box_.top + box_.height * (1 - share_of(y_, value));
}

std::string SvgPanel::frame(const std::string& title, const std::string& label) const {
  std::string svg = "<rect class=\"axis\" x=\"" + svg_number(box_.left) + "\" y=\"" +
                    svg_number(box_.top) + "\" width=\"" + svg_number(box_.width) + "\" height=\"" +
                    svg_number(box_.height) + "\"/>\n";
  if (!title.empty()) svg += svg_label(box_.left, box_.top - 10, title);
  if (!label.empty()) svg += svg_label(box_.left + box_.width / 2, bottom() + 34, label, "middle");
  for (const double value : ticks(x_)) {
    svg += "<path class=\"grid\" d=\"M" + svg_number(x(value)) + ' ' + svg_number(box_.top) + "V" +
           svg_number(bottom()) + "\"/>\n" +
           svg_label(x(value), bottom() + 16, svg_number(value, "%g"), "middle");
  }
  for (const double value : ticks(y_)) {
    svg += "<path class=\"grid\" d=\"M" + svg_number(box_.left) + ' ' + svg_number(y(value)) + "h" +
           svg_number(box_.width) + "\"/>\n" +
           svg_label(box_.left - 6, y(value) + 4, svg_number(value, "%g"), "end");
  }
  return svg;
}

std::string SvgPanel::line(const char* kind, const std::vector<std::pair<double, double>>& points,
                           Joints joints) const {
  std::string path;
  std::string before;
  for (const auto& [at, value] : points) {
    if (is_logarithmic(y_) && !(value > 0)) continue;
    const std::string height = svg_number(y(value));
    if (joints == Joints::kSteps && !path.empty()) path += "L" + before + ' ' + height;
    before = svg_number(x(at));
    path += (path.empty() ? "M" : "L") + before + ' ' + height;
  }
  if (path.empty()) return "";
  return std::string("<path class=\"") + kind + "\" d=\"" + path + "\"/>\n";
}

std::string svg_hit(double x, double y, const std::string& words) {
  return "<circle class=\"hit\" cx=\"" + svg_number(x) + "\" cy=\"" + svg_number(y) +
         "\" r=\"6\"><title>" + svg_text(words) + "</title></circle>\n";
}

std::string SvgPanel::event(double at) const {
  return "<path class=\"event\" d=\"M" + svg_number(x(at)) + ' ' + svg_number(bottom()) +
         "v-7\"/>\n";
}

}  // namespace thalweg::report
