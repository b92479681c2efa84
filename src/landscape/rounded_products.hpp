#pragma once

#include "thalweg/core/types.hpp"

namespace thalweg::landscape {

/// Matrix products in doubles with the classical bounds of their rounding errors, n u |x|^T |y| for
/// any order of summation, plus underflow. The rounding mode is not touched.

/// All matrices entrywise within the radius of the centre.
struct RoundedMatrix {
  Matrix centre;
  Matrix radius;
};

/// A^T diag(h) A for all h within `spread` >= 0 of `centre`, and all A whose entries differ from
/// the given ones by at most one rounding. A (n x p), h (n). O(n p^2).
[[nodiscard]] RoundedMatrix weighted_gram(const Matrix& A, const Vector& centre,
                                          const Vector& spread);

/// Proves that every symmetric matrix within the radii is positive definite; false when that is not
/// proved.
///
/// *Lemma.* M symmetric is positive definite when max row sum |I - S M S^T| < 1 for some matrix S.
/// *Proof.* The symmetric matrix S M S^T has its eigenvalues within that distance of 1, hence
/// positive; so S is regular, and M has the signs of the eigenvalues of S M S^T (Sylvester). QED S
/// is the rounded inverse of a rounded Cholesky factor. O(p^3).
[[nodiscard]] bool is_positive_definite(const RoundedMatrix& M);

}  // namespace thalweg::landscape
