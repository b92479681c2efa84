#include "oracle/branch_cap_split.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace thalweg::oracle {
namespace {

/// A mean of this length says that the distribution is one point, nearly.
constexpr double kConcentrated = 0.97;
constexpr double kFirstAngle = 0.3;  ///< of the cap around a local maximiser
/// A cap is put around means at least this long, where the covariance is at least kLeastSpread.
constexpr double kLeastMean = 0.3;
constexpr double kLeastSpread = 0.05;
constexpr int kClimbSteps = 300;
/// The squares of shorter vectors may vanish: those do not come out with length 1.
constexpr double kShortest = 1e-140;

double angle_of(double cosine) { return std::acos(std::clamp(cosine, 0.0, 1.0)); }

const Cap* cap_around(const CapCell& cell, const Vector& centre) {
  for (const Cap& cap : cell.caps) {
    if (cap.centre == centre) return &cap;
  }
  return nullptr;
}

/// Moments of a distribution inside the cap or annulus, near the mean m.
MomentPoint start(const Cap& cap, const Vector& m, bool inside) {
  const Index d = m.size();
  const double at = cap.centre.dot(m);
  const double height =
      inside ? 0.5 * (cap.low + 1)
             : std::min(0.98 * cap.high, std::max(at, cap.low + 0.02 * (cap.high - cap.low)));
  const Vector beside = m - at * cap.centre;
  const double room = std::sqrt(std::max(0.0, 1 - height * height));
  const double share = std::min(1.0, 0.7 * room / (beside.norm() + 1e-9));
  const Vector mean = height * cap.centre + (inside ? 0.1 : 0.9) * share * beside;
  const Matrix axis = cap.centre * cap.centre.transpose();
  const Matrix around = (Matrix::Identity(d, d) - axis) / static_cast<double>(d - 1);
  const double rest = 1 - mean.squaredNorm();
  return {mean, mean * mean.transpose() + rest * (0.98 * around + 0.02 * axis)};
}

}  // namespace

double value_of(const ScaledRows& rows, const Vector& u) {
  const Vector t = rows.Y.transpose() * u;
  double sum = 0;
  for (Index j = 0; j < t.size(); ++j) {
    if (t[j] > 0) sum += rows.positive[static_cast<std::size_t>(j)] ? t[j] : -t[j];
  }
  return sum;
}

Matrix covariance(const MomentPoint& point) {
  const Matrix V = point.moment - point.mean * point.mean.transpose();
  return 0.5 * (V + V.transpose());
}

MomentPoint with_trace_one(const Vector& mean, const Matrix& V) {
  constexpr double kMixed = 3e-3;
  const Index d = mean.size();
  const Matrix U =
      mean * mean.transpose() + V + kMixed / static_cast<double>(d) * Matrix::Identity(d, d);
  return {mean / std::sqrt(U.trace()), U / U.trace()};
}

MomentPoint anywhere(Index d) {
  return {Vector::Zero(d), Matrix::Identity(d, d) / static_cast<double>(d)};
}

void CapSplitter::split(const CapCell& cell, std::vector<CapCell>& open) {
  const Vector& m = cell.point.mean;
  const Matrix V = covariance(cell.point);
  const double length = m.norm();
  if (!m.allFinite() || !V.allFinite()) {
    // Nothing to go by: halve across a coordinate.
    CapCell known = cell;
    known.point = anywhere(m.size());
    const Index k = static_cast<Index>(cell.cuts.size()) % m.size();
    halve(known, Vector::Unit(m.size(), k), known.point.moment, open);
    return;
  }
  const Spread spread(V);
  const Index last = m.size() - 1;
  const bool along = length > kLeastMean && spread.eigenvalues()[last] > kLeastSpread &&
                     std::abs(spread.eigenvectors().col(last).dot(m)) > along_ * length;
  if (length > kConcentrated ? cap_summit(cell, open) : along && cap_mean(cell, open)) return;
  Vector h = widest(cell, spread);
  if (!(h.norm() > 0.5)) h = spread.eigenvectors().col(last);
  halve(cell, h, V, open);
}

/// Fixed points of the gradient's direction are local maximisers on the sphere.
Vector CapSplitter::summit(Vector u) const {
  for (int step = 0; step < kClimbSteps; ++step) {
    const Vector t = base_.Y.transpose() * u;
    Vector gradient = Vector::Zero(u.size());
    for (Index j = 0; j < t.size(); ++j) {
      if (!(t[j] > 0)) continue;
      gradient += (base_.positive[static_cast<std::size_t>(j)] ? 1.0 : -1.0) * base_.Y.col(j);
    }
    if (!(gradient.norm() > kShortest)) break;
    const Vector next = gradient.normalized();
    if (!(value_of(base_, next) > value_of(base_, u) * (1 + 1e-13))) break;
    u = next;
  }
  return u;
}

