#include "convex/conic_cone_semidefinite.hpp"

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <Eigen/SVD>
#include <cmath>
#include <limits>

namespace thalweg::detail {
namespace {

const double kRoot2 = std::sqrt(2.0);

/// The diagonal of a packed matrix, (m).
Vector packed_diagonal(const ConstVectorRef& entries) {
  const Index side = side_of(entries.size());
  Vector diagonal(side);
  for (Index j = 0, at = 0; j < side; at += side - j, ++j) diagonal[j] = entries[at];
  return diagonal;
}

/// v <- the packed M V M^T.
void congruence(const Matrix& M, VectorRef v) {
  Matrix V(M.rows(), M.rows());
  unpack_symmetric(v, V);
  const Matrix half = M * V;
  V.noalias() = half * M.transpose();
  pack_symmetric(V, v);
}

}  // namespace

Index side_of(Index entries) {
  return static_cast<Index>(
      std::floor((std::sqrt(8 * static_cast<double>(entries) + 1) - 1) / 2 + 1e-9));
}

void unpack_symmetric(const ConstVectorRef& entries, Matrix& matrix) {
  const Index side = matrix.rows();
  for (Index j = 0, at = 0; j < side; ++j) {
    matrix(j, j) = entries[at++];
    for (Index i = j + 1; i < side; ++i) matrix(i, j) = matrix(j, i) = entries[at++] / kRoot2;
  }
}

void pack_symmetric(const Matrix& matrix, VectorRef entries) {
  const Index side = matrix.rows();
  for (Index j = 0, at = 0; j < side; ++j) {
    entries[at++] = matrix(j, j);
    for (Index i = j + 1; i < side; ++i) entries[at++] = kRoot2 * matrix(i, j);
  }
}

void SemidefiniteScaling::set_identity(VectorRef lambda) {
  scale_.setIdentity();
  inverse_.setIdentity();
  pack_symmetric(scale_, lambda);
}

bool SemidefiniteScaling::update(const ConstVectorRef& s, const ConstVectorRef& z,
                                 VectorRef lambda) {
  const Index side = scale_.rows();
  Matrix S(side, side);
  Matrix Z(side, side);
  unpack_symmetric(s, S);
  unpack_symmetric(z, Z);
  const Eigen::LLT<Matrix> s_factor(S);
  const Eigen::LLT<Matrix> z_factor(Z);
  if (s_factor.info() != Eigen::Success || z_factor.info() != Eigen::Success) return false;
  const Matrix s_lower = s_factor.matrixL();
  const Matrix z_upper = z_factor.matrixU();
  const Eigen::JacobiSVD<Matrix> svd(z_upper * s_lower, Eigen::ComputeFullU | Eigen::ComputeFullV);
  const Vector& values = svd.singularValues();
  if (!values.allFinite() || !(values[side - 1] > 0)) return false;
  const Vector root = values.cwiseSqrt().cwiseInverse();
  scale_.noalias() = s_lower * svd.matrixV() * root.asDiagonal();
  inverse_.noalias() = root.asDiagonal() * svd.matrixU().transpose() * z_upper;
  pack_symmetric(Matrix(values.asDiagonal()), lambda);
  return scale_.allFinite() && inverse_.allFinite();
}

void SemidefiniteScaling::scale_slack(VectorRef v) const { congruence(inverse_, v); }

void SemidefiniteScaling::unscale_multiplier(VectorRef v) const {
  congruence(inverse_.transpose(), v);
}

double semidefinite_depth(const ConstVectorRef& s) {
  Matrix S(side_of(s.size()), side_of(s.size()));
  unpack_symmetric(s, S);
  return Eigen::SelfAdjointEigenSolver<Matrix>(S, Eigen::EigenvaluesOnly).eigenvalues()[0];
}

void semidefinite_product(VectorRef a, const ConstVectorRef& b) {
  const Index side = side_of(a.size());
  Matrix A(side, side);
  Matrix B(side, side);
  unpack_symmetric(a, A);
  unpack_symmetric(b, B);
  const Matrix product = A * B;
  pack_symmetric(0.5 * (product + product.transpose()), a);
}

void semidefinite_divide(const ConstVectorRef& lambda, VectorRef d) {
  const Vector values = packed_diagonal(lambda);
  for (Index j = 0, at = 0; j < values.size(); ++j) {
    for (Index i = j; i < values.size(); ++i) d[at++] *= 2 / (values[i] + values[j]);
  }
}

double semidefinite_step(const ConstVectorRef& lambda, const ConstVectorRef& d) {
  const Vector root = packed_diagonal(lambda).cwiseSqrt().cwiseInverse();
  Matrix D(root.size(), root.size());
  unpack_symmetric(d, D);
  const Matrix scaled = root.asDiagonal() * D * root.asDiagonal();
  const double least =
      Eigen::SelfAdjointEigenSolver<Matrix>(scaled, Eigen::EigenvaluesOnly).eigenvalues()[0];
  return least < 0 ? -1 / least : std::numeric_limits<double>::infinity();
}

}  // namespace thalweg::detail
