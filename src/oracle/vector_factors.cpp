#include "oracle/vector_factors.hpp"

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <Eigen/QR>
#include <Eigen/SVD>
#include <algorithm>
#include <cmath>
#include <limits>

namespace thalweg::oracle {
namespace {

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();

/// Whether B (k x k, stored) is positive semidefinite, proved.
bool is_semidefinite(Matrix B) {
  const double k = static_cast<double>(B.rows());
  B.diagonal().array() -= 2 * (k + 3) * kEpsilon * B.diagonal().cwiseAbs().sum();
  return B.llt().info() == Eigen::Success;
}

}  // namespace

double frobenius_bound(const Matrix& A) {
  if (A.isZero(0)) return 0;
  // The sum of squares is off by less than its number of terms in units of rounding; tiny entries
  // whose squares vanish are covered by the last term.
  const double terms = static_cast<double>(A.size() + 8);
  return A.norm() * (1 + terms * kEpsilon) + terms * 1e-160;
}

double spectral_norm_bound(const Matrix& A) {
  const bool tall = A.rows() >= A.cols();
  const Matrix gram = tall ? Matrix(A.transpose() * A) : Matrix(A * A.transpose());
  const double squares = frobenius_bound(A);
  const double error = static_cast<double>(A.rows() + A.cols() + 8) * kEpsilon * squares * squares;
  if (!(squares > 0)) return 0;
  const Eigen::SelfAdjointEigenSolver<Matrix> solver(gram, Eigen::EigenvaluesOnly);
  const double largest = solver.eigenvalues().maxCoeff();
  const double k = static_cast<double>(gram.rows());
  for (double slack = 8 * (k + 8) * kEpsilon; slack < 1; slack *= 8) {
    const double mu = largest + slack * std::max(largest, gram.trace());
    const Matrix shifted = mu * Matrix::Identity(gram.rows(), gram.rows()) - gram;
    if (!is_semidefinite(shifted)) continue;
    // Rounding of mu I - gram on its diagonal, and of the Gram matrix itself.
    const double bound = mu + error + 4 * kEpsilon * mu;
    // And what the squares of tiny entries lose by underflow, as in frobenius_bound.
    const double lost = static_cast<double>(A.size() + 8) * 1e-160;
    return std::min(squares, (std::sqrt(bound) + lost) * (1 + 4 * kEpsilon));
  }
  return squares;
}

OutputFactors output_factors(const Matrix& N) {
  OutputFactors result;
  const Index c = N.cols();
  if (N.rows() >= c) {
    // Only the right singular vectors are wanted: those of R in N = Q R P^T.
    const Eigen::ColPivHouseholderQR<Matrix> qr(N);
    const Matrix upper = qr.matrixR().topRows(c).template triangularView<Eigen::Upper>();
    const Matrix unpivoted = upper * qr.colsPermutation().inverse();
    result.basis = Eigen::JacobiSVD<Matrix>(unpivoted, Eigen::ComputeFullV).matrixV();
  } else {
    result.basis = Eigen::JacobiSVD<Matrix>(N, Eigen::ComputeFullV).matrixV();
  }
  result.columns = N * result.basis;
  const double terms = static_cast<double>(c + 4);
  const Matrix defect = result.basis.transpose() * result.basis - Matrix::Identity(c, c);
  const double square = frobenius_bound(result.basis);
  result.stretch = std::sqrt(1 + frobenius_bound(defect) + terms * kEpsilon * square * square) *
                   (1 + 4 * kEpsilon);
  result.remainder =
      frobenius_bound(N - result.columns * result.basis.transpose()) +
      terms * kEpsilon * (frobenius_bound(N) + frobenius_bound(result.columns) * square);
  return result;
}

}  // namespace thalweg::oracle
