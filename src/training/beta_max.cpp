#include "thalweg/training/beta_max.hpp"

namespace thalweg {

BetaMax beta_max(const TrainingProblem& problem, const DualNormSettings& settings) {
  const Vector fit = Vector::Constant(problem.samples(), problem.bias_of_zero_network());
  const Vector nu = problem.dual_point(fit);
  if (nu.isZero(0)) return {0, 0, DualNormStatus::kClosed};
  DualNormSettings closing = settings;
  closing.threshold = 0;
  closing.maximiser_band = 0;
  const DualNormResult result = DualOracle(problem.X()).maximise(nu, closing);
  return {result.lower, result.upper, result.status};
}

}  // namespace thalweg
