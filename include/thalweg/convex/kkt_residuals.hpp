#pragma once

#include "thalweg/convex/restricted_program.hpp"

namespace thalweg {

/// How far a restricted solution is from its optimality conditions, recomputed from the data.
struct KktResiduals {
  double stationarity =
      0;  ///< max |s X^T D nu + X^T (2D-1) rho - beta w/|w|| / beta, nonzero blocks
  double feasibility = 0;      ///< max over walls of -(2D-1)_i x_i^T w / (|x_i| |w|), at least 0
  double complementarity = 0;  ///< max over nonzero blocks of sum rho_i |x_i^T w| / (beta |w|)
  double multiplier = 0;       ///< largest negative part of a multiplier, relative to |nu|
  double bias = 0;             ///< |gamma b - 1^T nu| / |nu|_1; 0 without output bias
  double skip = 0;             ///< max over columns |x_k^T nu| / (|x_k| |nu|); 0 without a skip
  double dual_fit = 0;         ///< |nu + grad l(fit)| / |nu|: nu belongs to the primal point
  double dual_excess = 0;      ///< max over blocks of value / beta - 1, at least 0
  double objective = 0;
  double dual_objective = 0;  ///< D(tau nu), tau = min over blocks of beta / value
  double relative_gap = 0;    ///< (objective - dual_objective) / |objective|, 0 if both are 0
};

/// The residuals on the original, unscaled problem, by plain loops in long double that share no
/// code with the solver. O(p n d).
[[nodiscard]] KktResiduals kkt_residuals(const TrainingProblem& problem, const Matrix& patterns,
                                         const RestrictedSolution& solution);

}  // namespace thalweg
