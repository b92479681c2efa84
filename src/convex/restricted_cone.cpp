#include "convex/restricted_cone.hpp"

#include <Eigen/Jacobi>
#include <algorithm>
#include <cmath>

#include "thalweg/core/multiversion.hpp"

namespace thalweg::detail {
namespace {

constexpr double kDependent = 1e-12;  ///< a unit normal this close to the span adds nothing
constexpr Index kLanes = 16;
constexpr double kShare = 0.5;          ///< of the worst violation: rows looked at again first
constexpr std::size_t kShortlist = 48;  ///< how many of them
constexpr Index kRows = 512;            ///< rows of X whose products stay in the innermost cache
constexpr double kViolation = 1e-15;    ///< times sqrt(d): the rounding of a unit row's product

/// t = X u, row by row the same sum whatever the instruction set.
THALWEG_MULTIVERSION
void wall_products(const double* __restrict X, Index n, Index d, const double* __restrict u,
                   double* __restrict t) {
  for (Index first = 0; first < n; first += kRows) {
    const Index last = first + kRows < n ? first + kRows : n;
    for (Index i = first; i < last; ++i) t[i] = 0;
    Index k = 0;
    for (; k + 4 <= d; k += 4) {
      const double* a = X + k * n;
      const double* b = a + n;
      const double* c = b + n;
      const double* e = c + n;
      for (Index i = first; i < last; ++i) {
        t[i] += (a[i] * u[k] + b[i] * u[k + 1]) + (c[i] * u[k + 2] + e[i] * u[k + 3]);
      }
    }
    for (; k < d; ++k) {
      const double* column = X + k * n;
      for (Index i = first; i < last; ++i) t[i] += column[i] * u[k];
    }
  }
}

/// result = side t / |x|; returns its least entry, at most 0.
THALWEG_MULTIVERSION
double distances(const double* __restrict t, const double* __restrict side,
                 const double* __restrict inverse_length, Index n, double* __restrict result) {
  double least[kLanes] = {};
  Index i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (Index k = 0; k < kLanes; ++k) {
      const double value = side[i + k] * t[i + k] * inverse_length[i + k];
      result[i + k] = value;
      least[k] = value < least[k] ? value : least[k];
    }
  }
  for (; i < n; ++i) {
    result[i] = side[i] * t[i] * inverse_length[i];
    least[0] = result[i] < least[0] ? result[i] : least[0];
  }
  return *std::min_element(least, least + kLanes);
}

}  // namespace

Walls::Walls(const Matrix& data) : X(data), rows(data.transpose()), inverse_length(data.rows()) {
  for (Index i = 0; i < data.rows(); ++i) {
    const double length = rows.col(i).stableNorm();
    inverse_length[i] = length > 0 ? 1 / length : 0.0;
  }
}

ConeProjector::ConeProjector(const Walls& walls)
    : walls_(walls),
      Q_(walls.rows.rows(), walls.rows.rows()),
      R_(walls.rows.rows(), walls.rows.rows()),
      rho_(walls.rows.rows()),
      blocked_(static_cast<std::size_t>(walls.rows.cols()), 0),
      u_(walls.rows.rows()),
      t_(walls.rows.cols()),
      distance_(walls.rows.cols()),
      coefficients_(walls.rows.rows()),
      target_(walls.rows.rows()) {}

double ConeProjector::project(const Vector& c, const Vector& side, double enough, WallFace& face) {
  shortlist_.clear();
  start(side, face);
  reduce(c);
  const double noise = kViolation * std::sqrt(static_cast<double>(c.size()) + 4);
  const double size = c.norm();
  const Index limit = 20 * (c.size() + 5);
  double length = u_.norm();
  complete_ = false;
  for (Index step = 0; step < limit && length > enough; ++step) {
    const Index wall = most_violated(side, noise * (4 * length + size));
    if (wall < 0) break;
    if (append(wall, side[wall], 0)) {
      complete_ = false;
      reduce(c);
    }
    const double shorter = u_.norm();
    if (shorter < length) {
      if (any_blocked_) std::fill(blocked_.begin(), blocked_.end(), 0);
      any_blocked_ = false;
    } else {
      blocked_[static_cast<std::size_t>(wall)] = 1;
      any_blocked_ = true;
    }
    length = shorter;
  }
  if (length > enough && !complete_) {
    wall_products(walls_.X.data(), t_.size(), u_.size(), u_.data(), t_.data());
    complete_ = true;
  }
  if (any_blocked_) std::fill(blocked_.begin(), blocked_.end(), 0);
  any_blocked_ = false;
  face.rows = rows_;
  face.rho.assign(rho_.data(), rho_.data() + size_);
  return length;
}

