#pragma once

#include <optional>
#include <vector>

#include "thalweg/landscape/optimal_set.hpp"
#include "thalweg/landscape/spurious_valley.hpp"

namespace thalweg {

/// The widths that matter for one training problem.
struct Widths {
  OptimalSet set;
  /// m*, M* and the staircase with the level of the set's polytope. None when not all vertices are
  /// listed or the optimum was not located.
  std::optional<ConnectivityStaircase> staircase;
  Index activation_rank = 0;  ///< r_a, exact
  bool activation_rank_proved = true;
  /// From this width on there is no spurious valley; none where minimisers may be missing.
  std::optional<Index> no_spurious_valleys_from;
  /// Evidence for the widths asked for, ascending.
  std::vector<SpuriousValley> valleys;
  double seconds = 0;
};

struct WidthSettings {
  OptimalSetSettings optimal_set;
  /// Widths at which spurious valleys are searched for, ascending.
  std::vector<Index> search;
  int starts = 100;  ///< of each search
};

/// Computes the optimal set, the staircase of connectivity, the activation rank and evidence of
/// spurious valleys.
[[nodiscard]] Widths widths(const TrainingProblem& problem, const WidthSettings& settings);

}  // namespace thalweg
