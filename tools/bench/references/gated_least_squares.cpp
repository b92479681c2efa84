#include "gated_least_squares.hpp"

namespace thalweg::bench {

GatedLeastSquares::GatedLeastSquares(const Matrix& X, const Matrix& gates, const Vector& y)
    : X_(X), gates_(gates), y_(y), products_(gates.rows(), gates.cols()) {}

Vector GatedLeastSquares::residual(const Matrix& W) {
  products_.noalias() = X_ * W;
  return products_.cwiseProduct(gates_).rowwise().sum() - y_;
}

double GatedLeastSquares::value(const Matrix& W) {
  return residual(W).squaredNorm() / (2 * static_cast<double>(y_.size()));
}

double GatedLeastSquares::value_and_gradient(const Matrix& W, Matrix& gradient) {
  const auto n = static_cast<double>(y_.size());
  const Vector r = residual(W);
  products_ = gates_.array().colwise() * (r.array() / n);
  gradient.noalias() = X_.transpose() * products_;
  return r.squaredNorm() / (2 * n);
}

}  // namespace thalweg::bench
