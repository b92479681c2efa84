#pragma once

#include "thalweg/core/types.hpp"

namespace thalweg::oracle {

/// N = columns * basis^T + E: N seen in the basis of its right singular vectors.
struct OutputFactors {
  Matrix columns;        ///< M (n x c), stored doubles taken as exact, strongest first
  Matrix basis;          ///< V (c x c), orthonormal to rounding
  double stretch = 1;    ///< at least |V|_2
  double remainder = 0;  ///< at least |E|_F
};

/// N (n x c). O(n c^2).
[[nodiscard]] OutputFactors output_factors(const Matrix& N);

/// At least |A|_2: the largest eigenvalue of the smaller Gram matrix, confirmed by a Cholesky
/// factorisation that runs to completion with a shift (Rump 2006, as in whole_sphere.hpp). O(n k^2
/// + k^3), k the smaller side.
[[nodiscard]] double spectral_norm_bound(const Matrix& A);

/// At least |A|_F.
[[nodiscard]] double frobenius_bound(const Matrix& A);

}  // namespace thalweg::oracle
