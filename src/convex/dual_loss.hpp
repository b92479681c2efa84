#pragma once

#include "thalweg/core/loss.hpp"
#include "thalweg/core/types.hpp"

namespace thalweg::detail {

/// -D(nu) = l*(-nu) as a smooth function inside its domain (a box), sample by sample.
class DualLoss {
 public:
  DualLoss(const Loss& loss, const Vector& targets) : loss_(loss), targets_(targets) {}

  /// D(nu), minus infinity outside the domain.
  [[nodiscard]] double value(const Vector& nu) const { return loss_.dual_value(nu, targets_); }
  /// The gradient f of D: the fit with -grad l(f) = nu where l is strictly convex.
  [[nodiscard]] Vector fit(const Vector& nu) const;
  /// Second derivatives of -D, (n), positive.
  [[nodiscard]] Vector curvature(const Vector& nu) const;
  /// nu + step moved into the domain. The boundary is reached where D is finite and has a finite
  /// slope there (Huber, squared hinge); a logistic coordinate goes at most 95 % of the way.
  [[nodiscard]] Vector moved(const Vector& nu, const Vector& step) const;
  /// A point in the interior of the domain near nu, to begin with.
  [[nodiscard]] Vector interior(const Vector& nu) const;
  /// 1 where the coordinate is on the boundary and `descent` (n) points out of the domain.
  [[nodiscard]] Eigen::Array<bool, Eigen::Dynamic, 1> blocked(const Vector& nu,
                                                              const Vector& descent) const;

 private:
  const Loss& loss_;
  const Vector& targets_;
};

}  // namespace thalweg::detail
