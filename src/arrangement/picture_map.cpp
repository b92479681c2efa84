#include "arrangement/picture_map.hpp"

#include <Eigen/Eigenvalues>
#include <cmath>

#include "thalweg/exact/determinant.hpp"

namespace thalweg::arrangement {
namespace {

/// The value to 12 binary digits after the leading one of `scale`.
double rounded_beside(double value, double scale) {
  if (scale == 0) return 0;
  const double unit = std::ldexp(1.0, std::ilogb(scale) - 12);
  return std::round(value / unit) * unit;
}

std::optional<Index> constant_column(const Matrix& normals) {
  for (Index c = normals.cols() - 1; c >= 0; --c) {
    if (normals(0, c) != 0 && (normals.col(c).array() == normals(0, c)).all()) return c;
  }
  return std::nullopt;
}

/// Mean to the origin, one scale for both coordinates: angles stay what they are.
Matrix standardising(const Matrix& rows) {
  const double weight = rows(0, 2);
  const Matrix points = rows.leftCols(2) / weight;
  const Vector mean = points.colwise().mean();
  const Vector spread = (points.rowwise() - mean.transpose()).rowwise().norm();
  const double typical = std::sqrt(spread.squaredNorm() / static_cast<double>(rows.rows()));
  const double scale = std::ldexp(1.0, -std::ilogb(typical));
  Matrix map = Matrix::Zero(3, 3);
  map(0, 0) = scale;
  map(1, 1) = scale;
  map(2, 2) = 1;
  for (Index k = 0; k < 2; ++k) map(2, k) = -scale * rounded_beside(mean[k], typical);
  return map;
}

/// About the inverse square root of the normals' second moments, each normal of length 1.
Matrix spreading(const Matrix& rows) {
  Eigen::Matrix3d moments = Eigen::Matrix3d::Zero();
  for (Index i = 0; i < rows.rows(); ++i) {
    const Eigen::Vector3d unit = rows.row(i).transpose().stableNormalized();
    moments += unit * unit.transpose();
  }
  const Eigen::SelfAdjointEigenSolver<Eigen::Matrix3d> solver(moments);
  if (!(solver.eigenvalues()[0] > 1e-12 * solver.eigenvalues()[2])) return Matrix::Identity(3, 3);
  Matrix map = solver.operatorInverseSqrt();
  const double largest = map.cwiseAbs().maxCoeff();
  // As many digits as the small directions need.
  for (double& entry : map.reshaped()) entry = rounded_beside(entry * 0x1p20, largest) * 0x1p-20;
  return determinant_sign(map) == 0 ? Matrix(Matrix::Identity(3, 3)) : map;
}

}  // namespace

PictureMap picture_map(const Matrix& normals) {
  PictureMap result;
  result.rows = Matrix::Zero(normals.rows(), 3);
  result.rows.leftCols(normals.cols()) = normals;
  result.map = Matrix::Identity(3, 3);
  if (normals.cols() == 2) return result;
  if (const std::optional<Index> bias = constant_column(normals)) {
    result.rows.col(*bias).swap(result.rows.col(2));
    result.points = true;
    result.map = standardising(result.rows);
    if (result.map.allFinite() && determinant_sign(result.map) != 0) return result;
    result.map = Matrix::Identity(3, 3);
    return result;
  }
  result.map = spreading(result.rows);
  return result;
}

}  // namespace thalweg::arrangement
