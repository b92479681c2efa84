#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <string>

#include "thalweg/core/error.hpp"
#include "thalweg/reformulation/polynomial_network.hpp"

namespace thalweg {
namespace {

/// p^T G q with G = diag(I, -1).
double lorentz(const Vector& p, const Vector& q) {
  const Index d = p.size() - 1;
  return p.head(d).dot(q.head(d)) - p[d] * q[d];
}

/// Columns p_i with sum p_i p_i^T = Z but for eigenvalues up to `rounding`.
std::vector<Vector> factors(const Matrix& Z, double rounding) {
  const Eigen::SelfAdjointEigenSolver<Matrix> spectrum(Z);
  if (spectrum.eigenvalues()[0] < -rounding) {
    throw InvalidArgument("Z: expected a positive semidefinite matrix, got an eigenvalue of " +
                          std::to_string(spectrum.eigenvalues()[0]));
  }
  std::vector<Vector> columns;
  for (Index i = 0; i < Z.rows(); ++i) {
    const double value = spectrum.eigenvalues()[i];
    if (value > rounding) columns.emplace_back(std::sqrt(value) * spectrum.eigenvectors().col(i));
  }
  return columns;
}

/// Turns p and q, of opposite lorentz(p, p), into two vectors with the same p p^T + q q^T, of which
/// the first has lorentz 0.
void rotate_to_cone(Vector& p, Vector& q) {
  const double pp = lorentz(p, p);
  const double pq = lorentz(p, q);
  const double qq = lorentz(q, q);
  // The root of pp + 2 t pq + t^2 qq without cancellation.
  const double root = std::sqrt(std::max(0.0, pq * pq - pp * qq));
  const double t = -pp / (pq + std::copysign(root, pq));
  const double scale = 1 / std::hypot(1, t);
  const Vector on_cone = scale * (p + t * q);
  q = scale * (q - t * p);
  p = on_cone;
}

}  // namespace

std::vector<PolynomialNeuron> neural_decomposition(const Matrix& Z, double rounding) {
  const Index d = Z.rows() - 1;
  if (d < 1 || Z.cols() != Z.rows()) {
    throw InvalidArgument("Z: expected a square matrix of side at least 2");
  }
  const double imbalance = Z.topLeftCorner(d, d).trace() - Z(d, d);
  if (!(std::abs(imbalance) <= static_cast<double>(d + 1) * rounding)) {
    throw InvalidArgument("Z: expected tr Z_1 = Z_4, they differ by " + std::to_string(imbalance));
  }
  std::vector<Vector> rest = factors(Z, rounding);
  std::vector<PolynomialNeuron> neurons;
  while (!rest.empty()) {
    const auto by_lorentz = [](const Vector& p, const Vector& q) {
      return lorentz(p, p) < lorentz(q, q);
    };
    std::ranges::sort(rest, by_lorentz);
    Vector p = rest.back();
    rest.pop_back();
    // Their sum is 0 to rounding: without opposite signs all are.
    if (!rest.empty() && lorentz(rest.front(), rest.front()) < 0 && lorentz(p, p) > 0) {
      rotate_to_cone(p, rest.front());
    }
    const double length = p.head(d).norm();
    const double alpha = length * std::abs(p[d]);
    if (alpha == 0) continue;
    neurons.push_back({std::copysign(1 / length, p[d]) * p.head(d), alpha});
  }
  return neurons;
}

}  // namespace thalweg
