#include "convex/dual_loss.hpp"

#include <algorithm>
#include <cmath>

namespace thalweg::detail {
namespace {

constexpr double kShare = 0.95;  ///< of the way to the boundary that a logistic step may go
constexpr double kInside = 1e-3;

}  // namespace

Vector DualLoss::fit(const Vector& nu) const {
  const double weight = loss_.weight(nu.size());
  if (loss_.kind() != LossKind::kLogistic) return targets_ - nu / weight;
  Vector f(nu.size());
  for (Index i = 0; i < nu.size(); ++i) {
    const double p = nu[i] * targets_[i] / weight;
    f[i] = targets_[i] * (std::log1p(-p) - std::log(p));
  }
  return f;
}

Vector DualLoss::curvature(const Vector& nu) const {
  const double weight = loss_.weight(nu.size());
  if (loss_.kind() != LossKind::kLogistic) return Vector::Constant(nu.size(), 1 / weight);
  Vector h(nu.size());
  for (Index i = 0; i < nu.size(); ++i) {
    const double p = nu[i] * targets_[i] / weight;
    h[i] = 1 / (weight * p * (1 - p));
  }
  return h;
}

Vector DualLoss::moved(const Vector& nu, const Vector& step) const {
  if (loss_.kind() != LossKind::kLogistic) {
    return loss_.project_to_dual_domain(nu + step, targets_);
  }
  const double weight = loss_.weight(nu.size());
  Vector result(nu.size());
  for (Index i = 0; i < nu.size(); ++i) {
    const double p = nu[i] * targets_[i] / weight;
    const double q = (nu[i] + step[i]) * targets_[i] / weight;
    result[i] = std::clamp(q, (1 - kShare) * p, 1 - (1 - kShare) * (1 - p)) * weight * targets_[i];
  }
  return result;
}

Vector DualLoss::interior(const Vector& nu) const {
  if (loss_.kind() != LossKind::kLogistic) return loss_.project_to_dual_domain(nu, targets_);
  const double weight = loss_.weight(nu.size());
  Vector result(nu.size());
  for (Index i = 0; i < nu.size(); ++i) {
    const double p = nu[i] * targets_[i] / weight;
    result[i] = std::clamp(p, kInside, 1 - kInside) * weight * targets_[i];
  }
  return result;
}

Eigen::Array<bool, Eigen::Dynamic, 1> DualLoss::blocked(const Vector& nu,
                                                        const Vector& descent) const {
  Eigen::Array<bool, Eigen::Dynamic, 1> result =
      Eigen::Array<bool, Eigen::Dynamic, 1>::Constant(nu.size(), false);
  const double weight = loss_.weight(nu.size());
  for (Index i = 0; i < nu.size(); ++i) {
    if (loss_.kind() == LossKind::kHuber) {
      const double bound = loss_.delta() * weight;
      result[i] = (nu[i] >= bound && descent[i] > 0) || (nu[i] <= -bound && descent[i] < 0);
    } else if (loss_.kind() == LossKind::kSquaredHinge) {
      result[i] = nu[i] == 0 && descent[i] * targets_[i] < 0;
    }
  }
  return result;
}

}  // namespace thalweg::detail
