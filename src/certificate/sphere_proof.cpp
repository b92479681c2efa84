#include "certificate/sphere_proof.hpp"

#include <gmpxx.h>

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <vector>

namespace thalweg::certificate {
namespace {

/// The proof's data in the unit 2^-grid: what the checker will compute, in floating point.
class RoundedMajorant {
 public:
  RoundedMajorant(const Matrix& X, const Vector& g, const WholeSphereProof& majorant)
      : majorant_(majorant), g_(g) {
    double largest = 0;
    for (Index j = 0; j < g.size(); ++j) {
      largest = std::max(largest, std::abs(g[j]) * X.row(j).cwiseAbs().maxCoeff());
    }
    grid_ = largest > 0 ? 29 - std::ilogb(largest) : 0;
    round_rows(X);
    while (!choose_coefficients()) --bits_;
  }

  /// The text, when the bordered matrix is positive definite with some room.
  [[nodiscard]] std::optional<std::string> text(double beta, double room) const {
    const Index d = rows_.cols();
    const double mu = std::ldexp(majorant_.mu + 0.25 * room, grid_);
    const double corner = std::ldexp(beta, grid_) * (1 - 1e-11) - kappa_ - mu;
    if (!(corner > 0)) return std::nullopt;
    // Only the lower triangle is used.
    Matrix A = Matrix::Zero(d + 1, d + 1);
    const Matrix weighted = -0.5 * quadratic_.asDiagonal() * rows_;
    A.topLeftCorner(d, d).triangularView<Eigen::Lower>() = rows_.transpose() * weighted;
    A.topLeftCorner(d, d).diagonal().array() += mu;
    A.row(d).head(d) = -0.25 * (rows_.transpose() * linear_).transpose();
    A(d, d) = corner;
    A.diagonal().array() -= 1e-13 * A.diagonal().cwiseAbs().sum();
    if (Eigen::LLT<Matrix>(A).info() != Eigen::Success) return std::nullopt;
    std::string result = "grid " + std::to_string(grid_) + '\n' + std::to_string(bits_);
    for (const long a : coefficients_) result += ' ' + std::to_string(a);
    const mpz_class scaled_mu(std::ldexp(mu, bits_));
    return result + "\nmu " + scaled_mu.get_str() + '\n';
  }

 private:
  void round_rows(const Matrix& X) {
    rows_.resize(X.rows(), X.cols());
    for (Index j = 0; j < X.rows(); ++j) {
      for (Index k = 0; k < X.cols(); ++k) {
        const double exact = std::ldexp(std::abs(g_[j]) * X(j, k), grid_);
        rows_(j, k) = std::floor(exact + 0.5);
        slack_ += std::abs(exact - rows_(j, k));
      }
    }
    norms_ = rows_.rowwise().norm().array().ceil();
  }

  /// Coefficients over 2^bits_; false when the checker's matrix could exceed its range.
  bool choose_coefficients() {
    const double one = std::ldexp(1.0, bits_);
    coefficients_.assign(static_cast<std::size_t>(g_.size()), 0);
    quadratic_ = Vector::Zero(g_.size());
    linear_ = Vector::Zero(g_.size());
    kappa_ = slack_;
    double size = 0;
    for (Index j = 0; j < g_.size(); ++j) {
      long& a = coefficients_[static_cast<std::size_t>(j)];
      if (g_[j] > 0) {
        const double omega = std::ldexp(majorant_.omega[j], -grid_);
        // An omega beyond the range belongs to a row of a few units: its length serves as well.
        if (omega <= 1) a = std::lround(omega * one);
        quadratic_[j] = static_cast<double>(a) / one;
        kappa_ += 0.5 * (a > 0 ? 0.25 / quadratic_[j] : norms_[j]);
        linear_[j] = 1;
      } else if (g_[j] < 0) {
        a = std::lround(std::clamp(majorant_.sigma[j], -1.0, 1.0) * one);
        const double sigma = static_cast<double>(a) / one;
        if (norms_[j] > 0) {
          quadratic_[j] = -std::floor((1 - std::abs(sigma)) * one / norms_[j]) / one;
        }
        linear_[j] = -(1 + sigma);
      }
      size += std::abs(quadratic_[j]) * rows_.row(j).squaredNorm();
    }
    return size * one < std::ldexp(1.0, 114) || bits_ == 0;
  }

  const WholeSphereProof& majorant_;
  const Vector& g_;
  int grid_ = 0;
  int bits_ = 62;
  Matrix rows_;  ///< y, (n x d)
  Vector norms_;
  std::vector<long> coefficients_;
  Vector quadratic_;  ///< omega_j or -psi_j
  Vector linear_;     ///< 2 b = rows^T linear
  double slack_ = 0;
  double kappa_ = 0;
};

}  // namespace

std::optional<std::string> sphere_text(const Matrix& X, const Vector& g, double beta,
                                       const WholeSphereProof& majorant, double room) {
  return RoundedMajorant(X, g, majorant).text(beta, room);
}

}  // namespace thalweg::certificate
