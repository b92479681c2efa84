#include "oracle/local_ascent.hpp"

#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <limits>

#include "oracle/column_kernels.hpp"

namespace thalweg::oracle {
namespace {

constexpr int kClimbSteps = 200;
constexpr int kPolishSteps = 300;

std::vector<const double*> column_pointers(const RowSet& set) {
  std::vector<const double*> columns;
  for (Index k = 0; k < set.columns.cols(); ++k) columns.push_back(set.column(k));
  return columns;
}

std::vector<double> row_norms(const RowSet& set) {
  const Vector norms = set.columns.rowwise().norm();
  return {norms.data(), norms.data() + norms.size()};
}

}  // namespace

LocalAscent::LocalAscent(const SignedRows& rows)
    : rows_(rows), up_norms_(row_norms(rows.up)), down_norms_(row_norms(rows.down)) {}

/// f(u) and its gradient (one of them at kinks).
double LocalAscent::gradient(const Vector& u, Vector& gradient) const {
  const Index rank = rows_.coordinates();
  Vector sums(rank);
  gradient = rows_.linear;
  kernels::positive_sums(column_pointers(rows_.up).data(), rank, u.data(), rows_.up.stride,
                         sums.data());
  gradient += sums;
  kernels::positive_sums(column_pointers(rows_.down).data(), rank, u.data(), rows_.down.stride,
                         sums.data());
  gradient -= sums;
  return gradient.dot(u);
}

Summit LocalAscent::climb(const Vector& start) {
  Summit summit{start.normalized(), 0, {}};
  Vector slope;
  summit.value = gradient(summit.u, slope);
  Vector next_slope;
  for (int step = 0; step < kClimbSteps; ++step) {
    const double norm = slope.norm();
    if (norm < 1e-300) break;
    bool moved = false;
    double share = 1;
    for (int attempt = 0; attempt < 6 && !moved; ++attempt, share *= 0.3) {
      Vector next = (1 - share) * summit.u + (share / norm) * slope;
      const double length = next.norm();
      if (length < 1e-12) continue;
      next /= length;
      const double value = gradient(next, next_slope);
      if (value > summit.value + 1e-9 * std::fabs(summit.value)) {
        summit.u = next;
        summit.value = value;
        slope = next_slope;
        moved = true;
      }
    }
    if (!moved) break;
  }
  return summit;
}

void LocalAscent::values(const RowSet& set, const Vector& u, std::vector<double>& out) const {
  out.resize(static_cast<std::size_t>(set.stride));
  kernels::combine(column_pointers(set).data(), u.size(), u.data(), set.stride, out.data());
}

/// Gradient of the current piece without the held kinks.
void LocalAscent::piece_gradient(Vector& gradient) const {
  const Index rank = rows_.coordinates();
  Vector sums(rank);
  std::vector<double> active(static_cast<std::size_t>(rows_.up.stride));
  gradient = rows_.linear;
  for (std::size_t i = 0; i < active.size(); ++i) active[i] = up_values_[i] > 0 ? 1.0 : 0.0;
  kernels::weighted_sums(column_pointers(rows_.up).data(), rank, active.data(), rows_.up.stride,
                         gradient.data());
  active.resize(static_cast<std::size_t>(rows_.down.stride));
  for (std::size_t i = 0; i < active.size(); ++i) active[i] = down_values_[i] > 0 ? 1.0 : 0.0;
  for (const Index row : held_) active[static_cast<std::size_t>(row)] = 0;
  sums.setZero();
  kernels::weighted_sums(column_pointers(rows_.down).data(), rank, active.data(), rows_.down.stride,
                         sums.data());
  gradient -= sums;
}

Matrix LocalAscent::held_rows() const {
  Matrix rows(rows_.coordinates(), static_cast<Index>(held_.size()));
  for (Index i = 0; i < rows.cols(); ++i) {
    rows.col(i) = rows_.down.columns.row(held_[static_cast<std::size_t>(i)]).transpose();
  }
  return rows;
}

/// At a stationary point of the held piece: lets go of the kink whose multiplier is furthest
/// outside [0, 1]; false if none is.
bool LocalAscent::release(const Vector& gradient, const Vector& stationary) {
  if (held_.empty()) return false;
  const Vector s = held_rows().colPivHouseholderQr().solve(gradient - stationary);
  Index worst = -1;
  double largest = 1e-12;
  for (Index i = 0; i < s.size(); ++i) {
    const double excess = std::max(-s[i], s[i] - 1);
    if (excess > largest) {
      largest = excess;
      worst = i;
    }
  }
  if (worst < 0) return false;
  const auto row = static_cast<std::size_t>(held_[static_cast<std::size_t>(worst)]);
  // The sign of the value decides on which side the row is left.
  down_values_[row] = s[worst] > 1 ? std::numeric_limits<double>::min() : 0.0;
  held_.erase(held_.begin() + worst);
  return true;
}

/// A row of positive weight that vanishes at u: f is convex across it, so h grows to either side.
/// Moves it to its other side; false when there is none.
bool LocalAscent::leave_convex_kink(const Vector& u) {
  const double length = u.norm();
  const Matrix held = held_rows();
  for (std::size_t i = 0; i < static_cast<std::size_t>(rows_.up.count); ++i) {
    if (std::fabs(up_values_[i]) > 1e-13 * up_norms_[i] * length) continue;
    Vector row = rows_.up.columns.row(static_cast<Index>(i)).transpose();
    if (!held_.empty()) row -= held * held.colPivHouseholderQr().solve(row);
    if (row.norm() < 1e-9 * up_norms_[i]) continue;  // it vanishes wherever the held rows do
    up_values_[i] = up_values_[i] > 0 ? 0.0 : std::numeric_limits<double>::min();
    return true;
  }
  return false;
}

/// Adds the breakpoints of |dt| rows whose value changes sign within the unit step.
void LocalAscent::collect(const std::vector<double>& t, const std::vector<double>& dt,
                          const std::vector<double>& norms, double length, bool down) {
  for (std::size_t i = 0; i < t.size(); ++i) {
    const double change = dt[i];
    const bool crosses = t[i] > 0 ? t[i] + change < 0 : t[i] + change > 0;
    if (!crosses || std::fabs(change) <= 1e-13 * norms[i] * length) continue;
    const double at = std::max(0.0, -t[i] / change);
    breakpoints_.push_back(
        {at, down ? -std::fabs(change) : std::fabs(change), down ? static_cast<Index>(i) : -1});
  }
}

/// The first point of the step at which the slope of h is no longer positive; stop_row: the kink
/// that stops it, or -1.
double LocalAscent::line_search(double slope, double curvature, Index& stop_row) {
  std::sort(breakpoints_.begin(), breakpoints_.end(),
            [](const Breakpoint& a, const Breakpoint& b) { return a.at < b.at; });
  stop_row = -1;
  for (const Breakpoint& point : breakpoints_) {
    if (slope - curvature * point.at <= 0) break;
    slope += point.jump;
    if (slope - curvature * point.at <= 0) {
      stop_row = point.row;
      return point.at;
    }
  }
  return std::min(1.0, slope / curvature);
}

Summit LocalAscent::polish(const Vector& start) {
  Vector slope;
  Vector u = start * std::max(gradient(start, slope), 1e-300);
  held_.clear();
  values(rows_.up, u, up_values_);
  values(rows_.down, u, down_values_);
  Vector target;
  for (int step = 0; step < kPolishSteps; ++step) {
    piece_gradient(slope);
    target = slope;
    if (!held_.empty()) {
      const Matrix rows = held_rows();
      target -= rows * rows.colPivHouseholderQr().solve(slope);
    }
    const Vector direction = target - u;
    const double squared = direction.squaredNorm();
    if (squared <= 1e-30 * u.squaredNorm()) {
      if (!release(slope, target) && !leave_convex_kink(u)) break;
      continue;
    }
    values(rows_.up, direction, up_change_);
    values(rows_.down, direction, down_change_);
    for (const Index row : held_) {
      down_values_[static_cast<std::size_t>(row)] = 0;
      down_change_[static_cast<std::size_t>(row)] = 0;
    }
    breakpoints_.clear();
    const double length = std::sqrt(squared);
    collect(up_values_, up_change_, up_norms_, length, false);
    collect(down_values_, down_change_, down_norms_, length, true);
    Index stop_row;
    const double share = line_search(squared, squared, stop_row);
    u += share * direction;
    values(rows_.up, u, up_values_);
    values(rows_.down, u, down_values_);
    if (stop_row >= 0) held_.push_back(stop_row);
    for (const Index row : held_) down_values_[static_cast<std::size_t>(row)] = 0;
  }
  Summit summit{u.normalized(), 0, {}};
  if (!summit.u.allFinite() || u.squaredNorm() == 0) summit.u = start;
  for (const Index row : held_) {
    summit.kinks.push_back(rows_.down.groups[static_cast<std::size_t>(row)]);
  }
  summit.value = gradient(summit.u, slope);
  return summit;
}

}  // namespace thalweg::oracle
