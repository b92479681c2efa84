#pragma once

#include <limits>
#include <optional>
#include <vector>

#include "thalweg/reformulation/piece_program.hpp"
#include "training/branch_pricing.hpp"

namespace thalweg::detail {

/// Column generation over the pieces of an architecture's forms; one object a run.
class BranchGeneration {
 public:
  /// References are kept.
  BranchGeneration(const BranchProblem& problem, const TrainingSettings& settings);

  [[nodiscard]] BranchTrainingResult run(const std::optional<BranchNetwork>& start);

 private:
  struct Candidate {
    Piece piece;
    int idle = 0;  ///< rounds in a row without weight
  };

  /// Whether the piece is new.
  bool add(Index form, Sign sign, const BranchPattern& pattern);
  /// Adds those above beta; whether one is new.
  bool add(const std::vector<FoundBranch>& found);
  /// Adds the best of random branches, for when the time was too short for a climb; whether some is
  /// new.
  bool add_random_branches();
  void begin(const std::optional<BranchNetwork>& start);
  void solve();
  void forget_idle_pieces();
  /// One round after a program was solved: whether another one is to be solved.
  bool price();
  /// Bounds the dual norm by branch and bound: whether another program is to be solved.
  bool prove();
  /// The dual norm of the last program's dual, decided for beta (1 + slack), or for wider slacks
  /// where that takes most of the time left.
  [[nodiscard]] BranchPricing::Bound bound(double slack) const;
  [[nodiscard]] double gap_of(double lower_bound) const;
  [[nodiscard]] const BranchForm& form_of(const ActiveBlock& block) const;
  /// Blocks reduced to independent outputs.
  [[nodiscard]] std::vector<ActiveBlock> independent(std::vector<ActiveBlock> blocks) const;
  /// Makes the network of blocks the answer if it is lower than what is there.
  void offer(std::vector<ActiveBlock> blocks, double output_bias, double convex_objective);
  void finish();

  const BranchProblem& problem_;
  const TrainingSettings& settings_;
  Stopwatch watch_;
  BranchPricing pricing_;
  std::vector<Candidate> pieces_;
  PieceSolution solution_;
  std::vector<ActiveBlock> weighty_;  ///< the solution's blocks with weight
  std::vector<ActiveBlock> before_;   ///< those of the program before, for when the last one is cut
  /// The largest value that the last climb found.
  double climbed_ = std::numeric_limits<double>::quiet_NaN();
  double bias_before_ = 0;
  double objective_before_ = 0;
  BranchTrainingResult result_;
};

}  // namespace thalweg::detail
