#include "thalweg/landscape/widths.hpp"

#include <utility>

#include "thalweg/exact/activation_rank.hpp"
#include "thalweg/landscape/optimal_networks.hpp"

namespace thalweg {

Widths widths(const TrainingProblem& problem, const WidthSettings& settings) {
  const Stopwatch watch;
  Widths result;
  result.set = optimal_set(problem, settings.optimal_set);
  if (result.set.located() && result.set.complete) {
    result.staircase = connectivity_staircase(result.set.polytope);
  }
  const ActivationRank rank = activation_rank(problem.X());
  result.activation_rank = rank.value;
  result.activation_rank_proved = rank.proved;
  result.no_spurious_valleys_from = no_spurious_valleys_from(problem);
  std::vector<TwoLayerNetwork> known;
  if (!result.set.polytope.supports.empty()) {
    const OptimalNetworks networks(problem, result.set);
    known = {networks.smallest(), networks.centre()};
  }
  SpuriousValleySettings search;
  search.starts = settings.starts;
  search.threads = settings.optimal_set.threads;
  search.seed = settings.optimal_set.seed;
  search.control = settings.optimal_set.control;
  for (const Index width : settings.search) {
    result.valleys.push_back(find_spurious_valley(problem, width, known, search));
  }
  result.seconds = watch.seconds();
  return result;
}

}  // namespace thalweg
