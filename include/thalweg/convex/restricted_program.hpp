#pragma once

#include <utility>
#include <vector>

#include "thalweg/convex/neuron.hpp"
#include "thalweg/convex/restricted_patterns.hpp"
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
  Vector skip;                          ///< v (d), empty when the problem has no skip connection
  Vector dual;                          ///< nu (n), in the domain of D, before scaling by tau
  double dual_norm = 0;  ///< max over blocks of the certified value; tau <= beta / it

  [[nodiscard]] AffinePart affine() const { return {bias, skip}; }
  /// The nonzero blocks as neurons.
  [[nodiscard]] std::vector<Neuron> neurons() const;
};

/// The convex program over given activation patterns with their cones kept,
///   min l(sum_{i,s} s D_i X w_{i,s} + b + X v) + beta sum |w_{i,s}| + gamma/2 b^2,
///   (2 D_i - 1) X w_{i,s} >= 0,
/// to a relative duality gap of settings.relative_gap; every iterate is feasible to rounding and
/// has a dual bound over all given patterns.
///
/// A working set of blocks is solved by a proximal point method with semismooth Newton steps on the
/// dual of each (cone-constrained) subproblem, while all blocks are bounded by their cone values
/// and the worst join, until the gap is closed. The answer is the last point when it is solved and
/// the best point otherwise, never above the best network without neurons. About 50 to 80 Newton
/// steps whatever n, d, p and beta.
///
/// Patterns may be given in any number and order, repeated, and such as no full-dimensional cell
/// has: these are legal, redundant blocks. settings.threads share the bounding of blocks and the
/// dense kernels. Throws InvalidArgument when the patterns have not n samples. O(p n d / 8) a round
/// for all products X^T D_i nu, O(n d) a wall for each block that has to be projected,
/// O(n K min(n, K)) a Newton step with K the dimensions of the active faces, p (n / 8 + O(d))
/// bytes. Its optimum bounds the optimum over all patterns from above, and equals it when all
/// patterns are given. Source: theory section 1, ALG-2, ALG-3; proximal map of a norm on a cone
/// derived at RestrictedNewton.
[[nodiscard]] RestrictedSolution restricted_program(const TrainingProblem& problem,
                                                    const PatternSet& patterns,
                                                    const SolverSettings& settings);
/// The same with one sign for each pattern (p): blocks of the other sign are left out. Throws
/// InvalidArgument also when there are not p signs.
[[nodiscard]] RestrictedSolution restricted_program(const TrainingProblem& problem,
                                                    const PatternSet& patterns,
                                                    const std::vector<Sign>& signs,
                                                    const SolverSettings& settings);
/// The same; patterns (p x n): entries > 0 mean active, others inactive.
[[nodiscard]] RestrictedSolution restricted_program(const TrainingProblem& problem,
                                                    const Matrix& patterns,
                                                    const SolverSettings& settings);

}  // namespace thalweg
