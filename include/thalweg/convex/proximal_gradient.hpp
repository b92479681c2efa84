#pragma once

#include "thalweg/convex/block_program.hpp"

namespace thalweg {

/// Solves a block program by accelerated proximal gradient steps with backtracking and restarts
/// (Beck and Teboulle 2009; O'Donoghue and Candes 2015) and gap-safe screening: for programs whose
/// Newton systems do not fit.
///
/// Screening (Ndiaye, Fercoq, Gramfort and Salmon 2017). *Lemma.* Let l have a gradient that is
/// Lipschitz with constant L, nu a feasible dual point and G = objective - D(nu) its gap. Then
/// block i is zero at every optimum if |A_i^T nu| + |A_i| sqrt(2 L G) < beta weight_i. *Proof.* D
/// is (1 / L)-strongly concave, so |nu* - nu| <= sqrt(2 L G), hence |A_i^T nu*| < beta weight_i,
/// and a nonzero block needs equality. QED. |A_i| is bounded by the Frobenius norm.
///
/// O(n |S| p) a step, S the blocks that are left; memory O(n + P p).
[[nodiscard]] BlockSolution proximal_gradient(const BlockProgram& program,
                                              const SolverSettings& settings,
                                              const BlockSolution* start = nullptr);

}  // namespace thalweg
