#include "arrangement/sign_tree_crossing.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace thalweg::sign_tree {
namespace {

/// Everything has length 1; errors of a residual are a few units of 1e-16.
constexpr double kNoise = 1e-14;
constexpr double kVanished = 1e-10;
constexpr double kIndependent = 1e-9;
/// How much further than the new wall the next old wall must be.
constexpr double kRoom = 1.001;

double dot(const double* a, const double* b, Index size) {
  double sum = 0;
  for (Index c = 0; c < size; ++c) sum += a[c] * b[c];
  return sum;
}

void add(double factor, const double* from, double* to, Index size) {
  for (Index c = 0; c < size; ++c) to[c] += factor * from[c];
}

std::vector<double> zeros(Index size) {
  return std::vector<double>(static_cast<std::size_t>(size), 0.0);
}

}  // namespace

CrossingSearch::CrossingSearch(const TreeRows& rows)
    : rows_(rows),
      dimension_(rows.dimension),
      support_(static_cast<std::size_t>(rows.dimension + 1)),
      factors_(zeros(rows.dimension + 1)),
      solution_(zeros(rows.dimension + 1)),
      basis_(zeros(rows.dimension * (rows.dimension + 1))),
      triangle_(zeros(rows.dimension * (rows.dimension + 1))),
      target_(zeros(rows.dimension)),
      components_(zeros(rows.dimension + 1)),
      residual_(zeros(rows.dimension)) {}

Crossing CrossingSearch::run(Index row, Sign sign, const double* sigma, const Place& from,
                             double* found, Entering entering) {
  const double scale = to_double(sign) * rows_.inverse_norms[row];
  const double* normal = rows_.by_row.data() + row * dimension_;
  for (Index c = 0; c < dimension_; ++c) target_[static_cast<std::size_t>(c)] = scale * normal[c];
  if (entering == Entering::kFirstWall) {
    const Crossing first = project(row, sigma, from, found, Entering::kFirstWall);
    if (first == Crossing::kPoint) return first;
  }
  return project(row, sigma, from, found, Entering::kSteepestWall);
}

Crossing CrossingSearch::project(Index row, const double* sigma, const Place& from, double* found,
                                 Entering entering) {
  residual_ = target_;
  size_ = 0;
  const double distance = from.distances[row] * rows_.inverse_norms[row];
  for (Index iteration = 0; iteration < 4 * dimension_ + 8; ++iteration) {
    const double gain = dot(residual_.data(), residual_.data(), dimension_);
    if (!(gain > kVanished * kVanished)) return Crossing::kRelation;
    const Walk ahead = walk(rows_.block(), row, residual_.data(), sigma, from.distances,
                            rows_.inverse_norms.data(), kNoise);
    const double wall = distance / gain;
    if (ahead.reach > kRoom * wall) {
      const double step = std::isinf(ahead.reach) ? 1.5 * wall + 0.25 / std::sqrt(gain)
                                                  : 0.5 * (wall + ahead.reach);
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

void CrossingSearch::step_to(const Place& from, double step, double* found) const {
  double squares = 0;
  for (Index c = 0; c < dimension_; ++c) {
    found[c] = from.point[c] + step * residual_[static_cast<std::size_t>(c)];
    squares += found[c] * found[c];
  }
  const double shrink = 1 / std::sqrt(squares);
  for (Index c = 0; c < dimension_; ++c) found[c] *= shrink;
}

/// Gram-Schmidt, repeated where much cancels.
bool CrossingSearch::append(Index row, const double* sigma) {
  const double scale = sigma[row] * rows_.inverse_norms[row];
  const double* normal = rows_.by_row.data() + row * dimension_;
  double* q = basis_.data() + size_ * dimension_;
  double* r = triangle_.data() + size_ * dimension_;
  for (Index c = 0; c < dimension_; ++c) q[c] = scale * normal[c];
  std::fill(r, r + size_, 0.0);
  double length = 1;
  for (int pass = 0; pass < 2; ++pass) {
    for (Index k = 0; k < size_; ++k) {
      const double* other = basis_.data() + k * dimension_;
      const double component = dot(other, q, dimension_);
      r[k] += component;
      add(-component, other, q, dimension_);
    }
    length = std::sqrt(dot(q, q, dimension_));
    if (length > 0.1) break;
  }
  if (!(length > kIndependent)) return false;
  for (Index c = 0; c < dimension_; ++c) q[c] /= length;
  r[size_] = length;
  const auto at = static_cast<std::size_t>(size_);
  components_[at] = dot(q, target_.data(), dimension_);
  support_[at] = row;
  factors_[at] = 0;
  ++size_;
  return true;
}

void CrossingSearch::solve_triangle() {
  for (Index k = size_ - 1; k >= 0; --k) {
    double value = -components_[static_cast<std::size_t>(k)];
    for (Index i = k + 1; i < size_; ++i) {
      value -= triangle_[static_cast<std::size_t>(i * dimension_ + k)] *
               solution_[static_cast<std::size_t>(i)];
    }
    solution_[static_cast<std::size_t>(k)] =
        value / triangle_[static_cast<std::size_t>(k * dimension_ + k)];
  }
}

/// The least squares factors of the support, members leaving until all are positive.
bool CrossingSearch::solve(const double* sigma) {
  for (Index round = 0; round <= dimension_ + 1; ++round) {
    solve_triangle();
    const auto end = solution_.begin() + size_;
    if (std::all_of(solution_.begin(), end, [](double mu) { return mu > 0; })) {
      std::copy(solution_.begin(), end, factors_.begin());
      return true;
    }
    if (!drop_non_positive(sigma)) return false;
  }
  return false;
}

/// Goes from the old factors towards the solution until one vanishes; those leave.
bool CrossingSearch::drop_non_positive(const double* sigma) {
  const auto count = static_cast<std::size_t>(size_);
  double part = 1;
  std::size_t first = count;
  for (std::size_t i = 0; i < count; ++i) {
    if (solution_[i] > 0) continue;
    const double change = factors_[i] - solution_[i];
    const double here = change > 0 ? factors_[i] / change : 0;
    if (here < part || first == count) {
      part = here;
      first = i;
    }
  }
  const Index old_size = size_;
  size_ = 0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(old_size); ++i) {
    const double mu = factors_[i] + part * (solution_[i] - factors_[i]);
    if (i == first || !(mu > 0)) continue;
    if (!append(support_[i], sigma)) return false;
    factors_[static_cast<std::size_t>(size_ - 1)] = mu;
  }
  return true;
}

void CrossingSearch::update_residual() {
  residual_ = target_;
  for (Index k = 0; k < size_; ++k) {
    add(-components_[static_cast<std::size_t>(k)], basis_.data() + k * dimension_, residual_.data(),
        dimension_);
  }
}

}  // namespace thalweg::sign_tree
