#pragma once

#include <string>
#include <string_view>

namespace thalweg::arrangement {

/// At most three digits after the point, without trailing zeros.
[[nodiscard]] std::string svg_number(double value);
/// With the characters escaped that XML reserves, and those left out that it forbids.
[[nodiscard]] std::string svg_escaped(std::string_view text);

/// A point on the page; y points down.
struct PagePoint {
  double x = 0;
  double y = 0;
};

[[nodiscard]] std::string svg_point(PagePoint point);

}  // namespace thalweg::arrangement
