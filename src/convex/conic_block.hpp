#pragma once

#include <Eigen/QR>
#include <vector>

#include "convex/conic_cone.hpp"

namespace thalweg::detail {

/// A block of a conic program with its iterate x (q), s, z (k) and its part of the Newton system.
///
/// With G = W^{-T} F = Q R a Newton step solves, for residuals r_p = F x + f - s and
/// r_d = c - A^T nu - F^T z and the complementarity's p' (k),
///   A^T dnu + F^T dz = r_d,   W dz + W^{-T} ds = p',   ds = F dx + r_p.
/// With p = p' - W^{-T} r_p and a = R^{-T} r_d: R dx = g = (Q^T p)_1 - a + B^T dnu, B = A R^{-1},
/// and W dz = Q [a - B^T dnu; (Q^T p)_2]. Orthogonal factors of G, not Cholesky factors of G^T G:
/// as the gap closes G has columns of very different lengths.
class NewtonBlock {
 public:
  /// Orthant rows that say 0 >= 0 are left out, the others divided by their lengths.
  explicit NewtonBlock(const ConicBlock& block);

  [[nodiscard]] const Vector& x() const { return x_; }
  [[nodiscard]] const Vector& slack() const { return slack_; }
  /// |F|_F^2.
  [[nodiscard]] double rows_square() const { return rows_.squaredNorm(); }
  /// The caller's z, 0 for rows left out.
  [[nodiscard]] Vector multiplier() const;
  [[nodiscard]] Index degree() const { return scaling_.degree(); }
  [[nodiscard]] double complementarity() const { return slack_.dot(multiplier_); }
  [[nodiscard]] double cost() const { return block_.cost.dot(x_); }
  /// f^T z.
  [[nodiscard]] double offset_cost() const { return offset_.dot(multiplier_); }
  /// z^T r_p: what x gains by leaving the cone.
  [[nodiscard]] double cone_gain() const { return multiplier_.dot(primal_); }
  [[nodiscard]] const Vector& offset() const { return offset_; }
  [[nodiscard]] const Vector& primal_residual() const { return primal_; }
  [[nodiscard]] const Vector& dual_residual() const { return dual_; }

  /// Computes both residuals; map_dual is A^T nu (q).
  void update_residuals(const ConstVectorRef& map_dual);
  /// Factors with W = I / weight, for the starting point that minimises the objective plus weight^2
  /// / 2 |F x + f|^2. False when the columns of F are dependent.
  [[nodiscard]] bool factor_start(double weight);
  /// Factors; false when s or z has left the interior to rounding.
  [[nodiscard]] bool factor();
  /// B <- B R^{-1}, in place; B (n x q).
  void reduce(Eigen::Ref<Matrix> B) const;

  /// Sets the right-hand side for a step that removes `share` of the residuals and aims at s o z =
  /// shift e, corrected by the products of the direction before; writes (Q^T p)_1 - a (q).
  void aim(double share, double shift, VectorRef reduced);
  /// The direction of s and z in scaled form; reduced_dual is B^T dnu (q).
  void complete(const ConstVectorRef& reduced_dual);
  void forget_direction();
  /// The largest alpha that keeps s and z in the cone, possibly infinite.
  [[nodiscard]] double step_to_boundary() const;
  void move(double alpha);

  /// Takes the step of factor_start whole, and leaves s and z = -weight^2 s where that leads.
  void start();
  /// How far s (z) is inside its cone; negative outside.
  [[nodiscard]] double slack_depth() const { return scaling_.depth(slack_); }
  [[nodiscard]] double multiplier_depth() const { return scaling_.depth(multiplier_); }
  /// e^T s, e^T z.
  [[nodiscard]] double slack_sum() const { return scaling_.identity().dot(slack_); }
  [[nodiscard]] double multiplier_sum() const { return scaling_.identity().dot(multiplier_); }
  /// s <- s + slack e, z <- z + multiplier e.
  void shift(double slack, double multiplier);

 private:
  /// Applies the j-th reflection of Q = H_0 H_1 .. (blocks are small: faster than in panels).
  void reflect(Index j, Vector& v) const;
  [[nodiscard]] auto triangle() const {
    return qr_.matrixQR().topRows(x_.size()).triangularView<Eigen::Upper>();
  }

  const ConicBlock& block_;
  std::vector<Index> kept_;  ///< rows of F that are not left out
  Vector row_sizes_;         ///< what rows of F and entries of f are divided by, (k)
  Matrix rows_;              ///< F (k x q)
  Vector offset_;            ///< f (k)
  ConeScaling scaling_;
  Matrix scaled_rows_;  ///< G (k x q)
  Eigen::HouseholderQR<Matrix> qr_;
  Vector x_, slack_, multiplier_;
  Vector primal_, dual_;
  double share_ = 0;
  double start_weight_ = 1;
  Vector aim_;                         ///< p' (k)
  Vector rotated_;                     ///< Q^T p (k)
  Vector reduced_residual_;            ///< a (q)
  Vector dx_, scaled_ds_, scaled_dz_;  ///< dx, W^{-T} ds, W dz
};

}  // namespace thalweg::detail
