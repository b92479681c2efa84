#pragma once

#include <cstdint>
#include <limits>
#include <string_view>

#include "thalweg/core/run_control.hpp"
#include "thalweg/core/types.hpp"

namespace thalweg {

/// How a solver of the convex core ended, and what the returned vectors then mean.
enum class SolverStatus {
  kUnsolved,         ///< nothing was computed; the vectors are empty
  kSolved,           ///< the requested accuracy is reached; the vectors are optimal to it
  kReducedAccuracy,  ///< progress ended at rounding level above the requested accuracy; the vectors
                     ///< are feasible and the reported residuals hold
  kStepLimit,        ///< stopped at the step limit; the vectors are the best iterate, feasible
  kStopped,          ///< stopped by deadline or cancellation; the vectors are the best iterate,
                     ///< feasible
};

/// One sentence for people.
[[nodiscard]] std::string_view describe(SolverStatus status);

/// What to reach, and when to give up.
struct SolverSettings {
  double relative_gap = 1e-10;   ///< (objective - lower bound) / objective, where a bound exists
  double stationarity = 1e-12;   ///< length of the shortest subgradient, relative to beta
  std::int64_t max_steps = 500;  ///< Newton steps
  int threads = 1;
  RunControl control;
};

/// What happened. Reals that were not computed are NaN.
struct SolverInfo {
  SolverStatus status = SolverStatus::kUnsolved;
  double objective = std::numeric_limits<double>::quiet_NaN();
  double lower_bound = std::numeric_limits<double>::quiet_NaN();
  double relative_gap = std::numeric_limits<double>::quiet_NaN();
  double stationarity = std::numeric_limits<double>::quiet_NaN();  ///< relative to beta
  std::int64_t steps = 0;                                          ///< Newton steps
  double seconds = 0;
};

}  // namespace thalweg
