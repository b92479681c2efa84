#pragma once

#include <vector>

#include "thalweg/oracle/cone_tree.hpp"

namespace thalweg::certificate {

/// Vectors and matrices of a cone: at most kMaxTreeCoordinates rows, no heap.
using ConeVector = Eigen::Matrix<double, Eigen::Dynamic, 1, 0, kMaxTreeCoordinates, 1>;
using ConeMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, 0, kMaxTreeCoordinates,
                                 kMaxTreeCoordinates>;

/// A cone in an orthonormal frame with unit rays, and the closing vectors p in it: those with
/// p . ray_k >= c_k(s) = fixed_k - sum_j s_j values_kj for every k.
class ClosingProblem {
 public:
  /// frame (R x R) takes coordinates z to an orthonormal frame: |frame z| = |u|.
  ClosingProblem(const ConeView& cone, const Matrix& frame);

  [[nodiscard]] Index rank() const { return fixed_.size(); }
  [[nodiscard]] Index crossing() const { return values_.cols(); }
  /// Unit rays, one a column.
  [[nodiscard]] const ConeMatrix& rays() const { return rays_; }
  /// |frame r_k| of the integer rays.
  [[nodiscard]] const ConeVector& lengths() const { return lengths_; }
  /// |w_j| v_j . ray_k, (R x crossing).
  [[nodiscard]] const Matrix& values() const { return values_; }
  /// |w_j| |v_j|, (crossing).
  [[nodiscard]] const Vector& row_sizes() const { return row_sizes_; }
  /// |fixed_k| of the unit rays.
  [[nodiscard]] ConeVector demand_size() const { return fixed_.cwiseAbs(); }
  /// c(s); s (crossing).
  [[nodiscard]] ConeVector demand(const Vector& s) const { return fixed_ - values_ * s; }

  /// The closing vector of least length for the demand c.
  [[nodiscard]] ConeVector shortest(const ConeVector& c) const;
  /// Moves s to multipliers in [0, 1] whose shortest closing vector is the shortest of all, at most
  /// R of them fractional; returns that vector. Any stop before convergence leaves a legal s.
  ConeVector optimise(Vector& s) const;

 private:
  class Descent;

  ConeMatrix rays_;
  ConeMatrix dual_rays_;  ///< column k: inner product 1 with ray k, 0 with the others
  ConeVector lengths_;
  ConeVector fixed_;
  Matrix values_;
  Matrix rows_;  ///< |w_j| v_j in the frame, (R x crossing)
  Vector row_sizes_;
};

}  // namespace thalweg::certificate
