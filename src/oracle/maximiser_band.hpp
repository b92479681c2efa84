#pragma once

#include <vector>

#include "oracle/cone.hpp"
#include "oracle/kink_solver.hpp"

namespace thalweg::oracle {

/// Lists what may be a local maximiser of f in a cone that few rows of positive weight cross.
///
/// Lemma. Let m rows of positive weight cross the cone and fix which of them are active. The
/// function f_p in which each active one is replaced by w v.u and each other by 0 is concave and
/// positively homogeneous on the cone and f_p <= f, with equality where the signs are those of p. A
/// local maximiser of f on the sphere with f > 0 on no kink of positive weight is, for its own
/// signs p, a local, hence the only, maximiser of f_p over the cone's unit ball. Proof. (t)_+ >= t
/// and (t)_+ >= 0; concavity from -|w| (t)_+; a concave positively homogeneous function with a
/// positive value has one maximiser on the unit ball, and its local maximisers are global. QED (At
/// a kink of positive weight f is convex across the kink, so no local maximiser lies there.) So the
/// maximisers of the 2^m functions contain every local maximiser in the cone.
class BandCollector {
 public:
  /// Whether the cone surely holds no local maximiser: at one, some gradient of f points along u.
  /// All gradients on the cone lie within rho = half the sum of the norms of the crossing rows of
  /// one of them, g, and all directions within theta of the cone's middle m, so angle(g, m) > theta
  /// + asin(rho / |g|) excludes it.
  [[nodiscard]] bool excludes(const Cone& cone);
  /// Whether few enough rows cross (or the cone is narrower than kDistinctAngle) for `collect`.
  [[nodiscard]] bool accepts(const Cone& cone);
  /// Appends those of value above `threshold` (to rounding), in tree coordinates, for the cone just
  /// accepted. A narrow cone gives one of its points.
  void collect(const Cone& cone, double threshold, std::vector<Vector>& points);

 private:
  [[nodiscard]] bool sort_rows(const Cone& cone);
  void maximise_pattern(const Cone& cone, const RayVector& linear, double threshold,
                        std::vector<Vector>& points);

  void add_gradients(const Cone& cone, const ConeRows& rows, double sign, RayVector& sum,
                     double& radius) const;

  KinkSolver kinks_;
  RayMatrix factor_{};  ///< Cholesky factor of the cone's Gram matrix
  bool narrow_ = false;
  std::vector<Index> crossing_;  ///< rows of cone.up
  RayVector active_sums_{};      ///< linear part and rows of positive weight that are active on the
                                 ///< whole cone
};

}  // namespace thalweg::oracle
