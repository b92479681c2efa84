#include "cone_lagrangian.hpp"

namespace thalweg::bench {

ConeLagrangian::ConeLagrangian(const Matrix& X, const Matrix& gates, const Vector& y, double delta)
    : X_(X),
      gates_(gates),
      y_(y),
      delta_(delta),
      signs_(2 * gates.array() - 1),
      multipliers_(Matrix::Zero(gates.rows(), 2 * gates.cols())),
      slack_(gates.rows(), 2 * gates.cols()) {}

Vector ConeLagrangian::residual(const Matrix& W) {
  const Index P = gates_.cols();
  slack_.noalias() = X_ * W;
  Vector r = -y_;
  r += (slack_.leftCols(P) - slack_.rightCols(P)).cwiseProduct(gates_).rowwise().sum();
  slack_.leftCols(P).array() *= signs_.array();
  slack_.rightCols(P).array() *= signs_.array();
  return r;
}

void ConeLagrangian::make_forces() { slack_ = (multipliers_ - delta_ * slack_).cwiseMax(0.0); }

double ConeLagrangian::value(const Matrix& W) {
  const Vector r = residual(W);
  make_forces();
  return r.squaredNorm() / (2 * static_cast<double>(y_.size())) +
         slack_.squaredNorm() / (2 * delta_);
}

double ConeLagrangian::value_and_gradient(const Matrix& W, Matrix& gradient) {
  const Index P = gates_.cols();
  const auto n = static_cast<double>(y_.size());
  const Vector r = residual(W);
  make_forces();
  const double value = r.squaredNorm() / (2 * n) + slack_.squaredNorm() / (2 * delta_);
  // From forces to derivatives with respect to X w.
  const auto pull = gates_.array().colwise() * (r.array() / n);
  slack_.leftCols(P) = pull - signs_.array() * slack_.leftCols(P).array();
  slack_.rightCols(P) = -pull - signs_.array() * slack_.rightCols(P).array();
  gradient.noalias() = X_.transpose() * slack_;
  return value;
}

double ConeLagrangian::squared_violation(const Matrix& W) {
  residual(W);
  return slack_.cwiseMin(0.0).squaredNorm();
}

void ConeLagrangian::update_multipliers(const Matrix& W) {
  residual(W);
  make_forces();
  multipliers_.swap(slack_);
}

}  // namespace thalweg::bench
