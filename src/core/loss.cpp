#include "thalweg/core/loss.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// log(1 + exp(-t)) without overflow.
double softplus_of_minus(double t) {
  return t > 0 ? std::log1p(std::exp(-t)) : -t + std::log1p(std::exp(t));
}

/// 1 / (1 + exp(t)) without overflow.
double sigmoid_of_minus(double t) {
  if (t > 0) {
    const double e = std::exp(-t);
    return e / (1 + e);
  }
  return 1 / (1 + std::exp(t));
}

double entropy(double p) {
  const double a = p > 0 ? -p * std::log(p) : 0.0;
  const double b = p < 1 ? -(1 - p) * std::log1p(-p) : 0.0;
  return a + b;
}

/// The largest |nu| with |nu / c| <= delta in floating point.
double huber_limit(double c, double delta) {
  double limit = c * delta;
  while (limit / c > delta) limit = std::nextafter(limit, 0.0);
  return limit;
}

}  // namespace

Loss Loss::squared(LossScale scale) { return {LossKind::kSquared, scale, kNaN}; }
Loss Loss::logistic(LossScale scale) { return {LossKind::kLogistic, scale, kNaN}; }
Loss Loss::huber(double delta, LossScale scale) {
  if (!(delta > 0) || !std::isfinite(delta)) {
    throw InvalidArgument("huber delta: expected a positive finite number, got " +
                          std::to_string(delta));
  }
  return {LossKind::kHuber, scale, delta};
}
Loss Loss::squared_hinge(LossScale scale) { return {LossKind::kSquaredHinge, scale, kNaN}; }

bool Loss::needs_labels() const {
  return kind_ == LossKind::kLogistic || kind_ == LossKind::kSquaredHinge;
}

Loss Loss::with_sample_weights(Vector omega) const {
  for (Index i = 0; i < omega.size(); ++i) {
    if (!(omega[i] > 0) || !std::isfinite(omega[i])) {
      throw InvalidArgument("sample weights: expected positive finite numbers, got " +
                            std::to_string(omega[i]) + " at sample " + std::to_string(i));
    }
  }
  Loss weighted = *this;
  weighted.sample_weights_ = std::move(omega);
  return weighted;
}

double Loss::weight(Index samples) const {
  return scale_ == LossScale::kSum ? 1.0 : 1.0 / static_cast<double>(samples);
}

double Loss::sample_weight(Index sample, Index samples) const {
  return sample_weights_.size() == 0 ? weight(samples) : weight(samples) * sample_weights_[sample];
}

Vector Loss::all_sample_weights(Index samples) const {
  if (sample_weights_.size() == 0) return Vector::Constant(samples, weight(samples));
  if (sample_weights_.size() != samples) {
    throw InvalidArgument("the loss has " + std::to_string(sample_weights_.size()) +
                          " sample weights but there are " + std::to_string(samples) + " samples");
  }
  return weight(samples) * sample_weights_;
}

std::string Loss::name() const {
  switch (kind_) {
    case LossKind::kSquared:
      return "squared";
    case LossKind::kLogistic:
      return "logistic";
    case LossKind::kHuber:
      return "huber";
    case LossKind::kSquaredHinge:
      return "squared-hinge";
  }
  return "unknown";
}

double Loss::value(const Vector& fit, const Vector& targets) const {
  const Vector c = all_sample_weights(fit.size());
  double sum = 0;
  for (Index i = 0; i < fit.size(); ++i) {
    const double residual = fit[i] - targets[i];
    double phi = 0;
    switch (kind_) {
      case LossKind::kSquared:
        phi = 0.5 * residual * residual;
        break;
      case LossKind::kLogistic:
        phi = softplus_of_minus(targets[i] * fit[i]);
        break;
      case LossKind::kHuber:
        phi = std::abs(residual) <= delta_ ? 0.5 * residual * residual
                                           : delta_ * std::abs(residual) - 0.5 * delta_ * delta_;
        break;
      case LossKind::kSquaredHinge: {
        const double slack = std::max(0.0, 1 - targets[i] * fit[i]);
        phi = 0.5 * slack * slack;
        break;
      }
    }
    sum += c[i] * phi;
  }
  return sum;
}