/// Splits by a cap around the local maximiser at the mean, at half the angle of the last one.
bool CapSplitter::cap_summit(const CapCell& cell, std::vector<CapCell>& open) {
  constexpr double kNear = 0.02;
  const double length = cell.point.mean.norm();
  const Vector direction = cell.point.mean / length;
  const auto closer = [&](const Vector& a, const Vector& b) {
    return a.dot(direction) < b.dot(direction);
  };
  auto nearest = std::max_element(centres_.begin(), centres_.end(), closer);
  if (nearest == centres_.end() || nearest->dot(direction) < length - kNear) {
    const Vector top = summit(direction);
    centres_.push_back(top.dot(direction) < length - kNear ? direction : top);
    nearest = centres_.end() - 1;
  }
  const Vector centre = *nearest;
  const Cap* cap = cap_around(cell, centre);
  if (cap == nullptr) {
    add_cap(cell, centre, kFirstAngle, open);
    return true;
  }
  if (cap->high < 1) return false;
  divide(cell, centre, 0.5 * angle_of(cap->low), open);
  return true;
}

/// Splits by a cap around the mean that has the mean on its boundary, or halfway across its
/// annulus.
bool CapSplitter::cap_mean(const CapCell& cell, std::vector<CapCell>& open) {
  const Vector& m = cell.point.mean;
  const Vector direction = m.normalized();
  const Cap* cap = nullptr;
  for (const Cap& other : cell.caps) {
    if (other.centre.dot(direction) > 0.98) cap = &other;
  }
  if (cap == nullptr) {
    centres_.push_back(direction);
    add_cap(cell, direction, std::clamp(angle_of(m.norm()), 0.2, 1.3), open);
    return true;
  }
  const double inner = angle_of(cap->high);
  const double outer = angle_of(cap->low);
  const double at = std::acos(std::clamp(cap->centre.dot(m), 0.05, 0.999));
  const double margin = 0.15 * (outer - inner);
  const bool between = at > inner + margin && at < outer - margin;
  if (!between && !(outer - inner > 0.2)) return false;
  divide(cell, cap->centre, between ? at : 0.5 * (inner + outer), open);
  return true;
}

/// Children: the other half of the sphere, the cap and what is around it.
void CapSplitter::add_cap(const CapCell& cell, const Vector& centre, double angle,
                          std::vector<CapCell>& open) const {
  CapCell behind = cell;
  behind.cuts.push_back(centre);
  behind.point = anywhere(centre.size());
  open.push_back(std::move(behind));
  CapCell front = cell;
  front.caps.push_back({centre, 0, kWholeCap});
  divide(front, centre, angle, open);
}

void CapSplitter::divide(const CapCell& cell, const Vector& centre, double angle,
                         std::vector<CapCell>& open) const {
  const double cosine = std::cos(angle);
  for (const bool inside : {true, false}) {
    CapCell child = cell;
    for (Cap& cap : child.caps) {
      if (cap.centre != centre) continue;
      (inside ? cap.low : cap.high) = cosine;
      child.point = start(cap, cell.point.mean, inside);
    }
    if (inside) shorten_intervals(base_, centre, cosine, child);
    open.push_back(std::move(child));
  }
}

/// The normal of the hyperplane through m across the standard deviation in which the relaxation
/// loses most: sum over undecided rows of sqrt(t^2 + s^2) - |t|, t and s^2 of the row's mean and
/// variance.
Vector CapSplitter::widest(const CapCell& cell, const Spread& spread) const {
  const Vector& m = cell.point.mean;
  const Vector deviation = spread.eigenvalues().cwiseMax(1e-12).cwiseSqrt();
  const Matrix image = deviation.asDiagonal() * spread.eigenvectors().transpose() * base_.Y;
  const Vector mean = base_.Y.transpose() * m;
  Matrix loss = Matrix::Zero(m.size(), m.size());
  for (Index j = 0; j < base_.count(); ++j) {
    const double square = image.col(j).squaredNorm();
    if (cell.below[j] <= 0 || cell.above[j] <= 0 || !(square > 0)) continue;
    const double lost = std::sqrt(mean[j] * mean[j] + square) - std::abs(mean[j]);
    loss += lost / square * image.col(j) * image.col(j).transpose();
  }
  const Eigen::SelfAdjointEigenSolver<Matrix> eigen(loss);
  Vector h =
      spread.eigenvectors() * eigen.eigenvectors().col(m.size() - 1).cwiseQuotient(deviation);
  if (m.norm() > 1e-6) h -= h.dot(m) / m.squaredNorm() * m;
  return h.normalized();
}

/// Two halves, each with the moments of a normal distribution's half to start from.
void CapSplitter::halve(const CapCell& cell, const Vector& h, const Matrix& V,
                        std::vector<CapCell>& open) const {
  constexpr double kShift = 0.8;  // of the half's mean, in standard deviations
  const Vector shift = V * h / std::sqrt(std::max(1e-14, h.dot(V * h)));
  for (const double side : {-1.0, 1.0}) {
    CapCell child = cell;
    child.cuts.push_back(side * h);
    child.point = with_trace_one(cell.point.mean - kShift * side * shift,
                                 V - kShift * kShift * shift * shift.transpose());
    open.push_back(std::move(child));
  }
}

}  // namespace thalweg::oracle
