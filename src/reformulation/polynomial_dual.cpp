#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>

#include "thalweg/reformulation/polynomial_network.hpp"

namespace thalweg {
namespace {

struct SphereMaximum {
  double value = 0;
  double rho = 0;
  Vector u;
};

/// The maximum of u^T Q u + q^T u over unit u: min over rho >= lambda_max(Q) of rho + q^T (rho I -
/// Q)^{-1} q / 4, whose derivative is a monotone secular equation.
class SphereProgram {
 public:
  SphereProgram(const Matrix& Q, const Vector& q)
      : spectrum_(Q), q_(spectrum_.eigenvectors().transpose() * q) {}

  [[nodiscard]] SphereMaximum solve() const {
    const Vector& lambda = spectrum_.eigenvalues();
    const double top = lambda[lambda.size() - 1];
    double low = top;
    double high = top + q_.norm();  // there |u| <= 1/2
    if (high == top) high = std::nextafter(top, top + 1);
    for (double middle = low + (high - low) / 2; low < middle && middle < high;
         middle = low + (high - low) / 2) {
      (point(middle).squaredNorm() > 1 ? low : high) = middle;
    }
    Vector u = point(high);
    const double value = high + 0.5 * q_.dot(u);
    // Where q has no part along the top eigenvector (the hard case) u is short: that completes it.
    double& along_top = u[u.size() - 1];
    const double missing = std::max(0.0, 1 - u.squaredNorm());
    along_top = std::copysign(std::sqrt(along_top * along_top + missing), along_top);
    return {value, high, spectrum_.eigenvectors() * u / u.norm()};
  }

 private:
  /// (rho I - Q)^{-1} q / 2 in the eigenbasis, 0 where q is.
  [[nodiscard]] Vector point(double rho) const {
    Vector u = Vector::Zero(q_.size());
    for (Index i = 0; i < q_.size(); ++i) {
      if (q_[i] != 0) u[i] = 0.5 * q_[i] / (rho - spectrum_.eigenvalues()[i]);
    }
    return u;
  }

  Eigen::SelfAdjointEigenSolver<Matrix> spectrum_;
  Vector q_;
};

}  // namespace

PolynomialDual polynomial_dual(const Matrix& X, const QuadraticActivation& activation,
                               const Vector& nu) {
  const Matrix Q = activation.square * (X.transpose() * nu.asDiagonal() * X);
  const Vector q = activation.linear * (X.transpose() * nu);
  const double constant = activation.constant * nu.sum();
  const SphereMaximum plus = SphereProgram(Q, q).solve();
  const SphereMaximum minus = SphereProgram(-Q, -q).solve();
  const bool plus_wins = plus.value + constant >= minus.value - constant;
  PolynomialDual dual;
  dual.level = plus_wins ? plus.value + constant : minus.value - constant;
  dual.rho_plus = plus.rho;
  dual.rho_minus = minus.rho;
  dual.u = plus_wins ? plus.u : minus.u;
  return dual;
}

Matrix polynomial_certificate(const Matrix& X, const QuadraticActivation& activation,
                              const Vector& nu, Sign sign, double rho, double level) {
  const Index d = X.cols();
  const double s = to_double(sign);
  Matrix M(d + 1, d + 1);
  M.topLeftCorner(d, d) =
      rho * Matrix::Identity(d, d) - s * activation.square * (X.transpose() * nu.asDiagonal() * X);
  M.col(d).head(d) = -0.5 * s * activation.linear * (X.transpose() * nu);
  M.row(d).head(d) = M.col(d).head(d).transpose();
  M(d, d) = level - rho - s * activation.constant * nu.sum();
  return M;
}

}  // namespace thalweg
