#pragma once

#include <string>
#include <vector>

#include "commands/evaluation.hpp"
#include "thalweg/convex/solver_types.hpp"
#include "thalweg/core/error.hpp"
#include "thalweg/io/npz.hpp"
#include "thalweg/model/architecture_description.hpp"
#include "thalweg/model/training_problem.hpp"

namespace thalweg::commands {

/// An optimal network of an architecture with a solver of its own.
struct SpecialNetwork {
  std::string words;  ///< network and penalty
  SolverStatus status = SolverStatus::kUnsolved;
  double objective = 0;    ///< of the plain weights
  double lower_bound = 0;  ///< over all networks
  Index width = 0;
  Vector dual;
  double dual_norm = 0;
  std::vector<io::NpzEntry> arrays;  ///< the network as a file
  Model predict;
};

/// Trains it. Failure when patterns of a threshold network have no point inside. Throws
/// InvalidArgument as the solvers do, and for a kind that has none.
[[nodiscard]] SpecialNetwork train_special(const TrainingProblem& problem,
                                           const ArchitectureDescription& description,
                                           const SolverSettings& settings);

}  // namespace thalweg::commands
