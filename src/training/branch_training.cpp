#include "thalweg/training/branch_training.hpp"

#include <cmath>
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
  constexpr int kRounds = 60;
  constexpr double kAgreement = 1e-10;
  const detail::BranchPricing pricing(problem, settings);
  std::int64_t nodes = 0;
  const auto norm_at = [&](double beta) -> BranchBetaMax {
    const TrainingProblem affine = problem.affine().with_beta(beta);
    const Vector nu = affine.project_to_dual_domain(
        affine.dual_point(affine.affine_fit(affine.best_affine_part())));
    const detail::BranchPricing::Bound bound =
        pricing.bound(nu, settings.relative_gap, 0, settings.control);
    nodes += bound.nodes;
    return {bound.found.empty() ? 0 : bound.found.front().maximiser.value, bound.upper, nodes};
  };
  double beta = problem.beta();
  BranchBetaMax result = norm_at(beta);
  if (problem.affine().output_bias() != OutputBias::kPenalised) return result;
  for (int round = 0; round < kRounds && result.upper > 0; ++round) {
    if (std::abs(result.upper - beta) <= kAgreement * beta) break;
    beta = result.upper;
    result = norm_at(beta);
  }
  return result;
}

}  // namespace thalweg
