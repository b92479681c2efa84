#pragma once

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <vector>

#include "thalweg/core/types.hpp"

namespace thalweg::testing {

/// max over |u| <= 1 of |N^T (X u)_+| for X (n x 2), over all cells: between two neighbouring
/// directions orthogonal to a row, N^T (X u)_+ = L u is linear, so |L u| is largest at an end of
/// the arc or at L's first right singular vector where that lies inside.
inline double planar_vector_norm(const Matrix& X, const Matrix& N) {
  const double turn = 2 * std::acos(-1.0);
  std::vector<double> angles{0, turn};
  for (Index i = 0; i < X.rows(); ++i) {
    const double angle = std::atan2(X(i, 1), X(i, 0));
    for (const double quarter : {0.25, 0.75}) {
      angles.push_back(std::fmod(angle + quarter * turn + turn, turn));
    }
  }
  std::sort(angles.begin(), angles.end());
  const auto at = [](double angle) {
    return (Vector(2) << std::cos(angle), std::sin(angle)).finished();
  };
  double best = 0;
  for (std::size_t k = 0; k + 1 < angles.size(); ++k) {
    const Vector middle = at(0.5 * (angles[k] + angles[k + 1]));
    const Vector active = ((X * middle).array() > 0).cast<double>();
    const Matrix L = N.transpose() * active.asDiagonal() * X;
    best = std::max({best, (L * at(angles[k])).norm(), (L * at(angles[k + 1])).norm()});
    const Vector top =
        Eigen::SelfAdjointEigenSolver<Matrix>(L.transpose() * L).eigenvectors().col(1);
    for (const double sign : {1.0, -1.0}) {
      const Vector u = sign * top;
      const double angle = std::fmod(std::atan2(u[1], u[0]) + turn, turn);
      if (angle > angles[k] && angle < angles[k + 1]) best = std::max(best, (L * u).norm());
    }
  }
  return best;
}

}  // namespace thalweg::testing
