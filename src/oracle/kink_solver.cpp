#include "oracle/kink_solver.hpp"

#include <Eigen/QR>
#include <algorithm>
#include <cmath>

#include "oracle/column_kernels.hpp"

namespace thalweg::oracle {
namespace {

constexpr double kTolerance = 1e-13;
using SmallMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::ColMajor,
                                  kMaxTreeCoordinates, kMaxTreeCoordinates>;
using SmallVector =
    Eigen::Matrix<double, Eigen::Dynamic, 1, Eigen::ColMajor, kMaxTreeCoordinates, 1>;

}  // namespace

void KinkSolver::start_at(const Cone& cone, const RayVector& base, const RayVector& start,
                          RayVector& sums) {
  const Index rank = cone.rank();
  const Index stride = cone.down.stride;
  factor_ = cholesky(cone.metric.gram, rank);
  double* values = values_.reserve(stride);
  double* multipliers = multipliers_.reserve(stride);
  RayVector factors;
  RayVector c;
  for (std::size_t k = 0; k < static_cast<std::size_t>(rank); ++k) {
    factors[k] = start[k] / cone.metric.norm[k];
  }
  kernels::combine(cone.down.columns.data(), rank, factors.data(), stride, values);
  for (Index j = 0; j < stride; ++j) multipliers[j] = values[j] > 0 ? 1.0 : 0.0;
  sums.fill(0);
  kernels::weighted_sums(cone.down.columns.data(), rank, multipliers, stride, sums.data());
  for (std::size_t k = 0; k < static_cast<std::size_t>(rank); ++k) {
    c[k] = base[k] - sums[k] / cone.metric.norm[k];
  }
  RayVector x;
  maximise_linear(cone.metric, c, x, support(rank, start));
  double value = 0;
  for (std::size_t k = 0; k < static_cast<std::size_t>(rank); ++k) value += x[k] * c[k];
  free_.clear();
  rho_.fill(0);
  for (Index k = 0; k < rank; ++k) {
    const auto ray = static_cast<std::size_t>(k);
    mu_[ray] = 0;
    if (x[ray] > 0) continue;
    double product = 0;
    for (Index l = 0; l < rank; ++l) {
      product += cone.metric.gram(k, l) * x[static_cast<std::size_t>(l)];
    }
    mu_[ray] = std::max(0.0, value * product - c[ray]);
    if (mu_[ray] > 0) free_.push_back({.ray = k});
  }
}

void KinkSolver::residual(const Cone& cone, const RayVector& base, const RayVector& sums,
                          RayVector& z) const {
  for (std::size_t k = 0; k < static_cast<std::size_t>(cone.rank()); ++k) {
    z[k] = base[k] - sums[k] / cone.metric.norm[k] + mu_[k];
  }
  if (cuts_ != nullptr) {
    for (std::size_t cut = 0; cut < static_cast<std::size_t>(cuts_->count); ++cut) {
      for (std::size_t k = 0; k < static_cast<std::size_t>(cone.rank()); ++k) {
        z[k] -= rho_[cut] * cuts_->rows[cut][k];
      }
    }
  }
  solve_lower(factor_, cone.rank(), z.data());
}

void KinkSolver::column(const Cone& cone, const Free& variable, double* a) const {
  for (Index k = 0; k < cone.rank(); ++k) {
    const auto ray = static_cast<std::size_t>(k);
    if (variable.row >= 0) {
      a[k] = -cone.down.columns[ray][variable.row] / cone.metric.norm[ray];
    } else if (variable.cut >= 0) {
      a[k] = -cuts_->rows[static_cast<std::size_t>(variable.cut)][ray];
    } else {
      a[k] = static_cast<double>(variable.ray == k);
    }
  }
  solve_lower(factor_, cone.rank(), a);
}

double& KinkSolver::level(const Free& variable) {
  if (variable.row >= 0) return multipliers_.data()[variable.row];
  return variable.cut >= 0 ? rho_[static_cast<std::size_t>(variable.cut)]
                           : mu_[static_cast<std::size_t>(variable.ray)];
}

void KinkSolver::shift(const Cone& cone, const Free& variable, double value, RayVector& sums) {
  const double change = value - level(variable);
  level(variable) = value;
  if (variable.row < 0) return;
  for (std::size_t k = 0; k < static_cast<std::size_t>(cone.rank()); ++k) {
    sums[k] += change * cone.down.columns[k][variable.row];
  }
}

/// Frees the variable whose bound is violated most; false when none is.
bool KinkSolver::add_worst(const Cone& cone, const RayVector& point, double norm) {
  const Index stride = cone.down.stride;
  double* values = values_.data();
  for (const Free& variable : free_) {
    if (variable.row >= 0) values[variable.row] = 0;
  }
  if (banned_.row >= 0) values[banned_.row] = 0;
  const kernels::Violation row = kernels::worst_violation(values, multipliers_.data(), stride);
  Free worst;
  double largest = kTolerance * norm * norm;
  if (row.row >= 0 && row.value > largest) {
    largest = row.value;
    worst.row = row.row;
  }
  for (Index k = 0; k < cone.rank(); ++k) {
    const bool taken =
        k == banned_.ray || std::any_of(free_.begin(), free_.end(),
                                        [k](const Free& variable) { return variable.ray == k; });
    const double value = -0.1 * norm * point[static_cast<std::size_t>(k)];
    if (!taken && value > largest) {
      largest = value;
      worst = {.ray = k};
    }
  }
  find_violated_cut(cone.rank(), point, norm, largest, worst);
  banned_ = {};
  if (worst == Free{}) return false;
  free_.push_back(worst);
  return true;
}

double KinkSolver::cut_value(Index rank, Index cut, const RayVector& point) const {
  double value = 0;
  for (std::size_t k = 0; k < static_cast<std::size_t>(rank); ++k) {
    value += cuts_->rows[static_cast<std::size_t>(cut)][k] * point[k];
  }
  return value;
}

void KinkSolver::find_violated_cut(Index rank, const RayVector& point, double norm, double& largest,
                                   Free& worst) const {
  if (cuts_ == nullptr) return;
  for (Index cut = 0; cut < cuts_->count; ++cut) {
    const bool taken = cut == banned_.cut ||
                       std::any_of(free_.begin(), free_.end(),
                                   [cut](const Free& variable) { return variable.cut == cut; });
    const double value = 0.5 * norm * cut_value(rank, cut, point);
    if (!taken && value > largest) {
      largest = value;
      worst = {.cut = cut};
    }
  }
}

/// Least squares in the free variables, stopping at bounds, until none is hit.
void KinkSolver::minimise_on_free(const Cone& cone, const RayVector& base, RayVector& sums) {
  const Index rank = cone.rank();
  const Free newest = free_.back();
  while (!free_.empty()) {
    const auto count = static_cast<Index>(free_.size());
    SmallMatrix matrix(rank, count);
    for (Index i = 0; i < count; ++i) {
      column(cone, free_[static_cast<std::size_t>(i)], matrix.col(i).data());
    }
    RayVector z;
    residual(cone, base, sums, z);
    const Eigen::Map<const SmallVector> right(z.data(), rank);
    const SmallVector step = matrix.colPivHouseholderQr().solve(-right);
    double length = 1;
    Index hit = -1;
    for (Index i = 0; i < count; ++i) {
      const Free& variable = free_[static_cast<std::size_t>(i)];
      const double now = level(variable);
      const double next = now + step[i];
      double limit = 1;
      if (next < 0) {
        limit = -now / step[i];
      } else if (variable.row >= 0 && next > 1) {
        limit = (1 - now) / step[i];
      }
      if (limit < length) {
        length = limit;
        hit = i;
      }
    }
    length = std::max(length, 0.0);
    for (Index i = 0; i < count; ++i) {
      const Free& variable = free_[static_cast<std::size_t>(i)];
      double next = std::max(0.0, level(variable) + length * step[i]);
      if (i == hit) next = step[i] < 0 ? 0.0 : 1.0;
      if (variable.row >= 0) next = std::min(next, 1.0);
      shift(cone, variable, next, sums);
    }
    if (hit < 0) return;
    const Free blocked = free_[static_cast<std::size_t>(hit)];
    if (length == 0 && blocked == newest) banned_ = blocked;
    free_.erase(free_.begin() + hit);
  }
}

/// Whether the relaxation exceeds the threshold at the point, so that no multipliers can close the
/// cone.
bool KinkSolver::hopeless(const Cone& cone, const RayVector& base, const RayVector& point,
                          double threshold) const {
  const Index rank = cone.rank();
  double largest = 0;
  double smallest = 0;
  for (std::size_t k = 0; k < static_cast<std::size_t>(rank); ++k) {
    largest = std::max(largest, point[k]);
    smallest = std::min(smallest, point[k]);
  }
  if (smallest < -1e-9 * largest) return false;
  if (cuts_ != nullptr) {
    for (Index cut = 0; cut < cuts_->count; ++cut) {
      if (cut_value(rank, cut, point) > 1e-12 * largest) return false;
    }
  }
  double squared = 0;
  double value = 0;
  for (Index k = 0; k < rank; ++k) {
    value += base[static_cast<std::size_t>(k)] * point[static_cast<std::size_t>(k)];
    for (Index l = 0; l < rank; ++l) {
      squared += cone.metric.gram(k, l) * point[static_cast<std::size_t>(k)] *
                 point[static_cast<std::size_t>(l)];
    }
  }
  const double one = 1;
  const double* values = values_.data();
  value -= kernels::plus_sum(&values, 1, &one, cone.down.stride);
  return value > threshold * (1 + 1e-11) * std::sqrt(squared);
}

void KinkSolver::solve(const Cone& cone, const RayVector& base, const RayVector& start,
                       double threshold, RayVector& sums, const ConeCuts* cuts) {
  cuts_ = cuts;
  start_at(cone, base, start, sums);
  minimise(cone, base, threshold, sums);
  // The steps moved the sums one by one; the error margin counts a single summation.
  sums.fill(0);
  kernels::weighted_sums(cone.down.columns.data(), cone.rank(), multipliers_.data(),
                         cone.down.stride, sums.data());
}

/// Active-set steps until none helps, the threshold is met or cannot be.
void KinkSolver::minimise(const Cone& cone, const RayVector& base, double threshold,
                          RayVector& sums) {
  const Index rank = cone.rank();
  banned_ = {};
  const Index steps = (threshold > 0 ? 10 : 30) * rank + 20;
  for (Index step = 0; step < steps; ++step) {
    RayVector point;
    residual(cone, base, sums, point);
    double norm = 0;
    for (std::size_t k = 0; k < static_cast<std::size_t>(rank); ++k) norm += point[k] * point[k];
    norm = std::sqrt(norm);
    if (norm <= threshold * (1 - 1e-14) || norm == 0) return;
    solve_upper(factor_, rank, point.data());
    RayVector factors;
    for (std::size_t k = 0; k < static_cast<std::size_t>(rank); ++k) {
      factors[k] = point[k] / cone.metric.norm[k];
    }
    kernels::combine(cone.down.columns.data(), rank, factors.data(), cone.down.stride,
                     values_.data());
    if (threshold > 0 && hopeless(cone, base, point, threshold)) return;
    if (static_cast<Index>(free_.size()) == rank || !add_worst(cone, point, norm)) return;
    minimise_on_free(cone, base, sums);
  }
}

}  // namespace thalweg::oracle
