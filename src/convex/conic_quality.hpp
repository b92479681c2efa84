#pragma once

#include "convex/conic_iterate.hpp"

namespace thalweg::detail {

/// How good an iterate is, as ConicSolution reports it.
struct ConicQuality {
  double objective = 0;
  double lower_bound = 0;
  double relative_gap = 0;
  double infeasibility = 0;
  double stationarity = 0;
  ConicOutcome outcome = ConicOutcome::kBounded;

  /// The largest of gap and residuals.
  [[nodiscard]] double error() const;
};

/// O(k + q + n) for each block.
[[nodiscard]] ConicQuality measure(const ConicProgram& program, const ConicIterate& iterate);

}  // namespace thalweg::detail
