#pragma once

#include <Eigen/QR>
#include <vector>

#include "thalweg/core/random.hpp"
#include "thalweg/core/types.hpp"

namespace thalweg::testing {

/// The nearest point to `target` of the cone {sum rho_i a_i : rho >= 0} over the columns of A, by
/// Lawson and Hanson's method.
inline Vector nearest_in_cone(const Matrix& A, const Vector& target) {
  std::vector<Index> passive;
  Vector rho = Vector::Zero(A.cols());
  const double tolerance = 1e-12 * (1 + target.norm());
  for (int step = 0; step < 300; ++step) {
    const Vector gradient = A.transpose() * (target - A * rho);
    Index best = -1;
    for (Index i = 0; i < A.cols(); ++i) {
      const bool free = std::find(passive.begin(), passive.end(), i) != passive.end();
      if (!free && gradient[i] > tolerance * A.col(i).norm() &&
          (best < 0 || gradient[i] > gradient[best])) {
        best = i;
      }
    }
    if (best < 0) break;
    passive.push_back(best);
    while (true) {
      Matrix columns(A.rows(), static_cast<Index>(passive.size()));
      for (Index i = 0; i < columns.cols(); ++i) {
        columns.col(i) = A.col(passive[static_cast<std::size_t>(i)]);
      }
      const Vector free = columns.colPivHouseholderQr().solve(target);
      if (free.minCoeff() > 0) {
        rho.setZero();
        for (Index i = 0; i < free.size(); ++i) rho[passive[static_cast<std::size_t>(i)]] = free[i];
        break;
      }
      double share = 1;
      for (Index i = 0; i < free.size(); ++i) {
        const double now = rho[passive[static_cast<std::size_t>(i)]];
        if (free[i] <= 0) share = std::min(share, now / (now - free[i]));
      }
      std::vector<Index> kept;
      for (Index i = 0; i < free.size(); ++i) {
        const Index column = passive[static_cast<std::size_t>(i)];
        rho[column] += share * (free[i] - rho[column]);
        if (rho[column] > 1e-15) {
          kept.push_back(column);
        } else {
          rho[column] = 0;
        }
      }
      passive = kept;
      if (passive.empty()) break;
    }
  }
  return A * rho;
}

/// max over |u| <= 1 of |nu^T (X u)_+| over all 2^n activation patterns: on the cone of a pattern D
/// the function is linear with gradient c = X^T D nu, and its maximum over the cone's unit ball is
/// the length of the projection of c to the cone, that is of c minus its nearest point in the polar
/// cone.
inline double brute_force_dual_norm(const Matrix& X, const Vector& nu) {
  double best = 0;
  for (unsigned pattern = 0; pattern < (1u << X.rows()); ++pattern) {
    Vector gradient = Vector::Zero(X.cols());
    Matrix polar(X.cols(), X.rows());
    for (Index i = 0; i < X.rows(); ++i) {
      const bool active = pattern >> i & 1;
      if (active) gradient += nu[i] * X.row(i).transpose();
      polar.col(i) = (active ? -1.0 : 1.0) * X.row(i).transpose();
    }
    for (const double sign : {1.0, -1.0}) {
      const Vector c = sign * gradient;
      best = std::max(best, (c - nearest_in_cone(polar, c)).norm());
    }
  }
  return best;
}

/// Small data of many kinds: general, integer grid, duplicated and opposite rows, low rank, a bias
/// column, zero rows.
inline Matrix random_data(Index n, Index d, int kind, Random& random) {
  Matrix X(n, d);
  for (Index i = 0; i < n; ++i) {
    for (Index k = 0; k < d; ++k) X(i, k) = random.normal();
  }
  if (kind % 6 == 1) X = (2 * X).array().round();
  if (kind % 6 == 2) {
    for (Index i = 1; i < n; i += 2) {
      X.row(i) = (static_cast<double>(random.below(7)) - 3) * X.row(i - 1);
    }
  }
  if (kind % 6 == 3 && d > 1) X = (X.col(0) * X.row(0).array().round().matrix()).eval();
  if (kind % 6 == 4) X.col(d - 1).setOnes();
  if (kind % 6 == 5) {
    X = (2 * X).array().round();
    X.col(d - 1).setOnes();
    X.row(0).setZero();
  }
  return X;
}

inline Vector random_dual(Index n, bool integers, Random& random) {
  Vector nu(n);
  for (Index i = 0; i < n; ++i) {
    nu[i] = integers ? static_cast<double>(random.below(5)) - 2 : random.normal();
  }
  return nu;
}

}  // namespace thalweg::testing