void ConeProjector::start(const Vector& side, const WallFace& face) {
  size_ = 0;
  rows_.clear();
  for (std::size_t k = 0; k < face.rows.size(); ++k) {
    append(face.rows[k], side[face.rows[k]], face.rho[k]);
  }
}

/// Gram-Schmidt twice: the basis stays orthonormal to rounding.
bool ConeProjector::append(Index row, double sigma, double rho) {
  if (size_ == Q_.rows()) return false;
  const Vector normal = sigma * walls_.inverse_length[row] * walls_.rows.col(row);
  auto column = Q_.col(size_);
  auto r = R_.col(size_).head(size_);
  column = normal;
  r.noalias() = span().transpose() * column;
  column.noalias() -= span() * r;
  coefficients_.head(size_).noalias() = span().transpose() * column;
  column.noalias() -= span() * coefficients_.head(size_);
  r += coefficients_.head(size_);
  const double rest = column.norm();
  if (!(rest > kDependent)) return false;
  column /= rest;
  R_(size_, size_) = rest;
  rho_[size_] = rho;
  rows_.push_back(row);
  ++size_;
  return true;
}

/// Takes one wall out: Givens rotations make R triangular again, Q turns with them.
void ConeProjector::remove(Index leaving) {
  const Index last = --size_;
  for (Index k = leaving; k < last; ++k) {
    R_.col(k).head(k + 2) = R_.col(k + 1).head(k + 2);
    rho_[k] = rho_[k + 1];
  }
  Eigen::JacobiRotation<double> rotation;
  for (Index k = leaving; k < last; ++k) {
    rotation.makeGivens(R_(k, k), R_(k + 1, k));
    R_.block(0, k, last + 1, last - k).applyOnTheLeft(k, k + 1, rotation.adjoint());
    Q_.applyOnTheRight(k, k + 1, rotation);
  }
  rows_.erase(rows_.begin() + leaving);
}

/// The least-squares multipliers of the holding walls, dropping walls whose multiplier would turn
/// negative on the way there.
void ConeProjector::reduce(const Vector& c) {
  for (;;) {
    auto target = target_.head(size_);
    target.noalias() = -(span().transpose() * c);
    u_ = c;
    if (size_ == 0) return;
    u_.noalias() += span() * target;
    R_.topLeftCorner(size_, size_).triangularView<Eigen::Upper>().solveInPlace(target);
    double alpha = 1;
    for (Index k = 0; k < size_; ++k) {
      if (target[k] < 0) alpha = std::min(alpha, rho_[k] / (rho_[k] - target[k]));
    }
    if (alpha >= 1) {
      rho_.head(size_) = target;
      // Once more orthogonal: the walls hold to rounding relative to the projection itself.
      coefficients_.head(size_).noalias() = span().transpose() * u_;
      u_.noalias() -= span() * coefficients_.head(size_);
      return;
    }
    for (Index k = size_ - 1; k >= 0; --k) {
      const bool reached = target[k] < 0 && rho_[k] / (rho_[k] - target[k]) <= alpha;
      rho_[k] = std::max(0.0, rho_[k] + alpha * (target[k] - rho_[k]));
      if (reached) remove(k);
    }
  }
}

/// The wall that u violates most, by more than the tolerance; -1 when there is none. Walls that an
/// earlier point violated are looked at first: most entering walls are among them, without a pass
/// over all rows. Such a pass sets t = X u.
Index ConeProjector::most_violated(const Vector& side, double tolerance) {
  Index worst = -1;
  double least = -tolerance;
  for (const Index i : shortlist_) {
    const double value = side[i] * walls_.inverse_length[i] * walls_.rows.col(i).dot(u_);
    if (value < least && blocked_[static_cast<std::size_t>(i)] == 0) {
      least = value;
      worst = i;
    }
  }
  complete_ = false;
  if (worst >= 0) return worst;
  shortlist_.clear();
  wall_products(walls_.X.data(), t_.size(), u_.size(), u_.data(), t_.data());
  complete_ = true;
  const double deepest =
      distances(t_.data(), side.data(), walls_.inverse_length.data(), t_.size(), distance_.data());
  if (!(deepest < least)) return -1;
  const double share = any_blocked_ ? least : kShare * deepest;
  for (Index i = 0; i < distance_.size(); ++i) {
    if (distance_[i] > share || blocked_[static_cast<std::size_t>(i)] != 0) continue;
    if (shortlist_.size() < kShortlist) shortlist_.push_back(i);
    if (distance_[i] < least) {
      least = distance_[i];
      worst = i;
    }
  }
  return worst;
}

}  // namespace thalweg::detail
