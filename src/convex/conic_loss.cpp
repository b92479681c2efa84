#include "convex/conic_loss.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace thalweg::detail {
namespace {

/// Starting points keep this share of a sample's weight, times delta of the Huber loss, from a
/// bound.
constexpr double kInteriorShare = 0.1;
/// A step brings a logistic coordinate no nearer to a bound than this share of its distance.
constexpr double kBoundShare = 0.01;
/// What rounding leaves between a logistic coordinate and its bounds, as a share of its range.
constexpr double kFromZero = 1e-300;
constexpr double kFromOne = 0x1p-52;

}  // namespace

ConicLoss::ConicLoss(const Loss& loss, const Vector& targets)
    : logistic_(loss.kind() == LossKind::kLogistic),
      smooth_(loss, targets),
      weights_(loss.all_sample_weights(targets.size())),
      nu_(-loss.gradient(Vector::Zero(targets.size()), targets)),
      dnu_(Vector::Zero(targets.size())) {
  for (Index i = 0; i < targets.size(); ++i) {
    if (loss.kind() == LossKind::kHuber) {
      const double bound = weights_[i] * loss.delta();
      bounds_.push_back({.sample = i, .at = -bound, .sign = 1});
      bounds_.push_back({.sample = i, .at = bound, .sign = -1});
    } else if (loss.kind() == LossKind::kSquaredHinge) {
      bounds_.push_back({.sample = i, .at = 0, .sign = targets[i] > 0 ? 1.0 : -1.0});
    }
  }
  go_inside();
}

void ConicLoss::go_inside() {
  nu_ = smooth_.interior(nu_, kInteriorShare);
  for (const Bound& bound : bounds_) {
    const double range = bound.at == 0 ? weights_[bound.sample] : std::abs(bound.at);
    const double missing = kInteriorShare * range - gap(bound);
    if (missing > 0) nu_[bound.sample] += bound.sign * missing;
  }
}

double ConicLoss::complementarity() const {
  double sum = 0;
  for (const Bound& bound : bounds_) sum += bound.multiplier * gap(bound);
  return sum;
}

void ConicLoss::start(const Vector& fit, double mu) {
  nu_ += dnu_;
  go_inside();
  const Vector misfit = fit - smooth_.fit(nu_);
  for (Bound& bound : bounds_) {
    bound.multiplier = std::max(bound.sign * misfit[bound.sample], mu / gap(bound));
  }
}

Vector ConicLoss::residual(const Vector& fit) const {
  Vector residual = fit - smooth_.fit(nu_);
  for (const Bound& bound : bounds_) residual[bound.sample] -= bound.sign * bound.multiplier;
  return residual;
}

Vector ConicLoss::inverse_curvature() const {
  Vector inverse = smooth_.curvature(nu_);
  for (const Bound& bound : bounds_) inverse[bound.sample] += bound.multiplier / gap(bound);
  return inverse;
}

Vector ConicLoss::right_hand_side(const Vector& residual, double share, double shift) {
  Vector side = -share * residual;
  for (Bound& bound : bounds_) {
    bound.aim =
        shift - bound.multiplier * gap(bound) - bound.move * bound.sign * dnu_[bound.sample];
    side[bound.sample] += bound.sign * bound.aim / gap(bound);
  }
  return side;
}

void ConicLoss::complete(const Vector& dnu) {
  dnu_ = dnu;
  for (Bound& bound : bounds_) {
    bound.move = (bound.aim - bound.multiplier * bound.sign * dnu[bound.sample]) / gap(bound);
  }
}

void ConicLoss::forget_direction() {
  dnu_.setZero();
  for (Bound& bound : bounds_) bound.move = 0;
}

double ConicLoss::step_to_boundary() const {
  double step = std::numeric_limits<double>::infinity();
  for (const Bound& bound : bounds_) {
    const double dgap = bound.sign * dnu_[bound.sample];
    if (dgap < 0) step = std::min(step, -gap(bound) / dgap);
    if (bound.move < 0) step = std::min(step, -bound.multiplier / bound.move);
  }
  return step;
}

double ConicLoss::moved(Index i, double alpha) const {
  const double target = nu_[i] + alpha * dnu_[i];
  if (!logistic_) return target;
  const double p = std::abs(nu_[i]) / weights_[i];
  const double low = std::max(kBoundShare * p, kFromZero);
  const double high = std::min(1 - kBoundShare * (1 - p), 1 - kFromOne);
  const double sign = std::copysign(1.0, nu_[i]);
  return sign * weights_[i] * std::clamp(sign * target / weights_[i], low, high);
}

double ConicLoss::misstep(double alpha) const {
  if (!logistic_) return 0;
  const Vector fit = smooth_.fit(nu_);
  double sum = 0;
  for (Index i = 0; i < nu_.size(); ++i) {
    sum += std::abs(nu_[i] + alpha * dnu_[i] - moved(i, alpha)) * (1 + std::abs(fit[i]));
  }
  return sum;
}

void ConicLoss::move(double alpha) {
  for (Index i = 0; i < nu_.size(); ++i) nu_[i] = moved(i, alpha);
  for (Bound& bound : bounds_) bound.multiplier += alpha * bound.move;
}

}  // namespace thalweg::detail
