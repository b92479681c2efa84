#include "convex/dual_loss.hpp"

#include <algorithm>
#include <cmath>

namespace thalweg::detail {
namespace {

constexpr double kMostDecay = 8;  ///< exponent by which a step may come nearer to such a bound

/// x moved by step > -infinity, x and the result positive: tangent to x + step, and above it.
double decayed(double x, double step) { return x * std::exp(std::max(step / x, -kMostDecay)); }

}  // namespace

DualLoss::DualLoss(const Loss& loss, const Vector& targets)
    : loss_(loss), targets_(targets), weights_(loss.all_sample_weights(targets.size())) {}

double DualLoss::value(const Vector& nu) const {
  if (loss_.kind() == LossKind::kLogistic) return loss_.dual_value(nu, targets_);
  return nu.dot(targets_) - 0.5 * nu.cwiseAbs2().cwiseQuotient(weights_).sum();
}

Vector DualLoss::fit(const Vector& nu) const {
  if (loss_.kind() != LossKind::kLogistic) return targets_ - nu.cwiseQuotient(weights_);
  Vector f(nu.size());
  for (Index i = 0; i < nu.size(); ++i) {
    const double p = nu[i] * targets_[i] / weights_[i];
    f[i] = targets_[i] * (std::log1p(-p) - std::log(p));
  }
  return f;
}

double DualLoss::misfit(const Vector& nu, const Vector& f) const {
  if (loss_.kind() != LossKind::kLogistic) {
    return 0.5 * (f - fit(nu)).cwiseAbs2().cwiseProduct(weights_).sum();
  }
  double sum = 0;
  for (Index i = 0; i < nu.size(); ++i) {
    const double p = nu[i] * targets_[i] / weights_[i];
    const double margin = targets_[i] * f[i];
    // The divergence of p from r = 1 / (1 + exp(margin)).
    const double log_r =
        margin > 0 ? -margin - std::log1p(std::exp(-margin)) : -std::log1p(std::exp(margin));
    sum += weights_[i] *
           std::max(0.0, p * (std::log(p) - log_r) + (1 - p) * (std::log1p(-p) - log_r - margin));
  }
  return sum;
}

Vector DualLoss::curvature(const Vector& nu) const {
  if (loss_.kind() != LossKind::kLogistic) return weights_.cwiseInverse();
  Vector h(nu.size());
  for (Index i = 0; i < nu.size(); ++i) {
    const double p = nu[i] * targets_[i] / weights_[i];
    h[i] = 1 / (weights_[i] * p * (1 - p));
  }
  return h;
}

double DualLoss::least_curvature() const {
  return (loss_.kind() == LossKind::kLogistic ? 4.0 : 1.0) / weights_.maxCoeff();
}

Vector DualLoss::moved(const Vector& nu, const Vector& step) const {
  if (loss_.kind() != LossKind::kLogistic) return nu + step;
  Vector result(nu.size());
  for (Index i = 0; i < nu.size(); ++i) {
    const double p = nu[i] * targets_[i] / weights_[i];
    const double dp = step[i] * targets_[i] / weights_[i];
    const double q = dp < 0 ? decayed(p, dp) : 1 - decayed(1 - p, -dp);
    result[i] = std::clamp(q, 1e-300, 1 - 0x1p-52) * weights_[i] * targets_[i];
  }
  return result;
}

Vector DualLoss::interior(const Vector& nu, double share) const {
  if (loss_.kind() != LossKind::kLogistic) return nu;
  Vector result(nu.size());
  for (Index i = 0; i < nu.size(); ++i) {
    const double p = nu[i] * targets_[i] / weights_[i];
    result[i] = std::clamp(p, share, 1 - share) * weights_[i] * targets_[i];
  }
  return result;
}

bool DualLoss::has_bounds() const {
  return loss_.kind() == LossKind::kHuber || loss_.kind() == LossKind::kSquaredHinge;
}

Vector DualLoss::slack_of(const Vector& fit) const {
  const Vector z = weights_.cwiseProduct(targets_ - fit);
  return slack_from(z, 1).cwiseQuotient(weights_);
}

Vector DualLoss::slack_from(const Vector& z, double sigma) const {
  Vector s = Vector::Zero(z.size());
  for (Index i = 0; i < z.size(); ++i) {
    if (loss_.kind() == LossKind::kHuber) {
      const double bound = sigma * loss_.delta() * weights_[i];
      s[i] = z[i] - std::clamp(z[i], -bound, bound);
    } else if (loss_.kind() == LossKind::kSquaredHinge) {
      s[i] = z[i] * targets_[i] < 0 ? z[i] : 0.0;
    }
  }
  return s;
}

}  // namespace thalweg::detail
