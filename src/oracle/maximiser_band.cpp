#include "oracle/maximiser_band.hpp"

#include <algorithm>
#include <cmath>

#include "oracle/dual_query.hpp"

namespace thalweg::oracle {
namespace {

constexpr std::size_t kMaxCrossing = 6;
/// A row whose values on one side are below this share of those on the other touches the cone
/// rather than crossing it.
constexpr double kTouching = 1e-10;

constexpr double kSmallestPivot = 1e-4;

double norm(const RayVector& x, Index rank) {
  double squared = 0;
  for (std::size_t k = 0; k < static_cast<std::size_t>(rank); ++k) squared += x[k] * x[k];
  return std::sqrt(squared);
}

bool narrow(const Cone& cone) {
  for (Index k = 0; k < cone.rank(); ++k) {
    for (Index l = 0; l < k; ++l) {
      if (cone.metric.gram(k, l) < 1 - kDistinctAngle * kDistinctAngle / 4) return false;
    }
  }
  return true;
}

}  // namespace

/// Adds the rows' values at the scaled rays, crossing ones by half, and half the norms of the
/// latter to the radius.
void BandCollector::add_gradients(const Cone& cone, const ConeRows& rows, double sign,
                                  RayVector& sum, double& radius) const {
  const auto rank = static_cast<std::size_t>(cone.rank());
  for (Index row = 0; row < rows.count; ++row) {
    if (rows.positive[row] == 0) continue;
    const bool crossing = rows.negative[row] != 0;
    RayVector values{};
    for (std::size_t k = 0; k < rank; ++k) {
      values[k] = rows.columns[k][row] / cone.metric.norm[k];
      sum[k] += (crossing ? 0.5 : 1.0) * sign * values[k];
    }
    if (!crossing) continue;
    solve_lower(factor_, cone.rank(), values.data());
    radius += 0.5 * norm(values, cone.rank());
  }
}

bool BandCollector::excludes(const Cone& cone) {
  const Index rank = cone.rank();
  factor_ = cholesky(cone.metric.gram, rank);
  for (Index k = 0; k < rank; ++k) {
    if (factor_(k, k) < kSmallestPivot) return false;
  }
  RayVector gradient{};
  RayVector middle{};
  double radius = 0;
  for (Index k = 0; k < rank; ++k) {
    const auto ray = static_cast<std::size_t>(k);
    gradient[ray] = (cone.frozen_up[ray] - cone.frozen_down[ray]) / cone.metric.norm[ray];
    for (Index l = 0; l < rank; ++l) middle[ray] += cone.metric.gram(k, l);
  }
  add_gradients(cone, cone.up, 1.0, gradient, radius);
  add_gradients(cone, cone.down, -1.0, gradient, radius);
  solve_lower(factor_, rank, gradient.data());
  RayVector direction = middle;
  solve_lower(factor_, rank, direction.data());
  const double length = norm(direction, rank);
  const double slope = norm(gradient, rank);
  if (radius >= slope) return false;
  double smallest = 1;
  double cosine = 0;
  for (std::size_t k = 0; k < static_cast<std::size_t>(rank); ++k) {
    smallest = std::min(smallest, middle[k] / length);
    cosine += gradient[k] * direction[k] / (length * slope);
  }
  const double reach = std::acos(std::clamp(smallest, -1.0, 1.0)) + std::asin(radius / slope);
  return std::acos(std::clamp(cosine, -1.0, 1.0)) > reach + 1e-6;
}

/// Sorts the rows of positive weight into crossing and active (summed per ray); false when too many
/// cross.
bool BandCollector::sort_rows(const Cone& cone) {
  crossing_.clear();
  active_sums_ = cone.frozen_up;
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
        active_sums_[k] += cone.up.columns[k][row];
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
  if (value >= threshold) points.push_back(point_of(cone, x));
}

bool BandCollector::accepts(const Cone& cone) {
  narrow_ = narrow(cone);
  return narrow_ || sort_rows(cone);
}

void BandCollector::collect(const Cone& cone, double threshold, std::vector<Vector>& points) {
  if (narrow_) {
    RayVector middle;
    middle.fill(1);
    points.push_back(point_of(cone, middle));
    return;
  }
  const auto patterns = 1u << crossing_.size();
  for (unsigned pattern = 0; pattern < patterns; ++pattern) {
    RayVector sums = active_sums_;
    for (std::size_t i = 0; i < crossing_.size(); ++i) {
      if (!(pattern >> i & 1)) continue;
      for (std::size_t k = 0; k < static_cast<std::size_t>(cone.rank()); ++k) {
        sums[k] += cone.up.columns[k][crossing_[i]];
      }
    }
    maximise_pattern(cone, sums, threshold * (1 - 1e-9), points);
  }
}

}  // namespace thalweg::oracle
