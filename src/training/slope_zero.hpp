#pragma once

namespace thalweg::detail {

/// Where an increasing slope on [0, 1] changes sign, from below and to 1e-3 of its place: the least
/// point of a convex function, 0 or 1 where it is at an end.
template <class Slope>
[[nodiscard]] double slope_zero(const Slope& slope) {
  if (!(slope(0.0) < 0)) return 0;
  if (slope(1.0) <= 0) return 1;
  double low = 0;
  double high = 1;
  for (int step = 0; step < 50 && high - low > 1e-3 * high; ++step) {
    const double middle = 0.5 * (low + high);
    (slope(middle) < 0 ? low : high) = middle;
  }
  return low;
}

}  // namespace thalweg::detail
