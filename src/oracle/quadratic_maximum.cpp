#include "oracle/quadratic_maximum.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <limits>

namespace thalweg::oracle {
namespace {

constexpr double kEps = std::numeric_limits<double>::epsilon();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Whether A is positive semidefinite, proved by a shifted floating-point Cholesky factorisation.
bool proved_semidefinite(Matrix A) {
  const double size = static_cast<double>(A.rows()) + 3;
  const double trace = A.diagonal().sum();
  if (!(trace > 0) || !(A.diagonal().minCoeff() > 0)) return false;
  A.diagonal().array() -= 2 * size * kEps * trace + 1e-280;
  const Eigen::LLT<Eigen::Ref<Matrix>> factor(A);
  return factor.info() == Eigen::Success && A.diagonal().allFinite();
}

}  // namespace

TrustRegion diagonal_trust_region(const Vector& eigenvalues, const Vector& b) {
  const Index last = eigenvalues.size() - 1;
  const double top = eigenvalues[last];
  const double size = b.norm() + eigenvalues.cwiseAbs().maxCoeff() + 1e-290;
  double low = top + 1e-14 * size;
  double high = top + 0.5 * b.norm() + 1e-13 * size;
  const auto point = [&](double mu) -> Vector {
    return 0.5 * (b.array() / (mu - eigenvalues.array())).matrix();
  };
  TrustRegion result;
  if (point(low).squaredNorm() < 1) {
    // The hard case: the rest of the length goes along the top eigenvector.
    result.multiplier = low;
    result.u = point(low);
    const double rest = std::sqrt(std::max(0.0, 1 - result.u.squaredNorm()));
    result.u[last] += b[last] < 0 ? -rest : rest;
  } else {
    for (int step = 0; step < 200 && high - low > 1e-15 * size; ++step) {
      const double middle = 0.5 * (low + high);
      (point(middle).squaredNorm() > 1 ? low : high) = middle;
    }
    result.multiplier = high;
    result.u = point(high);
  }
  result.value = result.multiplier + 0.5 * b.dot(point(result.multiplier));
  result.u.normalize();
  return result;
}

ProvedMaximum prove_maximum(const Matrix& M, const Vector& b, double mu_estimate) {
  const Index d = b.size();
  const double size = M.norm() + b.norm() + 1e-280;
  ProvedMaximum best{kInfinity};
  for (double step = 1e-13; step < 1e3; step *= 8) {
    const double mu = mu_estimate + step * size;
    Matrix A(d + 1, d + 1);
    A.topLeftCorner(d, d) = -M;
    A.topLeftCorner(d, d).diagonal().array() += mu;
    const Eigen::LLT<Matrix> factor(A.topLeftCorner(d, d));
    if (factor.info() != Eigen::Success) continue;
    const double schur = std::max(0.0, 0.25 * b.dot(factor.solve(b)));
    // Past the minimum of the convex function mu + schur(mu).
    if (mu + schur >= best.value) break;
    A.row(d).head(d) = -0.5 * b.transpose();
    A.col(d).head(d) = -0.5 * b;
    for (double slack = 1e-14; slack < 1e-3; slack *= 16) {
      const double t = schur * (1 + slack) + slack * size;
      A(d, d) = t;
      if (mu + t >= best.value) break;
      if (proved_semidefinite(A)) {
        best = {mu + t, mu, t};
        break;
      }
    }
  }
  return best;
}

}  // namespace thalweg::oracle
