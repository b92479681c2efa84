#pragma once

#include <string>

#include "thalweg/landscape/widths.hpp"

namespace thalweg::report {

/// An SVG of the staircase of connectivity: for every width a bar as high as the number of
/// components of optimal networks (modulo slot order), the isolated points among them in another
/// colour, marks at m*, M* and where the set becomes connected, and below the evidence of spurious
/// valleys. The same answer gives the same text.
[[nodiscard]] std::string draw_staircase(const Widths& widths);

}  // namespace thalweg::report
