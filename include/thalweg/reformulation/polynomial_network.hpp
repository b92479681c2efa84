#pragma once

#include <vector>

#include "thalweg/convex/solver_types.hpp"
#include "thalweg/model/training_problem.hpp"

namespace thalweg {

/// sigma(t) = square t^2 + linear t + constant.
struct QuadraticActivation {
  double square = 0;    ///< a
  double linear = 0;    ///< b
  double constant = 0;  ///< c

  [[nodiscard]] double operator()(double t) const { return (square * t + linear) * t + constant; }
};

/// A neuron x -> alpha sigma(x^T u).
struct PolynomialNeuron {
  Vector u;          ///< (d), unit length
  double alpha = 0;  ///< nonzero
};

/// sum_j alpha_j sigma(X u_j), (n); X (n x d). O(n d m).
[[nodiscard]] Vector polynomial_fit(const Matrix& X, const QuadraticActivation& activation,
                                    const std::vector<PolynomialNeuron>& neurons);

/// The largest |nu^T sigma(X u)| over unit u, with what proves it.
///
/// *Lemma.* Let rho and level make, for both signs s,
///   M_s = [rho_s I - s a X^T diag(nu) X,  -s b/2 X^T nu;  .,  level - rho_s - s c 1^T nu]
/// positive semidefinite. Then |nu^T sigma(X u)| <= level for every unit u. *Proof.* (u, 1)^T M_s
/// (u, 1) = level - s nu^T sigma(X u) for |u| = 1. QED With the best rho_s this is tight: the
/// largest value of a quadratic on a sphere has no duality gap (S-lemma).
struct PolynomialDual {
  double level = 0;
  double rho_plus = 0;
  double rho_minus = 0;
  Vector u;  ///< (d), unit, where the level is attained to rounding

  [[nodiscard]] double rho(Sign sign) const { return sign == Sign::kPlus ? rho_plus : rho_minus; }
};

/// Finds it from the eigenvectors of X^T diag(nu) X and one secular equation for each sign; nu (n).
/// O(n d^2 + d^3). An estimate: in floating point.
[[nodiscard]] PolynomialDual polynomial_dual(const Matrix& X, const QuadraticActivation& activation,
                                             const Vector& nu);

/// M_s, ((d+1) x (d+1)), of the lemma above.
[[nodiscard]] Matrix polynomial_certificate(const Matrix& X, const QuadraticActivation& activation,
                                            const Vector& nu, Sign sign, double rho, double level);

/// Neurons with sum_j alpha_j (u_j, 1)(u_j, 1)^T = Z and alpha_j > 0, at most rank(Z) many, for a
/// positive semidefinite Z = [Z_1 z; z^T Z_4], ((d+1) x (d+1)), with tr Z_1 = Z_4.
///
/// Neural decomposition: with G = diag(I, -1) and Z = sum p_i p_i^T, pairs of p_i with p^T G p of
/// opposite signs are rotated until one of them has p^T G p = 0; that one is sqrt(alpha) (u, 1).
/// Eigenvalues up to `rounding` count as 0. Throws InvalidArgument when Z has another shape, an
/// eigenvalue below -rounding, or |tr Z_1 - Z_4| > (d + 1) rounding. Source: Bartan and Pilanci
/// 2021, neural decomposition; with a tolerance instead of a test for exact zeros.
[[nodiscard]] std::vector<PolynomialNeuron> neural_decomposition(const Matrix& Z, double rounding);

/// A solution of the program of polynomial networks, with its network.
struct PolynomialSolution {
  SolverInfo info;  ///< objective of the neurons; lower_bound = D(tau nu) over networks of any
                    ///< width, up to rounding; relative_gap of the two
  std::vector<PolynomialNeuron> neurons;  ///< by size; of each sign as many as its matrix has rank
  double bias = 0;
  Matrix positive;               ///< Z, ((d+1) x (d+1))
  Matrix negative;               ///< Z'
  double program_objective = 0;  ///< of Z and Z'
  Vector dual;                   ///< nu (n), in the domain of D, before scaling by tau
  PolynomialDual certificate;    ///< of nu: tau = min(1, beta / level)
};

/// Trains two-layer networks of a quadratic activation to global optimality over all widths,
///   min l(sum_j alpha_j sigma(X u_j) + b, y) + beta sum_j |alpha_j|,   |u_j|_2 = 1,
/// by the semidefinite program
///   min l(y^) + beta (Z_4 + Z'_4),  y^_i = a x_i^T (Z_1 - Z'_1) x_i + b x_i^T (z - z') + c (Z_4 -
///   Z'_4),
/// Z, Z' positive semidefinite with tr Z_1 = Z_4, tr Z'_1 = Z'_4. Both have the same value:
/// neurons of positive and negative alpha make Z and Z', and neural_decomposition() leads back.
/// Plain weight decay is not covered. No patterns: polynomial in n and d.
///
/// The dual is max D(nu) s.t. |nu^T sigma(X u)| <= beta for every unit u (polynomial_dual()).
/// Errors: InvalidArgument for a penalised output bias, a skip connection, or a coefficient
/// beyond 1e6 in size. Time: solve_conic with two blocks of (d+1)(d+2)/2 - 1 columns, O(n d^4 +
/// d^6) a step. Source: theory section 7; Bartan and Pilanci 2021, "Neural Spectrahedra", for the
/// subject.
[[nodiscard]] PolynomialSolution solve_polynomial(const TrainingProblem& problem,
                                                  const QuadraticActivation& activation,
                                                  const SolverSettings& settings);

}  // namespace thalweg
