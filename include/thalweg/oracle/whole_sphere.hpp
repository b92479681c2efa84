#pragma once

#include "thalweg/core/run_control.hpp"
#include "thalweg/core/types.hpp"

namespace thalweg {

/// A proof that g^T (X u)_+ <= bound |u| for all u, by one quadratic majorant of the whole sphere.
///
/// With t_j = |g_j| x_j^T u and |u| <= 1, each row contributes (t_j)_+ = (t_j + |t_j|) / 2 with
///   g_j > 0: |t| <= omega_j t^2 + 1 / (4 omega_j), or |t| <= |g_j x_j| where omega_j = 0;
///   g_j < 0: |t| >= psi_j t^2 + sigma_j t with psi_j = (1 - |sigma_j|) / |g_j x_j|.
/// Summed, g^T (X u)_+ <= kappa + b^T u + u^T M u, and mu is the multiplier of |u|^2 <= 1 in the
/// maximum of that.
struct WholeSphereProof {
  Vector omega;   ///< (n), >= 0; 0 at rows with g_j <= 0. Unit: one over that of g X
  Vector sigma;   ///< (n), in [-1, 1]; 0 at rows with g_j >= 0
  double mu = 0;  ///< unit of g X
  double bound =
      0;  ///< rigorous: holds in exact arithmetic for the stored doubles; may be negative
};

/// How much work whole_sphere_bound may do.
struct WholeSphereSettings {
  int iterations =
      0;  ///< at most this many improvement steps; 0: as many as a few seconds allow, 20 to 400
  RunControl control;  ///< when it says stop, the best majorant so far is used
};

/// The best whole-sphere bound found: the triangle choice (omega = 0, optimal sigma), two spectral
/// choices (omega constant, or proportional to 1 / |g_j|) and Frank-Wolfe steps on the dual of the
/// joint choice of omega, psi, sigma (a semidefinite program), each a trust-region problem solved
/// in a Krylov space. Never weaker than the better of the triangle and the spectral bound, up to
/// 1e-9 relative.
///
/// Lemma. The returned bound holds in exact arithmetic.
/// Proof. Let M^, b^, kappa^ be the computed data, with |M - M^|_2 <= e_M, |b - b^| <= e_b and
/// kappa <= kappa^ by standard error bounds. If the Cholesky factorisation of A - s I with A = [[mu
/// I - M^, -b^/2], [-b^^T/2, t]] runs to completion in floating point and s >= 2 (k + 3) eps
/// trace(A), k = d + 1, then A is positive semidefinite (Rump, Verification of positive
/// definiteness, BIT 46 (2006), Theorem 2.3), so b^^T u + u^T M^ u <= mu |u|^2 + t, and on |u| = 1
/// the left side of the claim is at most kappa^ + e_b + e_M + mu + t. Both sides are homogeneous in
/// u. QED
///
/// X (n x d), rows are samples; g (n). Throws InvalidArgument when the lengths differ or an entry
/// is not finite. O(iterations n d min(d, 40) + n d^2 + d^3). Source: derived, see docs/theory
/// (bounds without branching).
[[nodiscard]] WholeSphereProof whole_sphere_bound(const Matrix& X, const Vector& g,
                                                  const WholeSphereSettings& settings = {});

}  // namespace thalweg
