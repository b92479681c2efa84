#include "oracle/maximiser_band.hpp"

#include <algorithm>
#include <cmath>

#include "oracle/dual_query.hpp"

namespace thalweg::oracle {
namespace {

constexpr std::size_t kMaxCrossing = 4;
/// A row whose values on one side are below this share of those on the other touches the cone
/// rather than crossing it.
constexpr double kTouching = 1e-10;

bool narrow(const Cone& cone) {
  for (Index k = 0; k < cone.rank(); ++k) {
    for (Index l = 0; l < k; ++l) {
      if (cone.metric.gram(k, l) < 1 - kDistinctAngle * kDistinctAngle / 4) return false;
    }
  }
  return true;
}

void append_point(const Cone& cone, const RayVector& x, std::vector<Vector>& points) {
  Vector z = Vector::Zero(cone.rank());
  for (Index k = 0; k < cone.rank(); ++k) {
    const auto ray = static_cast<std::size_t>(k);
    for (Index i = 0; i < cone.rank(); ++i)
      z[i] += x[ray] / cone.metric.norm[ray] * cone.rays(i, k);
  }
  points.push_back(z);
}

}  // namespace

/// Sorts the rows of positive weight into crossing and active (summed per ray); false when too many
/// cross.
bool BandCollector::crossing_rows(const Cone& cone, RayVector& active_sums) {
  crossing_.clear();
  active_sums = cone.frozen_up;
  for (Index row = 0; row < cone.up.count; ++row) {
    double low = 0;
    double high = 0;
    for (std::size_t k = 0; k < static_cast<std::size_t>(cone.rank()); ++k) {
      const double value = cone.up.columns[k][row] / cone.metric.norm[k];
      low = std::min(low, value);
      high = std::max(high, value);
    }
    if (-low > kTouching * high && high > -kTouching * low) {
      if (crossing_.size() == kMaxCrossing) return false;
      crossing_.push_back(row);
    } else if (high > -low) {
      for (std::size_t k = 0; k < static_cast<std::size_t>(cone.rank()); ++k) {
        active_sums[k] += cone.up.columns[k][row];
      }
    }
  }
  return true;
}

void BandCollector::maximise_pattern(const Cone& cone, const RayVector& linear, double threshold,
                                     std::vector<Vector>& points) {
  RayVector base{};
  RayVector start{};
  RayVector sums{};
  RayVector x{};
  const auto rank = static_cast<std::size_t>(cone.rank());
  for (std::size_t k = 0; k < rank; ++k) {
    base[k] = (linear[k] - cone.frozen_down[k]) / cone.metric.norm[k];
    start[k] = 1;
  }
  kinks_.solve(cone, base, start, 0, sums);
  double value = 0;
  for (std::size_t k = 0; k < rank; ++k) base[k] -= sums[k] / cone.metric.norm[k];
  maximise_linear(cone.metric, base, x);
  for (std::size_t k = 0; k < rank; ++k) value += x[k] * base[k];
  if (value >= threshold) append_point(cone, x, points);
}

bool BandCollector::collect(const Cone& cone, double threshold, std::vector<Vector>& points) {
  if (narrow(cone)) {
    RayVector middle;
    middle.fill(1);
    append_point(cone, middle, points);
    return true;
  }
  RayVector linear;
  if (!crossing_rows(cone, linear)) return false;
  const auto patterns = 1u << crossing_.size();
  for (unsigned pattern = 0; pattern < patterns; ++pattern) {
    RayVector sums = linear;
    for (std::size_t i = 0; i < crossing_.size(); ++i) {
      if (!(pattern >> i & 1)) continue;
      for (std::size_t k = 0; k < static_cast<std::size_t>(cone.rank()); ++k) {
        sums[k] += cone.up.columns[k][crossing_[i]];
      }
    }
    maximise_pattern(cone, sums, threshold * (1 - 1e-9), points);
  }
  return true;
}

}  // namespace thalweg::oracle
