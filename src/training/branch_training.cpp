#include "thalweg/training/branch_training.hpp"

#include <string>

#include "thalweg/core/error.hpp"
#include "training/branch_generation.hpp"

namespace thalweg {

BranchTrainingResult train_branches(const BranchProblem& problem, const TrainingSettings& settings,
                                    const std::optional<BranchNetwork>& start) {
  if (!(settings.relative_gap > 0)) {
    throw InvalidArgument("relative_gap: expected a positive number, got " +
                          std::to_string(settings.relative_gap));
  }
  return detail::BranchGeneration(problem, settings).run(start);
}

BranchBetaMax branch_beta_max(const BranchProblem& problem, const TrainingSettings& settings) {
  const TrainingProblem& affine = problem.affine();
  const Vector nu = affine.project_to_dual_domain(
      affine.dual_point(affine.affine_fit(affine.best_affine_part())));
  const detail::BranchPricing pricing(problem, settings);
  const detail::BranchPricing::Bound bound = pricing.bound(nu, settings.relative_gap, 0);
  return {bound.found.empty() ? 0 : bound.found.front().maximiser.value, bound.upper, bound.nodes};
}

}  // namespace thalweg
