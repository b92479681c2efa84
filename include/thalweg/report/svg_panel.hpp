#pragma once

#include <string>
#include <utility>
#include <vector>

namespace thalweg::report {

/// A number with two decimals, or by a printf format for one double.
[[nodiscard]] std::string svg_number(double value, const char* format = "%.2f");

/// The shortest decimal that is read back to the same double.
[[nodiscard]] std::string svg_digits(double value);

/// `text` with & and < escaped.
[[nodiscard]] std::string svg_text(const std::string& text);

/// A line of text; `kind` is a class of the style ("middle", "end") or empty.
[[nodiscard]] std::string svg_label(double x, double y, const std::string& text,
                                    const char* kind = "");

/// A place, not seen, that tells these words where a pointer rests on it.
[[nodiscard]] std::string svg_hit(double x, double y, const std::string& words);

/// An element that tells these words where a pointer rests on it, such as all digits of a number.
[[nodiscard]] std::string svg_telling(std::string element, const std::string& words);

/// The start of a self-contained SVG that follows light and dark colour schemes: title and
/// description for screen readers, style (svg_style.hpp), paper.
[[nodiscard]] std::string svg_start(const std::string& title, const std::string& description,
                                    double width, double height);

/// Where an axis has its marks: at about five round values, at whole ones, or at powers of ten or
/// of two of a logarithmic axis.
enum class Ticks { kReal, kWhole, kLog, kDoubling };

/// How points are joined: by straight lines, or by steps to the later value.
enum class Joints { kStraight, kSteps };

/// A panel with two axes. Values outside are moved to the frame.
class SvgPanel {
 public:
  struct Box {
    double left;
    double top;
    double width;
    double height;
  };
  /// What lies at the start and at the end of an axis: it may fall. Both positive where
  /// logarithmic.
  struct Range {
    double first;
    double last;
    Ticks ticks;
  };

  SvgPanel(const Box& box, const Range& x, const Range& y);

  [[nodiscard]] double x(double value) const;
  [[nodiscard]] double y(double value) const;
  [[nodiscard]] double bottom() const { return box_.top + box_.height; }
  /// Frame, grid, numbers at the ticks, title above and the label of x below.
  [[nodiscard]] std::string frame(const std::string& title, const std::string& label = "") const;
  /// A line through points (x, y); values that are not positive are left out on a logarithmic axis.
  [[nodiscard]] std::string line(const char* kind,
                                 const std::vector<std::pair<double, double>>& points,
                                 Joints joints = Joints::kStraight) const;
  /// A short line up from the axis.
  [[nodiscard]] std::string event(double at) const;

 private:
  Box box_;
  Range x_;
  Range y_;
};

}  // namespace thalweg::report
