#pragma once

#include "smooth_function.hpp"

namespace thalweg::bench {

/// The augmented Lagrangian of the ReLU program over given patterns without its norms,
///   1/(2n) |sum_i D_i X (v_i - u_i) - y|^2 + delta/2 sum |(gamma / delta - (2 D_i - 1) X w)_+|^2,
/// the last sum over all blocks w = v_i, u_i with their own multipliers gamma >= 0.
class ConeLagrangian final : public SmoothFunction {
 public:
  /// X (n x d), gates (n x P) of 0 and 1, y (n); they must outlive this. Multipliers begin at 0.
  ConeLagrangian(const Matrix& X, const Matrix& gates, const Vector& y, double delta);

  /// W (d x 2P): the v_i, then the u_i.
  [[nodiscard]] double value(const Matrix& W) override;
  [[nodiscard]] double value_and_gradient(const Matrix& W, Matrix& gradient) override;

  /// sum |((1 - 2 D_i) X w)_+|^2 over all blocks: how far W is from feasible.
  [[nodiscard]] double squared_violation(const Matrix& W);
  /// gamma <- (gamma - delta (2 D_i - 1) X w)_+.
  void update_multipliers(const Matrix& W);
  void set_penalty(double delta) { delta_ = delta; }
  [[nodiscard]] double penalty() const { return delta_; }

 private:
  /// Fills slack_ with (2 D_i - 1) X w and returns sum_i D_i X (v_i - u_i) - y, (n).
  Vector residual(const Matrix& W);
  /// Turns slack_ into (gamma - delta slack)_+.
  void make_forces();

  const Matrix& X_;
  const Matrix& gates_;
  const Vector& y_;
  double delta_;
  Matrix signs_;        ///< (n x P), 2 D - 1
  Matrix multipliers_;  ///< (n x 2P)
  Matrix slack_;        ///< (n x 2P), kept between calls
};

}  // namespace thalweg::bench
