#pragma once

#include <utility>
#include <vector>

#include "thalweg/convex/neuron.hpp"
#include "thalweg/convex/solver_types.hpp"

namespace thalweg {

/// One block (pattern, sign) of the restricted program.
struct RestrictedBlock {
  Index cell = 0;           ///< row of the pattern matrix
  Sign sign = Sign::kPlus;  ///< s
  Vector w;                 ///< (d), in the closed cell; empty for a zero block
  /// Wall multipliers rho >= 0 (row, value): they certify the block's value
  /// |s X^T D nu + X^T (2D - 1) rho| for the solution's dual.
  std::vector<std::pair<Index, double>> multipliers;
};

/// A solution of the restricted program with its dual.
struct RestrictedSolution {
  SolverInfo info;                      ///< lower_bound = D(tau nu) holds over the given patterns
  std::vector<RestrictedBlock> blocks;  ///< all 2p blocks: cell by cell, sign + then -
  double bias = 0;                      ///< output bias, 0 when the problem has none
  Vector dual;                          ///< nu (n), in the domain of D, before scaling by tau
  double dual_norm = 0;  ///< max over blocks of the certified value; tau <= beta / it

  /// The nonzero blocks as neurons.
  [[nodiscard]] std::vector<Neuron> neurons() const;
};

/// The convex program over given activation patterns with their cones kept,
///   min l(sum_{i,s} s D_i X w_{i,s} + b) + beta sum |w_{i,s}| + gamma/2 b^2,  (2 D_i - 1) X
///   w_{i,s} >= 0,
/// to a relative duality gap of settings.relative_gap: a working set of blocks solved by
/// kink_newton with fixed cells, and pricing of all blocks by their cone value until the gap is
/// closed.
///
/// patterns (p x n): entries > 0 mean active, others inactive; a pattern that no full-dimensional
/// cell has is a legal, redundant block. Throws InvalidArgument when the matrix has not n columns.
/// O(p) cone values a round; meant for small and medium p. Its optimum bounds the optimum over all
/// patterns from above, and equals it when all patterns are given. Source: theory section 1, ALG-3.
[[nodiscard]] RestrictedSolution restricted_program(const TrainingProblem& problem,
                                                    const Matrix& patterns,
                                                    const SolverSettings& settings);

}  // namespace thalweg
