#pragma once

#include <vector>

#include "convex/dual_loss.hpp"

namespace thalweg::detail {

/// The loss of a conic program as a primal-dual method sees it: its dual point nu (n) with
///   fit = D0'(nu) + sum of sign w,   w gap = mu,   gap = sign (nu - bound) >= 0,   w >= 0,
/// D0 and the bounds of nu as in DualLoss, a multiplier w for each bound. The logistic loss has no
/// w: its D0 is a barrier of its bounds. Newton's equation is that of D0', not of grad l: steps
/// stay long where the loss is flat.
class ConicLoss {
 public:
  /// nu = -grad l(0), moved inside the bounds.
  ConicLoss(const Loss& loss, const Vector& targets);

  [[nodiscard]] const Vector& dual() const { return nu_; }
  /// Number of complementary pairs, and the sum of their products.
  [[nodiscard]] Index degree() const { return static_cast<Index>(bounds_.size()); }
  [[nodiscard]] double complementarity() const;
  /// Takes the full step, then goes inside the bounds; multipliers from the fit there (n), with
  /// products of mu where that is more.
  void start(const Vector& fit, double mu);

  /// fit - D0'(nu) - sum of sign w, (n).
  [[nodiscard]] Vector residual(const Vector& fit) const;
  /// v (n) of the Newton equation v dnu + dfit = right_hand_side.
  [[nodiscard]] Vector inverse_curvature() const;
  /// For a step that removes `share` of the residual (n) and aims at products `shift`, corrected by
  /// the products of the direction before.
  [[nodiscard]] Vector right_hand_side(const Vector& residual, double share, double shift);
  /// The direction that belongs to dnu after the last right_hand_side.
  void complete(const Vector& dnu);
  void forget_direction();
  /// The largest alpha that keeps gaps and multipliers positive, possibly infinite.
  [[nodiscard]] double step_to_boundary() const;
  /// How much a step's nu differs from nu + alpha dnu, times 1 + |D0'(nu)|: logistic coordinates
  /// are held back where that would leave their bounds.
  [[nodiscard]] double misstep(double alpha) const;
  void move(double alpha);

 private:
  struct Bound {
    Index sample;
    double at;
    double sign;            ///< +1 for a lower bound, -1 for an upper bound
    double multiplier = 0;  ///< w
    double move = 0;        ///< its direction
    double aim = 0;         ///< what w dgap + gap dw must be
  };
  [[nodiscard]] double gap(const Bound& bound) const {
    return bound.sign * (nu_[bound.sample] - bound.at);
  }
  [[nodiscard]] double moved(Index i, double alpha) const;
  void go_inside();

  bool logistic_;
  DualLoss smooth_;
  Vector weights_;  ///< of the samples, (n)
  std::vector<Bound> bounds_;
  Vector nu_, dnu_;
};

}  // namespace thalweg::detail
