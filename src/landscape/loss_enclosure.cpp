#include "landscape/loss_enclosure.hpp"

#include "landscape/enclosure_arithmetic.hpp"

namespace thalweg::landscape {
namespace {

LossEnclosure quadratic(const Enclosure& weight, const Enclosure& residual) {
  return {weight * (0.5 * square(residual)), -(weight * residual), weight};
}

std::optional<LossEnclosure> huber(const Enclosure& weight, const Enclosure& residual,
                                   double delta) {
  const Enclosure size = absolute(residual);
  if (size.upper < delta) return quadratic(weight, residual);
  if (!(size.lower > delta)) return std::nullopt;
  const double side = is_positive(residual) ? 1.0 : -1.0;
  const Enclosure value = weight * (point(delta) * size - 0.5 * square(point(delta)));
  return LossEnclosure{value, (-side * delta) * weight, point(0)};
}

std::optional<LossEnclosure> squared_hinge(const Enclosure& weight, const Enclosure& fit,
                                           double target) {
  const Enclosure slack = point(1) - target * fit;
  if (is_negative(slack)) return LossEnclosure{point(0), point(0), point(0)};
  if (!is_positive(slack)) return std::nullopt;
  return LossEnclosure{weight * (0.5 * square(slack)), target * (weight * slack), weight};
}

/// log(1 + e^-t) = max(0, -t) + log(1 + e^-|t|), monotone in t.
Enclosure softplus_of_minus(const Enclosure& t) {
  const auto at = [](double value) {
    const Enclosure rest = log1p(exp(point(-std::abs(value))));
    return value < 0 ? point(-value) + rest : rest;
  };
  return {at(t.upper).lower, at(t.lower).upper};
}

LossEnclosure logistic(const Enclosure& weight, const Enclosure& fit, double target) {
  const Enclosure t = target * fit;
  const Enclosure p = point(1) / (point(1) + exp(t));      // sigma(-t)
  const Enclosure rest = point(1) / (point(1) + exp(-t));  // 1 - p
  return {weight * softplus_of_minus(t), target * (weight * p), weight * (p * rest)};
}

}  // namespace

Enclosure sample_weight_enclosure(const Loss& loss, Index sample, Index samples) {
  const Enclosure omega =
      point(loss.sample_weights().size() == 0 ? 1.0 : loss.sample_weights()[sample]);
  return loss.scale() == LossScale::kSum ? omega : omega / point(static_cast<double>(samples));
}

std::optional<LossEnclosure> enclose_loss(const Loss& loss, const Enclosure& weight,
                                          const Enclosure& fit, double target) {
  switch (loss.kind()) {
    case LossKind::kSquared:
      return quadratic(weight, fit - point(target));
    case LossKind::kHuber:
      return huber(weight, fit - point(target), loss.delta());
    case LossKind::kSquaredHinge:
      return squared_hinge(weight, fit, target);
    case LossKind::kLogistic:
      return logistic(weight, fit, target);
  }
  return std::nullopt;
}

Enclosure enclose_loss_value(const Loss& loss, const Enclosure& weight, const Enclosure& fit,
                             double target) {
  if (const auto smooth = enclose_loss(loss, weight, fit, target)) return smooth->value;
  // At a jump of the curvature: the lesser formula bounds from below, the greater from above.
  if (loss.kind() == LossKind::kHuber) {
    const Enclosure size = absolute(fit - point(target));
    const Enclosure outer = point(loss.delta()) * size - 0.5 * square(point(loss.delta()));
    return weight * Enclosure{std::max(0.0, outer.lower), (0.5 * square(size)).upper};
  }
  const Enclosure slack = point(1) - target * fit;
  return weight * Enclosure{0, (0.5 * square(slack)).upper};
}

}  // namespace thalweg::landscape
