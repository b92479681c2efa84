#pragma once

#include <optional>
#include <vector>

#include "landscape/optimum.hpp"
#include "landscape/polytope_exact.hpp"

namespace thalweg::landscape {

/// The optimum of stored data in rational numbers.
struct RationalOptimum {
  /// Enclosed to rounding; its atoms are exactly the optimal directions, all of them.
  Optimum optimum;
  std::vector<mpq_class> dual;           ///< nu*, (n)
  Index dimension = 0;                   ///< of P
  std::vector<mpq_class> centre;         ///< a point with mass wherever P has some, (N)
  PolytopeVertices<mpq_class> vertices;  ///< of P; complete or a part
  SupportBounds supports;                ///< m* and M*
};

/// Proves the whole optimal set where the optimal directions are rational: guesses them from the
/// numerical optimum, solves for nu* and checks everything in exact arithmetic.
///
/// Proposal: each direction that carries mass is rounded to the simplest fractions nearby; it must
/// be a unit vector. With the atoms a_q = s_q (X u_q)_+ of an independent part S of them, nu = y -
/// A_S z - (affine part) and A_S^T nu = beta 1 give nu, a rational vector.
///
/// *Lemma.* Squared loss, no sample weights, nu in Q^n, beta > 0. Suppose that
///  (a) U^T nu = 0 for the unpenalised columns U;
///  (b) there are stars of directions with exact maxima p_q (lemma of StarMaximum), all |p_q| <=
///      beta, and s nu^T (X u)_+ < beta for all unit u of sign s outside the stars of sign s;
///  (c) some z >= 0 and affine part have y - nu = A z + U c + b 1 with A = [s_q (X p_q)_+ / beta]
///      over Q = {q : |p_q| = beta}, b = 1^T nu / beta for a penalised output bias (else absent).
/// Then nu is the dual optimum nu*, the optimal directions are exactly (p_q / beta, s_q), q in Q,
/// each a rational unit vector, and the optimal polytope P is the set of the z in (c). *Proof.* By
/// (a) and (b) nu is dual feasible; s_q nu^T (X p_q)_+ / beta = |p_q|^2 / beta = beta on Q. Let f =
/// y - nu. The network of (c) has the objective |nu|^2 / 2 + beta sum z + beta b^2 / 2 with beta
/// sum z = nu^T A z = nu^T (f - U c - b 1) = nu^T f - beta b^2, so it equals nu^T f + |nu|^2 / 2 -
/// beta b^2 / 2 = nu^T y - |nu|^2 / 2 - (1^T nu)^2 / (2 beta) = D(nu): the gap is 0, nu = nu* and f
/// = fit*, both unique. By (b) a unit u with s nu^T (X u)_+ = beta lies in some star, whose only
/// maximiser is p_q / |p_q|, so |p_q| = beta. P is theory 2.1. QED
///
/// Checked: |p_q|^2 against beta^2 and (c) in rationals; outside the stars by the oracle's rigorous
/// bound at the rounded nu plus |nu - rounded| |X|. None when a step fails: no claim; nor where the
/// margin is below kDataRounding, as every other proof. Conversely,
/// when nu* is rational all u_q are (u_q = p_q / beta), so only too large denominators, a
/// numerical optimum too far away and equations beyond a second's work are missed. O(N) star maxima
/// and one or two searches outside the stars, then the vertices of P.
[[nodiscard]] std::optional<RationalOptimum> rational_optimum(const TrainingProblem& problem,
                                                              const DualOracle& oracle,
                                                              const Optimum& optimum,
                                                              const OptimumSettings& settings,
                                                              const PolytopeLimits& limits);

}  // namespace thalweg::landscape
