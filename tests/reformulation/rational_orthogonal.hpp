#pragma once

#include <Eigen/LU>

#include "thalweg/core/random.hpp"

namespace thalweg::testing {

/// A rational orthogonal matrix rounded to doubles, (size x size): Cayley's (I + S)^-1 (I - S) of a
/// random skew-symmetric matrix S of integers.
inline Matrix rational_orthogonal(Random& random, Index size) {
  Matrix skew = Matrix::Zero(size, size);
  for (Index i = 0; i < size; ++i) {
    for (Index j = 0; j < i; ++j) {
      skew(i, j) = static_cast<double>(random.below(7)) - 3;
      skew(j, i) = -skew(i, j);
    }
  }
  const Matrix identity = Matrix::Identity(size, size);
  return (identity + skew).partialPivLu().solve(identity - skew);
}

}  // namespace thalweg::testing
