#include "thalweg/training/beta_max.hpp"

namespace thalweg {

BetaMax beta_max(const TrainingProblem& problem, const DualNormSettings& settings) {
  const Vector fit = problem.affine_fit(problem.best_affine_part());
  // The equalities of the dual domain hold beyond the rounding of the fit.
  const Vector nu = problem.project_to_dual_domain(problem.dual_point(fit));
  if (nu.isZero(0)) return {0, 0, DualNormStatus::kClosed};
  DualNormSettings closing = settings;
  closing.threshold = 0;
  closing.maximiser_band = 0;
  const DualNormResult result = DualOracle(problem.X()).maximise(nu, closing);
  return {result.lower, result.upper, result.status};
}

}  // namespace thalweg
