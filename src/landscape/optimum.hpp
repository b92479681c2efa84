#pragma once

#include <vector>

#include "landscape/exact_point.hpp"
#include "landscape/exact_star.hpp"
#include "thalweg/core/run_control.hpp"
#include "thalweg/oracle/dual_oracle.hpp"

namespace thalweg::landscape {

/// Below this margin (relative to beta) the data's own rounding decides what is active: such
/// directions are not told apart, on purpose.
inline constexpr double kDataRounding = 1e-12;

/// A direction that is optimal, or that the enclosure of the dual cannot tell from optimal.
struct OptimumAtom {
  Sign sign = Sign::kPlus;
  StarMaximum star;   ///< at the refined dual
  double radius = 0;  ///< the optimal direction in the closed star, if any, is this near star.u
  double mass = 0;    ///< length |w| of the refined point's neurons here
};

/// The optimum enclosed: what the gap of a refined point proves about the unique dual optimum nu*.
struct Optimum {
  PolishedPoint point;
  Vector fit;             ///< of the refined point, (n)
  Vector dual;            ///< of the refined point, rounded, (n)
  double upper = 0;       ///< objective of the refined point, rounded up
  double lower = 0;       ///< a lower bound of the optimum, rounded down
  double radius = 0;      ///< at least |nu - nu*| and |dual - nu*|
  double fit_radius = 0;  ///< at least |fit - fit*|, for the squared loss
  std::vector<OptimumAtom> atoms;
  /// 1 - max/beta over the directions outside the atoms' stars at nu*: bounds.
  double margin_lower = 0;
  double margin_upper = 0;
  /// Every optimal direction is in the star of one of the atoms, one in each at most.
  bool enclosed = false;
  bool stopped = false;  ///< deadline or cancellation cut the work
};

struct OptimumSettings {
  int threads = 1;
  std::uint64_t seed = 0;
  RunControl control;
};

/// Refines neurons and affine part near the optimum (double-double) and encloses the optimum.
///
/// *Lemma* (gap-safe; theory 2.6). Let the loss be 1-smooth, f, nu primal and dual feasible with
/// gap G. Then |nu - nu*|^2 <= 2 G; for the squared loss also |f - f*|^2 <= 2 G. *Proof.* The
/// conjugate of a 1-smooth loss is 1-strongly convex, so D(nu) <= D(nu*) - |nu - nu*|^2 / 2 on the
/// convex feasible set (nu* maximises D there), and D(nu*) = P* <= P. The primal is the same with
/// the 1-strongly convex loss. QED (When tau nu is feasible and not nu, |nu - nu*| <= |tau nu -
/// nu*|
/// + (1 - tau) |nu|.)
///
/// The dual norm of nu, which the gap needs to far more digits than a tree of cones gives, is the
/// larger of the stars' exact maxima (StarMaximum) and the oracle's bound outside the stars.
/// Precondition: ExactPoint::takes(problem).
[[nodiscard]] Optimum enclose_optimum(const TrainingProblem& problem, const DualOracle& oracle,
                                      const std::vector<Neuron>& neurons, const AffinePart& affine,
                                      const OptimumSettings& settings);

/// At least the Frobenius distance of the activations s (X u_q)_+, as doubles compute them, from
/// those of the exact directions.
[[nodiscard]] double activation_error(const Matrix& X, const std::vector<OptimumAtom>& atoms);

/// An upper bound of the spectral norm of X.
[[nodiscard]] double spectral_norm_above(const Matrix& X);

}  // namespace thalweg::landscape
