#include "arrangement/sign_tree_crossing.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

namespace thalweg::sign_tree {
namespace {

/// Everything has length 1. Below `kShort` the residual is made orthogonal once more, so that its
/// slopes have errors of a few roundings times its length, `kNoise`.
constexpr double kShort = 1e-2;
template <class Real>
constexpr double kNoise = 1e-14;
template <>
constexpr double kNoise<Fine> = 1e-32;
template <class Real>
constexpr double kVanished = 1e-10;
template <>
constexpr double kVanished<Fine> = 1e-26;
template <class Real>
constexpr double kIndependent = 1e-9;
template <>
constexpr double kIndependent<Fine> = 1e-24;
/// How much further than the new wall the next old wall must be.
constexpr double kRoom = 1.001;

template <class A, class Real>
Real dot(const A* a, const Real* b, Index size) {
  Real sum = 0;
  for (Index c = 0; c < size; ++c) sum += a[c] * b[c];
  return sum;
}

template <class Real>
void add(Real factor, const Real* from, Real* to, Index size) {
  for (Index c = 0; c < size; ++c) to[c] += factor * from[c];
}

double square_root(double value) { return std::sqrt(value); }
/// Newton's method from the double.
Fine square_root(Fine value) {
  Fine root = std::sqrt(static_cast<double>(value));
  for (int step = 0; step < 2 && root > 0; ++step) root = (root + value / root) / 2;
  return root;
}

template <class Real>
std::vector<Real> zeros(Index size) {
  return std::vector<Real>(static_cast<std::size_t>(size), 0);
}

}  // namespace

template <class Real>
CrossingSearch<Real>::CrossingSearch(const TreeRows& rows)
    : rows_(rows),
      dimension_(rows.dimension),
      support_(static_cast<std::size_t>(rows.dimension + 1)),
      factors_(zeros<Real>(rows.dimension + 1)),
      solution_(zeros<Real>(rows.dimension + 1)),
      basis_(zeros<Real>(rows.dimension * (rows.dimension + 1))),
      triangle_(zeros<Real>(rows.dimension * (rows.dimension + 1))),
      target_(zeros<Real>(rows.dimension)),
      components_(zeros<Real>(rows.dimension + 1)),
      residual_(zeros<Real>(rows.dimension)) {}

template <class Real>
Crossing CrossingSearch<Real>::run(Index row, Sign sign, const double* sigma,
                                   const Place<Real>& from, Real* found, Entering entering) {
  const Real scale = to_double(sign) * rows_.inverse_norms[row];
  const double* normal = rows_.by_row.data() + row * dimension_;
  for (Index c = 0; c < dimension_; ++c) target_[static_cast<std::size_t>(c)] = scale * normal[c];
  if (entering == Entering::kFirstWall) {
    const Crossing first = project(row, sigma, from, found, Entering::kFirstWall);
    if (first == Crossing::kPoint) return first;
  }
  return project(row, sigma, from, found, Entering::kSteepestWall);
}

template <class Real>
Crossing CrossingSearch<Real>::project(Index row, const double* sigma, const Place<Real>& from,
                                       Real* found, Entering entering) {
  residual_ = target_;
  size_ = 0;
  const Real distance = from.distances[row] * rows_.inverse_norms[row];
  for (Index iteration = 0; iteration < 4 * dimension_ + 8; ++iteration) {
    const Real gain = dot(residual_.data(), residual_.data(), dimension_);
    if (!(gain > kVanished<Real> * kVanished<Real>)) return Crossing::kRelation;
    const Walk<Real> ahead = walk_from(from, row, sigma, gain);
    const Real wall = distance / gain;
    if (ahead.reach > kRoom * wall) {
      const Real step =
          ahead.first < 0 ? 1.5 * wall + 0.25 / square_root(gain) : 0.5 * (wall + ahead.reach);
      step_to(from, step, found);
      return Crossing::kPoint;
    }
    const Index enters = entering == Entering::kFirstWall ? ahead.first : ahead.against;
    if (enters < 0 || size_ == dimension_) return Crossing::kGaveUp;
    if (!append(enters, sigma) || !solve(sigma)) return Crossing::kGaveUp;
    update_residual();
  }
  return Crossing::kGaveUp;
}

template <class Real>
Walk<Real> CrossingSearch<Real>::walk_from(const Place<Real>& from, Index count,
                                           const double* sigma, Real gain) const {
  const Real noise = gain > kShort * kShort ? Real{kNoise<Real>} : kNoise<Real> * square_root(gain);
  if constexpr (std::is_same_v<Real, double>) {
    return walk(rows_.block(), count, residual_.data(), sigma, from.distances,
                rows_.inverse_norms.data(), noise);
  } else {
    Walk<Real> result{std::numeric_limits<double>::infinity(), -1, 0, -1};
    for (Index i = 0; i < count; ++i) {
      const double* normal = rows_.by_row.data() + i * dimension_;
      const Real slope = sigma[i] * dot(normal, residual_.data(), dimension_);
      const Real scaled = slope * rows_.inverse_norms[i];
      if (!(scaled < -noise)) continue;
      const Real step = from.distances[i] / -slope;
      if (step < result.reach) {
        result.reach = step;
        result.first = i;
      }
      if (scaled < result.steepest) {
        result.steepest = scaled;
        result.against = i;
      }
    }
    return result;
  }
}

template <class Real>
void CrossingSearch<Real>::step_to(const Place<Real>& from, Real step, Real* found) const {
  Real squares = 0;
  for (Index c = 0; c < dimension_; ++c) {
    found[c] = from.point[c] + step * residual_[static_cast<std::size_t>(c)];
    squares += found[c] * found[c];
  }
  const Real shrink = 1 / square_root(squares);
  for (Index c = 0; c < dimension_; ++c) found[c] *= shrink;
}

/// Gram-Schmidt, repeated where much cancels.
template <class Real>
bool CrossingSearch<Real>::append(Index row, const double* sigma) {
  const Real scale = sigma[row] * rows_.inverse_norms[row];
  const double* normal = rows_.by_row.data() + row * dimension_;
  Real* q = basis_.data() + size_ * dimension_;
  Real* r = triangle_.data() + size_ * dimension_;
  for (Index c = 0; c < dimension_; ++c) q[c] = scale * normal[c];
  std::fill(r, r + size_, Real{0});
  Real length = 1;
  for (int pass = 0; pass < 2; ++pass) {
    for (Index k = 0; k < size_; ++k) {
      const Real* other = basis_.data() + k * dimension_;
      const Real component = dot(other, q, dimension_);
      r[k] += component;
      add(-component, other, q, dimension_);
    }
    length = square_root(dot(q, q, dimension_));
    if (length > 0.1) break;
  }
  if (!(length > kIndependent<Real>)) return false;
  for (Index c = 0; c < dimension_; ++c) q[c] /= length;
  r[size_] = length;
  const auto at = static_cast<std::size_t>(size_);
  components_[at] = dot(q, target_.data(), dimension_);
  support_[at] = row;
  factors_[at] = 0;
  ++size_;
  return true;
}

template <class Real>
void CrossingSearch<Real>::solve_triangle() {
  for (Index k = size_ - 1; k >= 0; --k) {
    Real value = -components_[static_cast<std::size_t>(k)];
    for (Index i = k + 1; i < size_; ++i) {
      value -= triangle_[static_cast<std::size_t>(i * dimension_ + k)] *
               solution_[static_cast<std::size_t>(i)];
    }
    solution_[static_cast<std::size_t>(k)] =
        value / triangle_[static_cast<std::size_t>(k * dimension_ + k)];
  }
}

/// The least squares factors of the support, members leaving until all are positive.
template <class Real>
bool CrossingSearch<Real>::solve(const double* sigma) {
  for (Index round = 0; round <= dimension_ + 1; ++round) {
    solve_triangle();
    const auto end = solution_.begin() + size_;
    if (std::all_of(solution_.begin(), end, [](Real mu) { return mu > 0; })) {
      std::copy(solution_.begin(), end, factors_.begin());
      return true;
    }
    if (!drop_non_positive(sigma)) return false;
  }
  return false;
}

/// Goes from the old factors towards the solution until one vanishes; those leave.
template <class Real>
bool CrossingSearch<Real>::drop_non_positive(const double* sigma) {
  const auto count = static_cast<std::size_t>(size_);
  Real part = 1;
  std::size_t first = count;
  for (std::size_t i = 0; i < count; ++i) {
    if (solution_[i] > 0) continue;
    const Real change = factors_[i] - solution_[i];
    const Real here = change > 0 ? factors_[i] / change : 0;
    if (here < part || first == count) {
      part = here;
      first = i;
    }
  }
  const Index old_size = size_;
  size_ = 0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(old_size); ++i) {
    const Real mu = factors_[i] + part * (solution_[i] - factors_[i]);
    if (i == first || !(mu > 0)) continue;
    if (!append(support_[i], sigma)) return false;
    factors_[static_cast<std::size_t>(size_ - 1)] = mu;
  }
  return true;
}

template <class Real>
void CrossingSearch<Real>::update_residual() {
  residual_ = target_;
  for (Index k = 0; k < size_; ++k) {
    add(-components_[static_cast<std::size_t>(k)], basis_.data() + k * dimension_, residual_.data(),
        dimension_);
  }
  if (dot(residual_.data(), residual_.data(), dimension_) > kShort * kShort) return;
  for (Index k = 0; k < size_; ++k) {
    const Real* q = basis_.data() + k * dimension_;
    add(-dot(q, residual_.data(), dimension_), q, residual_.data(), dimension_);
  }
}

template class CrossingSearch<double>;
template class CrossingSearch<Fine>;

}  // namespace thalweg::sign_tree
