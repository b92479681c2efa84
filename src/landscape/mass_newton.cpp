#include "landscape/mass_newton.hpp"

#include <Eigen/QR>
#include <algorithm>

namespace thalweg::landscape {
namespace {

/// Pivots of unit columns below this count as 0.
constexpr double kDependent = 1e-11;
constexpr double kForEver = 1e18;
constexpr int kBisections = 100;

}  // namespace

MassDirection mass_direction(const TrainingProblem& problem, const Matrix& columns,
                             const Vector& gradient, const Vector& curvature) {
  const Index size = columns.cols();
  const Index affine = problem.affine_size();
  Matrix K = Matrix::Zero(columns.rows() + affine, size);
  K.topRows(columns.rows()) = curvature.cwiseSqrt().asDiagonal() * columns;
  K.bottomRightCorner(affine, affine) =
      problem.affine_penalties().cwiseSqrt().asDiagonal().toDenseMatrix();
  Vector scales = K.colwise().norm().transpose();
  for (Index k = 0; k < size; ++k) {
    if (scales[k] == 0) scales[k] = 1;
    K.col(k) /= scales[k];
  }
  Eigen::ColPivHouseholderQR<Matrix> qr(K);
  qr.setThreshold(kDependent);
  const Index rank = qr.rank();
  const auto R = qr.matrixR();
  const auto triangle = R.topLeftCorner(rank, rank).template triangularView<Eigen::Upper>();
  if (rank < size) {
    Vector permuted = Vector::Zero(size);
    permuted[rank] = 1;
    if (rank > 0) permuted.head(rank) = -triangle.solve(R.col(rank).head(rank));
    const Vector change = Vector(qr.colsPermutation() * permuted).cwiseQuotient(scales);
    return {gradient.dot(change) > 0 ? Vector(-change) : change, true};
  }
  const auto solve = [&](const Vector& right) -> Vector {
    const Vector scaled = qr.colsPermutation().transpose() * Vector(right.cwiseQuotient(scales));
    const Vector half = triangle.transpose().solve(scaled);
    return Vector(qr.colsPermutation() * Vector(triangle.solve(half))).cwiseQuotient(scales);
  };
  Vector change = -solve(gradient);
  const Vector image = curvature.cwiseProduct(columns * change);
  Vector left = gradient + columns.transpose() * image;
  left.tail(affine) += problem.affine_penalties().cwiseProduct(change.tail(affine));
  change -= solve(left);
  return {change, false};
}

double best_length(const TrainingProblem& problem, const Vector& fit, const Vector& c,
                   const Matrix& columns, const MassDirection& direction, double furthest) {
  const Vector& change = direction.change;
  const Vector image = columns * change;
  const Vector step = change.tail(c.size());
  const double lengths = change.head(change.size() - c.size()).sum();
  const auto slope = [&](double t) {
    return problem.loss().gradient(fit + t * image, problem.y()).dot(image) +
           problem.beta() * lengths +
           problem.affine_penalties().cwiseProduct(c + t * step).dot(step);
  };
  double high = std::min(1.0, furthest);
  if (!direction.flat && problem.loss().kind() == LossKind::kSquared) return high;
  while (high < furthest && high < kForEver && slope(high) < 0) high = std::min(2 * high, furthest);
  if (!(slope(high) > 0)) return high;
  double low = 0;
  for (int round = 0; round < kBisections; ++round) {
    const double middle = 0.5 * (low + high);
    (slope(middle) < 0 ? low : high) = middle;
  }
  return low;
}

}  // namespace thalweg::landscape
