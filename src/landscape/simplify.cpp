#include "thalweg/landscape/simplify.hpp"

#include "landscape/exact_check.hpp"
#include "thalweg/model/transform.hpp"

namespace thalweg {

Expected<SimplifyResult> simplify(const TrainingProblem& problem, const TwoLayerNetwork& network) {
  problem.check(network);
  const double start = problem.objective(network);
  SimplifyResult result;
  result.width_before = network.width();
  result.network = network;
  const TwoLayerNetwork merged = merge(drop_dead(problem.X(), balance(network)));
  for (const TwoLayerNetwork& candidate : {merged, prune(problem.X(), merged)}) {
    // Each step is exact in the reals; a candidate above the start by more than rounding met an
    // ill-conditioned dependence.
    if (problem.objective(candidate) <= start * (1 + 1e-12)) result.network = candidate;
  }
  result.width_after = result.network.width();
  const auto comparison = compare(problem, network, result.network);
  if (!comparison) return tl::unexpected<Error>(comparison.error());
  result.objective_before = comparison->objective_before;
  result.objective_after = comparison->objective_after;
  result.decrease = comparison->decrease;
  result.verified = comparison->verified;
  return result;
}

}  // namespace thalweg
