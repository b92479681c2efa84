#include "thalweg/convex/solver_types.hpp"

namespace thalweg {

std::string_view describe(SolverStatus status) {
  switch (status) {
    case SolverStatus::kUnsolved:
      return "nothing was computed";
    case SolverStatus::kSolved:
      return "solved to the requested accuracy";
    case SolverStatus::kReducedAccuracy:
      return "progress ended above the requested accuracy; the residuals hold";
    case SolverStatus::kStepLimit:
      return "stopped at the step limit with the best iterate";
    case SolverStatus::kStopped:
      return "stopped by deadline or cancellation with the best iterate";
  }
  return "unknown";
}

}  // namespace thalweg
