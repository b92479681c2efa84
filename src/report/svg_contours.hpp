#pragma once

#include <string>

#include "thalweg/core/types.hpp"
#include "thalweg/report/svg_panel.hpp"

namespace thalweg::report {

/// The path data of the region {value >= level} of a function given on a grid, linear along the
/// grid's edges (marching squares); cells with a NaN belong to no region.
///
/// x (k), y (l) ascending coordinates of the panel, values (l x k), a row a y. Empty where the
/// region is. O(k l).
[[nodiscard]] std::string region_above(const SvgPanel& panel, const Vector& x, const Vector& y,
                                       const Matrix& values, double level);

}  // namespace thalweg::report
