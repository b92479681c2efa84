#pragma once

#include "thalweg/core/types.hpp"

namespace thalweg::oracle {

struct TrustRegion {
  Vector u;               ///< unit vector
  double multiplier = 0;  ///< of |u|^2 <= 1
  double value = 0;
};

/// Maximum of b.x + x^T diag(eigenvalues) x on the unit sphere; eigenvalues ascending. Floating
/// point, not rigorous.
[[nodiscard]] TrustRegion diagonal_trust_region(const Vector& eigenvalues, const Vector& b);

/// A proof that b.u + u^T M u <= mu |u|^2 + rest for all u: the bordered matrix [[mu I - M, -b/2],
/// [-b^T/2, rest]] is positive semidefinite.
struct ProvedMaximum {
  double value;  ///< mu + rest, rounded; infinity when nothing was proved
  double mu = 0;
  double rest = 0;
};

/// The least mu + rest found from `mu_estimate` on; M (d x d) symmetric, b (d). O(d^3).
///
/// Lemma. The claim holds for the stored mu, rest, b and -(mu I - M) as rounded: if the Cholesky
/// factorisation of A - s I runs to completion in floating point and s >= 2 (k + 3) eps trace(A), A
/// (k x k) the bordered matrix, then A is positive semidefinite. Source: Rump, Verification of
/// positive definiteness, BIT 46 (2006), Theorem 2.3.
[[nodiscard]] ProvedMaximum prove_maximum(const Matrix& M, const Vector& b, double mu_estimate);

}  // namespace thalweg::oracle
