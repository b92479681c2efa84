#pragma once

#include "thalweg/core/types.hpp"

namespace thalweg {

/// The sign of det A, A (m x m) finite, as stored: -1, 0 or 1.
///
/// Interval elimination first; then, for a determinant that may vanish, elimination modulo 2^61 - 1
/// with Hadamard's bound (an integer below the prime that vanishes modulo it is zero); at last
/// fraction-free elimination on integers (Bareiss 1968). O(m^3) operations of growing size.
[[nodiscard]] int determinant_sign(const Matrix& A);

/// The first step of determinant_sign alone: the sign, or 0 when intervals do not decide it.
[[nodiscard]] int likely_determinant_sign(const Matrix& A);

}  // namespace thalweg
