#pragma once

namespace thalweg::detail {

/// Where a concave function of tau in [0, high] is largest, from its slope (a function of tau, not
/// increasing): 0 unless it increases there, else the last point of a bisection at which it still
/// does not decrease.
template <class Slope>
[[nodiscard]] double ray_maximum(const Slope& slope, double high) {
  if (!(high > 0) || !(slope(0.0) > 0)) return 0;
  if (slope(high) >= 0) return high;
  double low = 0;
  for (int step = 0; step < 200 && high - low > 1e-16 * high; ++step) {
    const double middle = 0.5 * (low + high);
    (slope(middle) >= 0 ? low : high) = middle;
  }
  return low;
}

}  // namespace thalweg::detail
