#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "thalweg/core/error.hpp"
#include "thalweg/reformulation/one_dimensional.hpp"

namespace thalweg {
namespace {

/// Slopes that differ by less, relatively, are equal.
constexpr double kSameSlope = 1e-14;

/// Collects features with their masses.
class Sum {
 public:
  void add(NarrowFeature feature, double mass) {
    if (mass == 0) return;
    result_.features.push_back(std::move(feature));
    masses_.push_back(mass);
  }

  WeightedFeatures take() {
    result_.z = Eigen::Map<const Vector>(masses_.data(), static_cast<Index>(masses_.size()));
    return std::move(result_);
  }

 private:
  WeightedFeatures result_;
  std::vector<double> masses_;
};

/// Two layers: kinks c_i = a_i + b_i with a_i on (x - x_i)_+ and b_i on (x_i - x)_+, and the rest
/// of the first slope on (x - x_1)_+.
WeightedFeatures ramps(const Vector& samples, const Vector& slopes) {
  Sum sum;
  double wanted = -slopes[0];  // of sum b_i
  for (Index i = 1; i < slopes.size(); ++i) {
    const double kink = slopes[i] - slopes[i - 1];
    const double mirrored =
        kink > 0 ? std::clamp(wanted, 0.0, kink) : std::clamp(wanted, kink, 0.0);
    wanted -= mirrored;
    sum.add({{1}, {samples[i]}}, kink - mirrored);
    sum.add({{-1}, {samples[i]}}, mirrored);
  }
  sum.add({{1}, {samples[0]}}, -wanted);
  return sum.take();
}

/// A stretch on which the slope is at least `height`, open to the right.
struct Level {
  Index first = 0;
  double height = 0;
};

/// More layers: intervals whose heights add up to the slopes of one sign, as the levels of a
/// histogram.
void add_levels(const Vector& samples, const Vector& slopes, double sign, Index layers, Sum& sum) {
  std::vector<Level> levels;
  for (Index k = 0; k <= slopes.size(); ++k) {
    const double height = k < slopes.size() ? std::max(0.0, sign * slopes[k]) : 0;
    Index first = k;
    while (!levels.empty() && levels.back().height > height) {
      const Level top = levels.back();
      levels.pop_back();
      first = top.first;
      const double below = levels.empty() ? 0 : levels.back().height;
      // A capped ramp falls with slope -1.
      sum.add(capped_ramp(samples[first], samples[k], layers),
              -sign * (top.height - std::max(below, height)));
    }
    if (height > 0 && (levels.empty() || levels.back().height < height)) {
      levels.push_back({first, height});
    }
  }
}

}  // namespace

WeightedFeatures least_cost_features(const Vector& samples, const Vector& slopes, Index layers) {
  if (layers < 2) {
    throw InvalidArgument("layers: expected at least 2, got " + std::to_string(layers));
  }
  if (samples.size() != slopes.size() + 1) {
    throw InvalidArgument("slopes: expected one less than samples, got " +
                          std::to_string(slopes.size()) + " for " + std::to_string(samples.size()));
  }
  if (slopes.size() == 0) return {};
  Vector level = slopes;
  for (Index k = 1; k < level.size(); ++k) {
    const double size = std::max(std::abs(level[k]), std::abs(level[k - 1]));
    if (std::abs(level[k] - level[k - 1]) <= kSameSlope * size) level[k] = level[k - 1];
  }
  if (layers == 2) return ramps(samples, level);
  Sum sum;
  add_levels(samples, level, 1, layers, sum);
  add_levels(samples, level, -1, layers, sum);
  return sum.take();
}

}  // namespace thalweg
