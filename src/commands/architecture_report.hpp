#pragma once

#include "commands/architecture_problem.hpp"
#include "commands/report.hpp"
#include "thalweg/training/branch_training.hpp"

namespace thalweg::commands {

/// name, exactness ("exact" or "lower_bound"), network in words, layers with the shapes of a
/// branch.
[[nodiscard]] Json describe_architecture(const Architecture& architecture);
/// describe_settings of the outputs' problem, with the objective of the architecture.
[[nodiscard]] Json describe_settings(const RunOptions& options, const BranchSetup& setup,
                                     const Inputs& inputs);
/// The objective in words, with beta as a number.
[[nodiscard]] std::string objective_in_words(const BranchSetup& setup);
/// "architecture" and "minimised".
void add_objective(TextReport& text, const BranchSetup& setup);
/// A block or branch as JSON: form, sign, cost and plain weights by layer (null when it does not
/// decode).
[[nodiscard]] Json describe_branch(const BranchProblem& problem, const ActiveBlock& block);

/// What a training result says about its problem.
struct BranchBounds {
  double objective = 0;  ///< of the network
  double lower_bound = 0;
  double gap = 0;
  double relative_gap = 0;
  Level level = Level::kEstimate;
};
/// In floating point. Level: estimate, or restricted where the gap is closed only among networks of
/// the pieces found.
[[nodiscard]] BranchBounds bounds_of(const BranchTrainingResult& result, double requested_gap);

/// Says what the level means here; `decoded` as in BranchTrainingResult.
[[nodiscard]] std::string branch_level_in_words(Level level, const Architecture& architecture,
                                                bool decoded);

/// Notes, for a gap that stays open, that columns of X are of very different sizes if they are.
void note_unlike_columns(const BranchSetup& setup, Inputs& inputs);

/// Settings of the library from the run's options.
[[nodiscard]] TrainingSettings training_settings(const RunOptions& run, double relative_gap,
                                                 const RunControl& control);

}  // namespace thalweg::commands
