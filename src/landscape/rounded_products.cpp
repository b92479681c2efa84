#include "landscape/rounded_products.hpp"

#include <Eigen/Dense>
#include <cmath>
#include <limits>

namespace thalweg::landscape {
namespace {

/// More than the relative error of a rounded sum of n + 8 products of rounded factors.
double relative_error(Index n) { return std::ldexp(static_cast<double>(n + 8), -51); }
/// More than what underflow can add to such a sum.
double underflow(Index n) {
  return static_cast<double>(n + 8) * std::numeric_limits<double>::min();
}

}  // namespace

RoundedMatrix weighted_gram(const Matrix& A, const Vector& centre, const Vector& spread) {
  const double slack = relative_error(A.rows());
  const Matrix size = A.cwiseAbs();
  // Two more roundings for the factors of A; they also touch the terms of the spread.
  const Vector weight = (2 * slack * centre.cwiseAbs() + spread) * (1 + 4 * slack);
  RoundedMatrix product;
  product.centre = A.transpose() * centre.asDiagonal() * A;
  product.radius = size.transpose() * weight.asDiagonal() * size;
  product.radius =
      ((1 + 4 * slack) * product.radius).array() +
      underflow(A.rows()) * (1 + centre.lpNorm<1>() + spread.lpNorm<1>()) * (1 + size.maxCoeff());
  return product;
}

bool is_positive_definite(const RoundedMatrix& M) {
  const Index p = M.centre.rows();
  if (p == 0) return true;
  if (!M.centre.allFinite() || !M.radius.allFinite()) return false;
  const Eigen::LLT<Matrix> factor(M.centre);
  if (factor.info() != Eigen::Success) return false;
  const Matrix S =
      Matrix(factor.matrixL()).triangularView<Eigen::Lower>().solve(Matrix::Identity(p, p));
  if (!S.allFinite()) return false;
  const double slack = relative_error(p);
  const Matrix size = S.cwiseAbs();
  const Matrix defect = (Matrix::Identity(p, p) - S * M.centre * S.transpose()).cwiseAbs();
  // Two rounded products, the first again a factor of the second, and the radii.
  const Matrix error = size * (4 * slack * M.centre.cwiseAbs() + M.radius) * size.transpose();
  const double tiny = underflow(p) * (1 + size.maxCoeff()) * (1 + size.maxCoeff()) *
                      (1 + M.centre.cwiseAbs().maxCoeff()) * static_cast<double>(p);
  const Vector sums = (defect + error).rowwise().sum() * (1 + 8 * slack);
  return sums.maxCoeff() + static_cast<double>(p) * tiny < 1;
}

}  // namespace thalweg::landscape
