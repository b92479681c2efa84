#pragma once

#include <string>

namespace thalweg::cli {

/// A number with two decimals, or by a printf format for one double.
[[nodiscard]] std::string svg_number(double value, const char* format = "%.2f");

/// `text` with & and < escaped.
[[nodiscard]] std::string svg_text(const std::string& text);

/// The start of a self-contained SVG that follows light and dark colour schemes: title and
/// description for screen readers, style, paper. Classes of the style: axis, grid, range, point,
/// joined, isolated, valley, clear, open, mark (shapes), middle, end (texts).
[[nodiscard]] std::string svg_start(const std::string& title, const std::string& description,
                                    double width, double height);

enum class Ticks { kReal, kWhole };

/// A panel with two linear axes.
class SvgPanel {
 public:
  struct Box {
    double left;
    double top;
    double width;
    double height;
  };
  struct Range {
    double low;
    double high;
    Ticks ticks;
  };

  SvgPanel(const Box& box, const Range& x, const Range& y);

  [[nodiscard]] double x(double value) const;
  [[nodiscard]] double y(double value) const;
  [[nodiscard]] double bottom() const { return box_.top + box_.height; }
  /// Frame, grid, numbers at the ticks, title above and the label of x below.
  [[nodiscard]] std::string frame(const std::string& title, const std::string& label) const;

 private:
  Box box_;
  Range x_;
  Range y_;
};

}  // namespace thalweg::cli
