#pragma once

namespace thalweg::detail {

/// A step s > 0 along a ray on which a convex function descends, where its slope is at most a tenth
/// of the one at 0 in size: s = 1 if that will do, doubled while the slope is below, then bisected.
/// slope(s) is nondecreasing. Returns 0 when slope(0) is not negative.
template <typename Slope>
double step_on_convex_ray(const Slope& slope) {
  const double start = slope(0.0);
  if (!(start < 0)) return 0;
  double low = 0;
  double high = 1;
  double value = slope(high);
  for (int step = 0; step < 60 && value < 0.1 * start; ++step) {
    low = high;
    high *= 2;
    value = slope(high);
  }
  for (int step = 0; step < 100 && value > -0.1 * start; ++step) {
    const double middle = 0.5 * (low + high);
    const double at_middle = slope(middle);
    if (at_middle < 0.1 * start) {
      low = middle;
    } else {
      high = middle;
      value = at_middle;
    }
  }
  return high;
}

}  // namespace thalweg::detail
