#pragma once

#include "thalweg/core/types.hpp"
#include "thalweg/model/block_norm.hpp"

namespace thalweg::oracle {

/// The set {(Z, t) : |Z|_2 < t} of matrices as an interior-point method sees it, with the barrier
/// -sum_g log(t^2 - r_g^2) over the singular values r_g.
class SpectralRadii {
 public:
  /// z (p), the matrix of a nuclear norm, which must outlive the object.
  SpectralRadii(const BlockNorm& norm, const Vector& z);

  [[nodiscard]] const Vector& radii() const { return radii_; }
  /// Gradients of the singular values, (p x g).
  [[nodiscard]] const Matrix& gradients() const { return gradients_; }
  [[nodiscard]] double norm() const { return radii_.maxCoeff(); }

  /// For the barrier with a weight for each singular value: a root R (p x m) of its Hessian in z
  /// after t is eliminated (Schur complement), computed without cancellation; m <= 4 p. weights
  /// (g), positive, t > norm().
  [[nodiscard]] Matrix hessian_root(double t, const Vector& weights) const;

 private:
  const BlockNorm* norm_;
  Vector radii_;
  Matrix gradients_;
  Matrix left_;   ///< singular vectors of the matrix laid down, rows <= columns
  Matrix right_;  ///< likewise
};

/// The singular values alone.
[[nodiscard]] Vector singular_values(const BlockNorm& norm, const Vector& z);

/// The t > max r that minimises t - epsilon sum log(t^2 - r^2); radii (g), epsilon > 0.
[[nodiscard]] double best_height(const Vector& radii, double epsilon);

}  // namespace thalweg::oracle
