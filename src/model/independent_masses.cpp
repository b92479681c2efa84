#include "thalweg/model/independent_masses.hpp"

#include <Eigen/QR>
#include <vector>

namespace thalweg {
namespace {

/// A null vector of nonzero columns when they are dependent up to `tolerance`, else an empty
/// vector.
Vector null_vector(const Matrix& atoms, double tolerance) {
  Matrix scaled = atoms;
  for (Index j = 0; j < atoms.cols(); ++j) scaled.col(j) /= atoms.col(j).norm();
  Eigen::ColPivHouseholderQR<Matrix> qr(scaled);
  qr.setThreshold(tolerance);
  const Index rank = qr.rank();
  if (rank == atoms.cols()) return {};
  // Columns past the rank are combinations of the first ones: R11 x = R12 e.
  Vector permuted = Vector::Zero(atoms.cols());
  permuted[rank] = 1;
  if (rank > 0) {
    permuted.head(rank) = -qr.matrixR()
                               .topLeftCorner(rank, rank)
                               .template triangularView<Eigen::Upper>()
                               .solve(qr.matrixR().col(rank).head(rank));
  }
  Vector g = qr.colsPermutation() * permuted;
  for (Index j = 0; j < atoms.cols(); ++j) g[j] /= atoms.col(j).norm();
  return g;
}

}  // namespace

Vector independent_masses(const Matrix& atoms, const Vector& costs, double tolerance) {
  Vector masses = Vector::Ones(atoms.cols());
  std::vector<Index> left;
  for (Index j = 0; j < atoms.cols(); ++j) {
    if (atoms.col(j).isZero(0)) {
      masses[j] = 0;
    } else {
      left.push_back(j);
    }
  }
  while (left.size() > 1) {
    const Vector current = masses(left);
    Vector g = null_vector(atoms(Eigen::all, left) * current.asDiagonal(), tolerance);
    if (g.size() == 0) break;
    if (g.dot(costs(left).cwiseProduct(current)) < 0) g = -g;
    Index leaving = 0;
    if (!(g.maxCoeff(&leaving) > 0)) break;
    const double step = 1 / g[leaving];
    std::vector<Index> kept;
    for (std::size_t k = 0; k < left.size(); ++k) {
      const double share = 1 - step * g[static_cast<Index>(k)];
      const bool gone = static_cast<Index>(k) == leaving || !(share > 0);
      masses[left[k]] *= gone ? 0 : share;
      if (!gone) kept.push_back(left[k]);
    }
    left = std::move(kept);
  }
  return masses;
}

}  // namespace thalweg
