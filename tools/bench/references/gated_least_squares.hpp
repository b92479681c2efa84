#pragma once

#include "smooth_function.hpp"

namespace thalweg::bench {

/// 1/(2n) |sum_i D_i X w_i - y|^2 over gates D_i. The map and its adjoint are a matrix product and
/// a mask: 2 n d P multiplications each, nothing of size n x d x P is stored.
class GatedLeastSquares final : public SmoothFunction {
 public:
  /// X (n x d), gates (n x P) of 0 and 1, y (n); they must outlive this.
  GatedLeastSquares(const Matrix& X, const Matrix& gates, const Vector& y);
  [[nodiscard]] double value(const Matrix& W) override;
  [[nodiscard]] double value_and_gradient(const Matrix& W, Matrix& gradient) override;

 private:
  /// sum_i D_i X w_i - y, (n).
  Vector residual(const Matrix& W);

  const Matrix& X_;
  const Matrix& gates_;
  const Vector& y_;
  Matrix products_;  ///< (n x P), kept between calls
};

}  // namespace thalweg::bench
