#include "thalweg/model/free_span.hpp"

#include <Eigen/QR>

namespace thalweg {

FreeSpan orthonormal_span(const Matrix& U) {
  constexpr double kDependent = 1e-13;
  const Index q = U.cols();
  if (q == 0) return {Matrix(U.rows(), 0), Matrix(0, 0)};
  Vector scale(q);
  for (Index k = 0; k < q; ++k) {
    const double norm = U.col(k).stableNorm();
    scale[k] = norm > 0 ? 1 / norm : 1.0;
  }
  Eigen::ColPivHouseholderQR<Matrix> qr(U * scale.asDiagonal());
  qr.setThreshold(kDependent);
  const Index r = qr.rank();
  FreeSpan span;
  span.Q = qr.householderQ() * Matrix::Identity(U.rows(), r);
  Matrix inverse = Matrix::Zero(q, r);
  inverse.topRows(r) =
      qr.matrixR().topLeftCorner(r, r).triangularView<Eigen::Upper>().solve(Matrix::Identity(r, r));
  span.T = scale.asDiagonal() * (qr.colsPermutation() * inverse);
  return span;
}

}  // namespace thalweg
