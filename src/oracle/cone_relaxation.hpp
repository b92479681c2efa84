#pragma once

#include "oracle/cone.hpp"
#include "oracle/kink_solver.hpp"

namespace thalweg::oracle {

/// What bounding one cone found.
struct ConeBound {
  double bound = 0;     ///< rigorous: f(u) <= bound |u| on the cone
  double estimate = 0;  ///< the same without the error margin
  RayVector point;   ///< scaled cone coordinates of unit norm: (nearly) the relaxation's maximiser
  double value = 0;  ///< the largest f(u)/|u| seen, an estimate; -infinity when f was not evaluated
  RayVector best_point;  ///< where
};

/// Bounds f on a cone: rows of positive weight are interpolated at the rays (their exact concave
/// envelope), rows of negative weight kept concave, w (t)_+ <= s w t for any s in [0, 1]; each
/// choice of s gives a linear function, bounded by linear_bound. Source: docs/certificate.md,
/// "Tree". The relaxation's dual is minimised over s by (i) the tangent at the centroid, (ii) up to
/// three Frank-Wolfe steps, (iii) an exact active-set method.
class ConeRelaxation {
 public:
  /// Stops as soon as bound <= threshold, or when the relaxation's own maximum is seen to exceed
  /// the threshold. f is evaluated where the relaxation exceeds `incumbent`. `guess` (0: none): the
  /// rays that may carry the maximiser.
  void bound(const Cone& cone, const SignedRows& rows, double threshold, double incumbent,
             ConeBound& result, unsigned guess = 0);

  /// Minimises the relaxation's dual to convergence from result.point; the multipliers of every row
  /// of cone.down are then in multipliers(), and result holds their bound and point.
  void converge(const Cone& cone, const SignedRows& rows, ConeBound& result);
  [[nodiscard]] const double* multipliers() const { return kinks_.multipliers(); }
  /// Sums over the rows of negative weight, times their multipliers, at each ray: those of the last
  /// bound.
  [[nodiscard]] const RayVector& sums() const { return sums_; }

 private:
  void prepare(const Cone& cone, const SignedRows& rows);
  bool improve(const Cone& cone, const RayVector& sums, ConeBound& result, RayVector& point);
  void tangent(const Cone& cone, const RayVector& point, RayVector& sums) const;
  [[nodiscard]] double relaxed_value(const Cone& cone, const RayVector& point,
                                     const RayVector& sums) const;
  void evaluate(const Cone& cone, const RayVector& point, const RayVector& sums,
                ConeBound& result) const;
  bool frank_wolfe(const Cone& cone, double threshold, double incumbent, ConeBound& result);
  void line_search(const Cone& cone, const RayVector& target, double threshold, ConeBound& result);

  RayVector base_;    ///< objective without rows.down, over the norms
  RayVector margin_;  ///< error bound per ray, over the norms
  RayVector sums_;    ///< sums over rows.down at which result.bound was found, not scaled
  unsigned guess_ = 0;
  KinkSolver kinks_;
};

}  // namespace thalweg::oracle
