#pragma once

#include <string>

namespace thalweg::report {

/// "#rrggbb": the colour of item k of a list without end, neighbours far apart in hue; of middle
/// lightness, for light and dark paper.
[[nodiscard]] std::string svg_item_colour(long k);

/// "#rrggbb": dark blue at 0 over green to light yellow at 1, of even steps in lightness.
[[nodiscard]] std::string svg_scale_colour(double share);

}  // namespace thalweg::report
