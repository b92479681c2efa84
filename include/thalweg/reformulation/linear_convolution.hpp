#pragma once

#include "thalweg/convex/solver_types.hpp"
#include "thalweg/model/training_problem.hpp"
#include "thalweg/reformulation/patches.hpp"

namespace thalweg {

/// A solution of the nuclear-norm program with its network.
struct LinearConvolutionSolution {
  SolverInfo info;  ///< objective of the convex program; lower_bound from `dual` holds for any
                    ///< number of filters (up to rounding)
  Matrix Z;         ///< (K x h): f(x_i) = sum_k z_k^T x_ik + bias
  Matrix filters;   ///< (m x h), m the rank of Z: a row a filter u_j
  Matrix weights;   ///< (m x K): the output weights w_j of each filter
  double bias = 0;
  double objective = 0;  ///< of the plain weights, patch by patch
  Vector dual;           ///< nu (n), in the domain of D, before scaling
  double dual_norm = 0;  ///< |sum_i nu_i P_i|_2, P_i (K x h) the patches of sample i
};

/// Trains linear networks of a convolution and a dense layer to global optimality over all numbers
/// of filters: with patches x_ik (k <= K) of sample i,
///   min l(sum_j sum_k w_jk x_ik^T u_j + b, y) + beta/2 sum_j (|u_j|^2 + |w_j|^2).
/// Convex program: min over Z (K x h) of l(<P_i, Z> + b, y) + beta |Z|_*, |.|_* the nuclear norm.
///
/// *Lemma.* Both have the same value, for any loss, with at most rank(Z) <= min(K, h) filters.
/// *Proof.* f depends on Z = sum_j w_j u_j^T alone, and |Z|_* <= sum_j |w_j| |u_j| <= sum_j
/// (|u_j|^2 + |w_j|^2) / 2; a singular value decomposition, each value's root given to both
/// factors, attains it. QED Dual: |sum_i nu_i P_i|_2 <= beta, the largest singular value.
///
/// Solved as a semidefinite program on [A Z; Z^T B] of side m = K + h with the cost beta/2 (tr A +
/// tr B), which is |Z|_* at its least; singular values of Z below 1e-8 of the largest are dropped
/// from the network. Errors: InvalidArgument for a penalised output bias, a skip connection, and
/// data that do not fit the patches. O(m^6) a step: for m up to about 40. Source:
/// theory/architectures.md section 4.3.
[[nodiscard]] LinearConvolutionSolution solve_linear_convolution(const TrainingProblem& problem,
                                                                 const PatchGeometry& patches,
                                                                 const SolverSettings& settings);

}  // namespace thalweg
