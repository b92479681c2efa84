#pragma once

#include "thalweg/core/loss.hpp"
#include "thalweg/core/types.hpp"

namespace thalweg::detail {

/// -D(nu) = l*(-nu) sample by sample for the dual methods, split into a smooth part D0 and bounds.
///
/// Huber and squared hinge are squared losses with a slack s: Huber = min_s 1/2 (f + s - y)^2 +
/// delta |s|, squared hinge = min 1/2 (f + s - y)^2 over s with y s <= 0. So D = D0 of the squared
/// loss under |nu_i| <= delta weight_i, or y_i nu_i >= 0, and s is the multiplier of that bound.
/// Squared loss has no bounds; the bounds of the logistic loss are never reached.
class DualLoss {
 public:
  DualLoss(const Loss& loss, const Vector& targets);

  /// D0(nu).
  [[nodiscard]] double value(const Vector& nu) const;
  /// The gradient of D0: f + s where -grad l(f) = nu.
  [[nodiscard]] Vector fit(const Vector& nu) const;
  /// l0(f) - D0(nu) + nu^T f >= 0, l0 the loss whose conjugate D0 is: 0 where f = fit(nu).
  [[nodiscard]] double misfit(const Vector& nu, const Vector& f) const;
  /// Second derivatives of -D0, (n), positive.
  [[nodiscard]] Vector curvature(const Vector& nu) const;
  /// The smallest that they can be: the unit of the steps sigma.
  [[nodiscard]] double least_curvature() const;
  /// nu + step; a logistic coordinate is bent away from its bounds, p -> p exp(step / p).
  [[nodiscard]] Vector moved(const Vector& nu, const Vector& step) const;
  /// The point near nu at a distance of `share` of a logistic coordinate's range from its bounds.
  [[nodiscard]] Vector interior(const Vector& nu, double share) const;

  [[nodiscard]] bool has_bounds() const;
  /// The slack of a fit, (n).
  [[nodiscard]] Vector slack_of(const Vector& fit) const;
  /// The slack after a multiplier step, from z = s + sigma nu (n): the part of z / sigma outside
  /// the bounds, times sigma.
  [[nodiscard]] Vector slack_from(const Vector& z, double sigma) const;

 private:
  const Loss& loss_;
  const Vector& targets_;
  Vector weights_;  ///< of the samples, (n)
};

}  // namespace thalweg::detail
