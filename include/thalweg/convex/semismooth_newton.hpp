#pragma once

#include "thalweg/convex/block_program.hpp"

namespace thalweg {

/// Solves a block program to a relative duality gap of settings.relative_gap by a semismooth Newton
/// method on the augmented Lagrangian of the dual.
///
/// Outer loop (proximal point on w): minimise over nu
///   psi(nu) = -D(nu) + (1 / 2 sigma) sum_i (|z_i| - sigma beta weight_i)_+^2,
///   z_i = w_i + sigma A_i^T nu, then w_i <- (1 - sigma beta weight_i / |z_i|)_+ z_i, sigma grows.
/// psi is convex with a piecewise smooth gradient fit(w(nu)) - f(nu), so primal value, dual value
/// and gap come with every gradient. Bounds of the domain of D (Huber, squared hinge) and the
/// conditions of a bias and a skip connection have multipliers of their own, with their own sigma;
/// a logistic coordinate moves along an arc inside its domain. Newton systems are solved in dual (n
/// x n), primal (active columns) or matrix-free form, whichever is cheapest.
///
/// `start` (optional) warm-starts w and nu. About 25 to 40 Newton steps whatever beta, d and P;
/// a step costs O(n P p) and the system: O(n^2 |J| + n^3), O(n (|J| p)^2) or O(n |J| p) an
/// iteration of conjugate gradients, J the active blocks. Source: algorithm of Li, Sun and Toh
/// (2018, "A highly efficient semismooth Newton augmented Lagrangian method for solving Lasso
/// problems") for group norms; the elementwise form of the Hessian is derived in
/// docs/theory/gated.md.
[[nodiscard]] BlockSolution semismooth_newton(const BlockProgram& program,
                                              const SolverSettings& settings,
                                              const BlockSolution* start = nullptr);

}  // namespace thalweg
