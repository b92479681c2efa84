#include "landscape/mass_descent.hpp"

#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <limits>

namespace thalweg::landscape {
namespace {

/// Pivots of unit columns below this count as 0.
constexpr double kDependent = 1e-11;
/// How far beyond beta a neuron's dual constraint counts as violated, relative to beta.
constexpr double kViolation = 1e-12;
/// Steps that promise less than this share of PathWalk::level() are not taken.
constexpr double kNothing = 1e-3;
/// Masses below this share of what they were are 0.
constexpr double kGone = 1e-15;
/// A full step ends a little before the minimum on its line, where the slope is 0 to rounding.
constexpr double kShortened[] = {0x1p-30, 0x1p-24, 0x1p-18, 0x1p-12, 0x1p-6, 0x1p-1};

/// Columns of the affine coefficients, (n x affine_size()).
Matrix affine_columns(const TrainingProblem& problem) {
  Matrix columns(problem.samples(), problem.affine_size());
  for (Index k = 0; k < columns.cols(); ++k) {
    columns.col(k) = problem.affine_fit(problem.unstack(Vector::Unit(columns.cols(), k)));
  }
  return columns;
}

}  // namespace

struct MassDescent::Support {
  PathState from;            ///< here, with the entering neuron in its slot at mass 0
  std::vector<Index> slots;  ///< (k) that move
  Index entering = -1;       ///< its position in `slots`
  Matrix columns;            ///< (n x (k + affine_size()))
  Vector gradient;           ///< of L in (|w| |alpha| of the slots, affine coefficients)

