#pragma once

#include <cstdint>

#include "thalweg/model/training_problem.hpp"
#include "thalweg/oracle/dual_oracle.hpp"

namespace thalweg {

/// Bounds on the smallest penalty for which the network without neurons is optimal.
struct BetaMax {
  double lower = 0;  ///< below it, a neuron improves the zero network
  double upper = 0;  ///< at and above it, the zero network is a global minimum
  DualNormStatus status = DualNormStatus::kUnsolved;
};

/// beta_max = max over |u| <= 1 of |nu_0^T (X u)_+| with nu_0 = -grad l at the network without
/// neurons.
///
/// With a penalised output bias nu_0 depends on the problem's own beta through the bias; the answer
/// is then the threshold for neurons at that bias penalty. `settings.threshold` and the band are
/// ignored. Cost: one dual norm. Source: theory section 1 (val <= beta for all cells at theta = 0).
[[nodiscard]] BetaMax beta_max(const TrainingProblem& problem, const DualNormSettings& settings);

}  // namespace thalweg
