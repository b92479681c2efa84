#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "thalweg/oracle/branch_oracle.hpp"
#include "thalweg/reformulation/branch_problem.hpp"
#include "thalweg/training/train.hpp"

namespace thalweg {

/// An answer to the training problem of an architecture. Bounds are floating-point values backed by
/// the oracles' rigorous dual norms; the exact proof is the certificate's.
struct BranchTrainingResult {
  TrainingStatus status = TrainingStatus::kUnsolved;
  BranchNetwork network;  ///< at most n + 1 branches
  /// Whether the network is the blocks. If not (Exactness::kLowerBound only) it is made of the
  /// branches nearest to them: its objective is an upper bound, and the optimum lies in between.
  bool decoded = false;
  double output_bias = 0;
  std::vector<ActiveBlock> blocks;  ///< of the convex program; branches in that order, if decoded
  /// L(network), from the plain weights.
  double objective = std::numeric_limits<double>::quiet_NaN();
  /// Value of the blocks in the convex program over the pieces found: the objective, but for
  /// rounding, when every block decodes.
  double convex_objective = std::numeric_limits<double>::quiet_NaN();
  Vector dual;  ///< nu (n), in the domain of D, before scaling
  /// Upper bound of |nu^T f(w)| over all forms and N(w) <= 1.
  double dual_norm = std::numeric_limits<double>::quiet_NaN();
  /// The largest value found: what dual_norm would be if the search by ascent misses nothing.
  double dual_norm_found = std::numeric_limits<double>::quiet_NaN();
  double lower_bound = std::numeric_limits<double>::quiet_NaN();   ///< D(tau dual)
  double relative_gap = std::numeric_limits<double>::quiet_NaN();  ///< of the objective
  /// Bound and gap among networks whose branches use the pieces found (level `restricted`).
  double restricted_lower_bound = std::numeric_limits<double>::quiet_NaN();
  std::int64_t pieces = 0;  ///< in the last program
  std::int64_t rounds = 0;
  std::int64_t nodes = 0;  ///< of branch and bound
  double seconds = 0;
};

/// Trains an architecture over all numbers of branches: column generation over the pieces of its
/// forms. A conic program over the pieces found gives blocks and nu; oracles climb for branches
/// with |nu^T f(w)| > beta, whose pieces join; when none is found they bound the dual norm by
/// branch and bound, which either closes the gap or finds another piece. Then blocks are reduced to
/// linearly independent outputs and decoded, and the objective is computed from plain weights.
///
/// `start` (optional) gives first pieces. Stops at settings.relative_gap, at the deadline, or where
/// neither search finds anything more (kReducedAccuracy). Throws InvalidArgument for settings out
/// of range or a start that is no network of the architecture. Source: theory sections 1, 2, 13.
[[nodiscard]] BranchTrainingResult train_branches(
    const BranchProblem& problem, const TrainingSettings& settings,
    const std::optional<BranchNetwork>& start = std::nullopt);

/// The smallest beta from which on networks without branches are optimal: the dual norm of the dual
/// point of the best bias. `upper` is proved, `lower` attained by a branch. A penalised bias
/// depends on beta itself: then the value at which both agree is searched by iteration, an
/// estimate.
struct BranchBetaMax {
  double lower = 0;
  double upper = 0;
  std::int64_t nodes = 0;
};
/// BranchBetaMax of a problem; the settings are those of its training.
[[nodiscard]] BranchBetaMax branch_beta_max(const BranchProblem& problem,
                                            const TrainingSettings& settings);

}  // namespace thalweg