  [[nodiscard]] Index masses() const { return static_cast<Index>(slots.size()); }
};

namespace {

/// A direction in (lengths, affine coefficients); flat: L is affine along it to second order.
struct Direction {
  Vector change;
  bool flat = false;
};

/// Newton's direction, or a null vector of the Hessian along which L falls.
Direction newton_direction(const TrainingProblem& problem, const Matrix& columns, Index masses,
                           const Vector& gradient, const Vector& curvature) {
  const Index size = columns.cols();
  const Index affine = size - masses;
  Matrix K = Matrix::Zero(columns.rows() + affine, size);
  K.topRows(columns.rows()) = curvature.cwiseSqrt().asDiagonal() * columns;
  K.bottomRightCorner(affine, affine) =
      problem.affine_penalties().cwiseSqrt().asDiagonal().toDenseMatrix();
  Vector scales = K.colwise().norm().transpose();
  for (Index k = 0; k < size; ++k) {
    if (scales[k] == 0) scales[k] = 1;
    K.col(k) /= scales[k];
  }
  Eigen::ColPivHouseholderQR<Matrix> qr(K);
  qr.setThreshold(kDependent);
  const Index rank = qr.rank();
  const auto R = qr.matrixR();
  const auto triangle = R.topLeftCorner(rank, rank).template triangularView<Eigen::Upper>();
  if (rank < size) {
    Vector permuted = Vector::Zero(size);
    permuted[rank] = 1;
    if (rank > 0) permuted.head(rank) = -triangle.solve(R.col(rank).head(rank));
    const Vector change = Vector(qr.colsPermutation() * permuted).cwiseQuotient(scales);
    return {gradient.dot(change) > 0 ? Vector(-change) : change, true};
  }
  const auto solve = [&](const Vector& right) -> Vector {
    const Vector scaled = qr.colsPermutation().transpose() * Vector(right.cwiseQuotient(scales));
    const Vector half = triangle.transpose().solve(scaled);
    return Vector(qr.colsPermutation() * Vector(triangle.solve(half))).cwiseQuotient(scales);
  };
  Vector change = -solve(gradient);
  const Vector image = curvature.cwiseProduct(columns * change);
  Vector left = gradient + columns.transpose() * image;
  left.tail(affine) += problem.affine_penalties().cwiseProduct(change.tail(affine));
  change -= solve(left);
  return {change, false};
}

}  // namespace

MassDescent::Support MassDescent::support(const PathSlot* entering, Index into) const {
  const TrainingProblem& problem = walk_.problem();
  Support result;
  result.from = walk_.here();
  result.slots = walk_.occupied();
  if (entering != nullptr) {
    result.from.slots[static_cast<std::size_t>(into)] = {entering->direction, entering->sign, 0};
    result.entering = result.masses();
    result.slots.push_back(into);
  }
  const Index k = result.masses();
  const Matrix affine = affine_columns(problem);
  result.columns.resize(problem.samples(), k + affine.cols());
  for (Index q = 0; q < k; ++q) {
    const Index j = result.slots[static_cast<std::size_t>(q)];
    const PathSlot& slot = result.from.slots[static_cast<std::size_t>(j)];
    result.columns.col(q) = to_double(slot.sign) * walk_.atom(slot.direction);
  }
  result.columns.rightCols(affine.cols()) = affine;
  const Vector nu = problem.dual_point(walk_.fit(walk_.here()));
  result.gradient = -result.columns.transpose() * nu;
  result.gradient.head(k).array() += problem.beta();
  const Vector c = problem.stack(result.from.affine);
  result.gradient.tail(affine.cols()) += problem.affine_penalties().cwiseProduct(c);
  return result;
}

bool MassDescent::move_on(const Support& support) {
  const TrainingProblem& problem = walk_.problem();
  const Index k = support.masses();
  const Vector fit = walk_.fit(walk_.here());
  const Vector curvature = problem.loss().curvature(fit, problem.y());
  const Direction direction =
      newton_direction(problem, support.columns, k, support.gradient, curvature);
  const Vector& change = direction.change;
  if (support.entering >= 0 && !(change[support.entering] > 0)) return false;
  const auto slot_of = [&](Index q) -> const PathSlot& {
    return support.from.slots[static_cast<std::size_t>(support.slots[static_cast<std::size_t>(q)])];
  };
  double furthest = std::numeric_limits<double>::infinity();
  for (Index q = 0; q < k; ++q) {
    const double length = slot_of(q).mass * walk_.norm(slot_of(q).direction);
    if (change[q] < 0) furthest = std::min(furthest, -length / change[q]);
  }
  const Vector image = support.columns * change;
  const Vector c = problem.stack(support.from.affine);
  const Vector penalties = problem.affine_penalties();
  const auto slope = [&](double t) {
    return problem.loss().gradient(fit + t * image, problem.y()).dot(image) +
           problem.beta() * change.head(k).sum() +
           penalties.cwiseProduct(c + t * change.tail(c.size())).dot(change.tail(c.size()));
  };
  // The minimum on the ray by bisection; Newton's own length where L is quadratic.
  double length = std::min(1.0, furthest);
  if (direction.flat || problem.loss().kind() != LossKind::kSquared) {
    double high = length;
    while (high < furthest && high < 1e18 && slope(high) < 0) high = std::min(2 * high, furthest);
    length = high;
    if (slope(high) > 0) {
      double low = 0;
      for (int round = 0; round < 100; ++round) {
        const double middle = 0.5 * (low + high);
        (slope(middle) < 0 ? low : high) = middle;
      }
      length = low;
    }
  }
  const double promised = -0.5 * length * support.gradient.dot(change);
  if (!(promised > kNothing * walk_.level()) || !std::isfinite(length)) return false;
  const auto state_at = [&](double t) {
    PathState next = support.from;
    for (Index q = 0; q < k; ++q) {
      PathSlot& slot =
          next.slots[static_cast<std::size_t>(support.slots[static_cast<std::size_t>(q)])];
      const double before = slot.mass;
      slot.mass += t * change[q] / walk_.norm(slot.direction);
      if (change[q] < 0 && !(slot.mass > kGone * before)) slot.mass = 0;
    }
    next.affine = problem.unstack(c + t * change.tail(c.size()));
    return next;
  };
  if (length == furthest && walk_.descend(state_at(length), SegmentKind::kMasses)) return true;
  for (const double back : kShortened) {
    PathState next = state_at((1 - back) * length);
    const std::optional<double> end = walk_.slope(next, SegmentKind::kMasses);
    if (!end || *end > 0) continue;
    walk_.append(std::move(next), SegmentKind::kMasses);
    return true;
  }
  return false;
}

std::vector<const PathSlot*> MassDescent::violators() const {
  const TrainingProblem& problem = walk_.problem();
  const Vector nu = problem.dual_point(walk_.fit(walk_.here()));
  std::vector<std::pair<double, const PathSlot*>> found;
  for (const PathSlot& slot : target_.slots) {
    if (slot.mass == 0 || walk_.find(slot.direction, slot.sign)) continue;
    const double value = to_double(slot.sign) * nu.dot(walk_.atom(slot.direction));
    if (value > (1 + kViolation) * problem.beta()) found.emplace_back(value, &slot);
  }
  std::sort(found.begin(), found.end(),
            [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<const PathSlot*> slots;
  slots.reserve(found.size());
  for (const auto& [value, slot] : found) slots.push_back(slot);
  for (std::size_t k = slots.size(); order_ != nullptr && k > 1; --k) {
    std::swap(slots[k - 1], slots[order_->below(k)]);
  }
  return slots;
}

MassDescent::Step MassDescent::step() {
  if (move_on(support(nullptr, -1))) return Step::kMoved;
  const std::vector<const PathSlot*> entering = violators();
  if (entering.empty()) return Step::kMinimum;
  const std::optional<Index> blank = walk_.blank();
  if (!blank) return Step::kFull;
  for (const PathSlot* slot : entering) {
    if (move_on(support(slot, *blank))) return Step::kMoved;
  }
  return Step::kMinimum;
}

}  // namespace thalweg::landscape
