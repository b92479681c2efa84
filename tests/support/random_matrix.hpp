#pragma once

#include "thalweg/core/random.hpp"

namespace thalweg::testing {

/// Standard normal entries, drawn row by row.
inline Matrix random_matrix(Random& random, Index rows, Index columns) {
  Matrix matrix(rows, columns);
  for (Index i = 0; i < rows; ++i) {
    for (Index k = 0; k < columns; ++k) matrix(i, k) = random.normal();
  }
  return matrix;
}

inline Vector random_vector(Random& random, Index size) { return random_matrix(random, size, 1); }

}  // namespace thalweg::testing
