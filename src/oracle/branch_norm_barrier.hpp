#pragma once

#include "thalweg/core/types.hpp"
#include "thalweg/model/block_norm.hpp"

namespace thalweg::oracle {

/// The set {(z, t) : N_*(z) < t} as an interior-point method sees it: N_*(z) is the largest of some
/// radii r_g, |z_g| / weight_g for groups, the singular values for the nuclear norm, and the
/// barrier is -sum_g log(t^2 - r_g^2).
class DualNormRadii {
 public:
  /// z (p); `norm` must outlive the object.
  DualNormRadii(const BlockNorm& norm, const Vector& z);

  [[nodiscard]] const Vector& radii() const { return radii_; }
  /// Gradients of the radii, (p x g); zero where a radius is zero.
  [[nodiscard]] const Matrix& gradients() const { return gradients_; }
  [[nodiscard]] double norm() const { return radii_.maxCoeff(); }

  /// For the barrier with a weight for each radius: a root R (p x m) of its Hessian in z after t is
  /// eliminated (Schur complement), computed without cancellation. m is at most p + g^2 for groups
  /// and 3 p for the nuclear norm. weights (g), positive, t > norm().
  [[nodiscard]] Matrix hessian_root(double t, const Vector& weights) const;

 private:
  void factor_matrix(const Vector& z);

  const BlockNorm* norm_;
  Vector radii_;
  Matrix gradients_;
  Matrix left_;   ///< nuclear norm: singular vectors of the matrix laid down, rows <= columns
  Matrix right_;  ///< likewise
};

/// The radii alone.
[[nodiscard]] Vector dual_norm_radii(const BlockNorm& norm, const Vector& z);

/// The t > max r that minimises t - epsilon sum log(t^2 - r^2); radii (g), epsilon > 0.
[[nodiscard]] double best_height(const Vector& radii, double epsilon);

}  // namespace thalweg::oracle
