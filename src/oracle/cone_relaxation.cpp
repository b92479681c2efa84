#include "oracle/cone_relaxation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "oracle/column_kernels.hpp"

namespace thalweg::oracle {
namespace {

constexpr int kFrankWolfeSteps = 3;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

double dot(const RayVector& a, const RayVector& b, Index rank) {
  double sum = 0;
  for (Index k = 0; k < rank; ++k)
    sum += a[static_cast<std::size_t>(k)] * b[static_cast<std::size_t>(k)];
  return sum;
}

}  // namespace

void ConeRelaxation::prepare(const Cone& cone, const SignedRows& rows) {
  const double factor = rows.error_factor(cone.depth);
  for (std::size_t k = 0; k < static_cast<std::size_t>(cone.rank()); ++k) {
    base_[k] = (cone.plus_up[k] - cone.frozen_down[k]) / cone.metric.norm[k];
    margin_[k] = factor * cone.magnitude[k] / cone.metric.norm[k];
  }
}

void ConeRelaxation::tangent(const Cone& cone, const RayVector& point, RayVector& sums) const {
  RayVector factors;
  for (std::size_t k = 0; k < static_cast<std::size_t>(cone.rank()); ++k) {
    factors[k] = point[k] / cone.metric.norm[k];
  }
  kernels::positive_sums(cone.down.columns.data(), cone.rank(), factors.data(), cone.down.stride,
                         sums.data());
}

bool ConeRelaxation::improve(const Cone& cone, const RayVector& sums, ConeBound& result,
                             RayVector& point) {
  RayVector c;
  for (std::size_t k = 0; k < static_cast<std::size_t>(cone.rank()); ++k) {
    c[k] = base_[k] - sums[k] / cone.metric.norm[k];
  }
  const bool known = result.bound < kInfinity;
  maximise_linear(cone.metric, c, point, known ? support(cone.rank(), result.point) : guess_);
  RayVector safe;
  for (std::size_t k = 0; k < static_cast<std::size_t>(cone.rank()); ++k) {
    safe[k] = c[k] + margin_[k] * (1 + 0x1p-40) + 0x1p-51 * std::fabs(c[k]);
  }
  const double bound = linear_bound(cone.metric, safe, point);
  if (!(bound < result.bound)) return false;
  result.bound = bound;
  result.estimate = linear_bound(cone.metric, c, point);
  result.point = point;
  sums_ = sums;
  return true;
}

double ConeRelaxation::relaxed_value(const Cone& cone, const RayVector& point,
                                     const RayVector& sums) const {
  double value = 0;
  for (std::size_t k = 0; k < static_cast<std::size_t>(cone.rank()); ++k) {
    value += point[k] * (base_[k] - sums[k] / cone.metric.norm[k]);
  }
  return value;
}

void ConeRelaxation::evaluate(const Cone& cone, const RayVector& point, const RayVector& sums,
                              ConeBound& result) const {
  RayVector factors;
  double value = 0;
  for (std::size_t k = 0; k < static_cast<std::size_t>(cone.rank()); ++k) {
    factors[k] = point[k] / cone.metric.norm[k];
    value += factors[k] * (cone.frozen_up[k] - cone.frozen_down[k] - sums[k]);
  }
  value += kernels::plus_sum(cone.up.columns.data(), cone.rank(), factors.data(), cone.up.stride);
  if (value > result.value) {
    result.value = value;
    result.best_point = point;
  }
}

void ConeRelaxation::line_search(const Cone& cone, const RayVector& target, double threshold,
                                 ConeBound& result) {
  const Index rank = cone.rank();
  RayVector difference;
  RayVector scaled;
  const RayVector start = sums_;
  for (std::size_t k = 0; k < static_cast<std::size_t>(rank); ++k) {
    difference[k] = target[k] - start[k];
    scaled[k] = difference[k] / cone.metric.norm[k];
  }
  double low = 0;
  double low_slope = -dot(scaled, result.point, rank);
  RayVector point;
  improve(cone, target, result, point);
  double high = 1;
  double high_slope = -dot(scaled, point, rank);
  if (high_slope <= 0) return;
  for (int step = 0; step < 4 && result.bound > threshold; ++step) {
    const double share = std::clamp(-low_slope / (high_slope - low_slope), 0.1, 0.9);
    const double middle = low + (high - low) * share;
    RayVector sums;
    for (std::size_t k = 0; k < static_cast<std::size_t>(rank); ++k) {
      sums[k] = start[k] + middle * difference[k];
    }
    improve(cone, sums, result, point);
    const double slope = -dot(scaled, point, rank);
    (slope > 0 ? high : low) = middle;
    (slope > 0 ? high_slope : low_slope) = slope;
  }
}

/// Whether the cone may still be closed by better multipliers.
bool ConeRelaxation::frank_wolfe(const Cone& cone, double threshold, double incumbent,
                                 ConeBound& result) {
  for (int step = 0;; ++step) {
    RayVector sums;
    tangent(cone, result.point, sums);
    const double relaxed = relaxed_value(cone, result.point, sums);
    if (relaxed > incumbent) evaluate(cone, result.point, sums, result);
    if (relaxed > threshold * (1 + 1e-12)) return false;
    if (cone.down.count == 0) return false;
    if (step == kFrankWolfeSteps) return true;
    const double before = result.bound;
    line_search(cone, sums, threshold, result);
    if (result.bound <= threshold) return false;
    if (result.bound >= before * (1 - 1e-10)) return true;
  }
}

void ConeRelaxation::bound(const Cone& cone, const SignedRows& rows, double threshold,
                           double incumbent, ConeBound& result, unsigned guess) {
  prepare(cone, rows);
  guess_ = guess;
  result.bound = kInfinity;
  result.value = -kInfinity;
  RayVector point;
  point.fill(1);
  RayVector sums;
  tangent(cone, point, sums);
  if (!improve(cone, sums, result, point)) {
    result.estimate = kInfinity;
    result.point.fill(1);
    sums_ = sums;
  }
  if (result.bound <= threshold) return;
  if (!frank_wolfe(cone, threshold, incumbent, result)) return;
  kinks_.solve(cone, base_, result.point, threshold, sums);
  improve(cone, sums, result, point);
}

void ConeRelaxation::converge(const Cone& cone, const SignedRows& rows, ConeBound& result) {
  prepare(cone, rows);
  guess_ = 0;
  RayVector sums;
  RayVector point;
  kinks_.solve(cone, base_, result.point, 0, sums);
  result.bound = kInfinity;
  result.value = -kInfinity;
  improve(cone, sums, result, point);
  evaluate(cone, result.point, sums, result);
}

}  // namespace thalweg::oracle