Vector Loss::gradient(const Vector& fit, const Vector& targets) const {
  Vector g(fit.size());
  const Vector c = all_sample_weights(fit.size());
  for (Index i = 0; i < fit.size(); ++i) {
    const double residual = fit[i] - targets[i];
    switch (kind_) {
      case LossKind::kSquared:
        g[i] = c[i] * residual;
        break;
      case LossKind::kLogistic:
        g[i] = -c[i] * targets[i] * sigmoid_of_minus(targets[i] * fit[i]);
        break;
      case LossKind::kHuber:
        g[i] = c[i] * std::clamp(residual, -delta_, delta_);
        break;
      case LossKind::kSquaredHinge:
        g[i] = -c[i] * targets[i] * std::max(0.0, 1 - targets[i] * fit[i]);
        break;
    }
  }
  return g;
}

Vector Loss::curvature(const Vector& fit, const Vector& targets) const {
  Vector h(fit.size());
  const Vector c = all_sample_weights(fit.size());
  for (Index i = 0; i < fit.size(); ++i) {
    switch (kind_) {
      case LossKind::kSquared:
        h[i] = c[i];
        break;
      case LossKind::kLogistic: {
        const double p = sigmoid_of_minus(targets[i] * fit[i]);
        h[i] = c[i] * p * (1 - p);
        break;
      }
      case LossKind::kHuber:
        h[i] = std::abs(fit[i] - targets[i]) <= delta_ ? c[i] : 0.0;
        break;
      case LossKind::kSquaredHinge:
        h[i] = targets[i] * fit[i] < 1 ? c[i] : 0.0;
        break;
    }
  }
  return h;
}

double Loss::dual_value(const Vector& nu, const Vector& targets) const {
  const Vector c = all_sample_weights(nu.size());
  double sum = 0;
  for (Index i = 0; i < nu.size(); ++i) {
    const double q = nu[i] / c[i];
    const double p = q * targets[i];
    switch (kind_) {
      case LossKind::kSquared:
        break;
      case LossKind::kLogistic:
        if (p < 0 || p > 1) return -kInfinity;
        sum += c[i] * entropy(p);
        continue;
      case LossKind::kHuber:
        if (std::abs(q) > delta_) return -kInfinity;
        break;
      case LossKind::kSquaredHinge:
        if (p < 0) return -kInfinity;
        break;
    }
    sum += c[i] * (p - 0.5 * q * q);
  }
  return sum;
}

double Loss::dual_slope(const Vector& nu, const Vector& targets, double tau) const {
  const Vector c = all_sample_weights(nu.size());
  double sum = 0;
  for (Index i = 0; i < nu.size(); ++i) {
    const double q = nu[i] / c[i];
    const double p = q * targets[i];
    if (kind_ == LossKind::kLogistic) {
      if (p > 0) sum += c[i] * p * (std::log1p(-std::min(tau * p, 1.0)) - std::log(tau * p));
    } else {
      sum += c[i] * (p - tau * q * q);
    }
  }
  return sum;
}

Vector Loss::project_to_dual_domain(const Vector& nu, const Vector& targets) const {
  Vector projected = nu;
  const Vector c = all_sample_weights(nu.size());
  for (Index i = 0; i < nu.size(); ++i) {
    switch (kind_) {
      case LossKind::kSquared:
        break;
      case LossKind::kLogistic:
        projected[i] = targets[i] * std::clamp(nu[i] * targets[i], 0.0, c[i]);
        break;
      case LossKind::kHuber:
        projected[i] = std::clamp(nu[i], -huber_limit(c[i], delta_), huber_limit(c[i], delta_));
        break;
      case LossKind::kSquaredHinge:
        projected[i] = targets[i] * std::max(0.0, nu[i] * targets[i]);
        break;
    }
  }
  return projected;
}

double Loss::largest_dual_scale(const Vector& nu, const Vector& targets) const {
  const Vector c = all_sample_weights(nu.size());
  double tau = 1;
  for (Index i = 0; i < nu.size(); ++i) {
    const double q = nu[i] / c[i];
    const double p = q * targets[i];
    switch (kind_) {
      case LossKind::kSquared:
        break;
      case LossKind::kLogistic:
        if (p < 0) return 0;
        if (p * tau > 1) tau = 1 / p;
        break;
      case LossKind::kHuber:
        if (std::abs(q) * tau > delta_) tau = delta_ / std::abs(q);
        break;
      case LossKind::kSquaredHinge:
        if (p < 0) return 0;
        break;
    }
  }
  return tau;
}

}  // namespace thalweg
