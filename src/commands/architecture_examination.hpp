#pragma once

#include <limits>
#include <optional>

#include "thalweg/landscape/certify.hpp"
#include "thalweg/training/branch_training.hpp"

namespace thalweg::commands {

/// A network of branches that is lower than the given one.
struct BranchImprovement {
  ImprovementKind kind = ImprovementKind::kReplace;  ///< kBalance, kNeuron (a branch) or kReplace
  double objective_after = 0;
  BranchNetwork network;
  double output_bias = 0;
  std::optional<ActiveBlock> block;  ///< the appended branch, kNeuron only
};

/// How far a network of branches is from the optimum over all numbers of branches; in floating
/// point.
struct BranchExamination {
  Verdict verdict = Verdict::kUndecided;
  double objective = 0;
  double lower_bound = 0;
  double gap = 0;
  double relative_gap = 0;
  BoundSource source = BoundSource::kOwnResidual;
  Vector dual;  ///< behind the lower bound, before scaling
  double dual_norm = std::numeric_limits<double>::quiet_NaN();  ///< behind the lower bound
  /// Of the network's own residual: NaN unless it had a chance to close the gap.
  double own_dual_norm = std::numeric_limits<double>::quiet_NaN();
  double own_dual_norm_found = 0;                     ///< the largest value that ascent found
  std::optional<BranchTrainingResult> trained;        ///< when the own residual left the gap open
  std::optional<BranchImprovement> improvement;       ///< the lowest network found, if lower
  std::optional<BranchImprovement> improving_branch;  ///< kNeuron, when one exists
  bool stopped = false;
};

/// The objective of a given network. Throws InvalidArgument that says why when it is not finite, as
/// it is outside the architecture's constraints.
[[nodiscard]] double objective_of(const BranchProblem& problem, const BranchNetwork& network,
                                  double output_bias);

/// Examines a network of the problem's architecture: its own residual as dual point where ascent
/// finds nothing against that, then training from it; an explicit network that is lower by more
/// than tolerance times the objective refutes it. Throws InvalidArgument when the network is none
/// of the architecture, or leaves its constraints.
[[nodiscard]] BranchExamination examine_branches(const BranchProblem& problem,
                                                 const BranchNetwork& network, double output_bias,
                                                 double tolerance,
                                                 const TrainingSettings& settings);

}  // namespace thalweg::commands
