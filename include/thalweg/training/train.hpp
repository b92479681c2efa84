#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "thalweg/core/run_control.hpp"
#include "thalweg/model/training_problem.hpp"
#include "thalweg/oracle/dual_oracle.hpp"

namespace thalweg {

/// How certified training ended.
enum class TrainingStatus {
  kUnsolved,         ///< nothing was computed
  kSolved,           ///< relative_gap <= settings.relative_gap
  kReducedAccuracy,  ///< the iterations stalled above the requested gap; network, dual and bounds
                     ///< are valid
  kLimit,  ///< stopped at the deadline or by cancellation; network, dual and bounds are valid
};

/// One sentence for people.
[[nodiscard]] std::string_view describe(TrainingStatus status);

struct TrainingSettings {
  double relative_gap =
      1e-6;  ///< (objective - lower_bound) / objective to reach, in floating point
  int threads = 1;
  std::uint64_t seed = 0;
  RunControl control;
};

struct TrainingResult {
  TrainingStatus status = TrainingStatus::kUnsolved;
  TwoLayerNetwork network;  ///< balanced, one neuron a direction
  double objective;         ///< L(network)
  Vector dual;              ///< nu (n), before scaling to feasibility, in the domain of D
  double dual_norm;         ///< upper bound of max |nu^T (Xu)_+| for `dual`
  DualNormSource dual_norm_source = DualNormSource::kNone;  ///< kNone: bounded without the oracle
  double lower_bound;       ///< D(tau dual), the best one over the run
  double relative_gap;      ///< (objective - lower_bound) / objective, 0 if both are 0
  std::int64_t rounds = 0;  ///< rounds of column generation
  std::int64_t newton_steps = 0;
  double seconds = 0;
};

/// Trains over all widths to a certified gap: column generation with the dual oracle around a
/// kink-aware Newton method (neurons may lie on x_i^T w = 0). `start` (optional) seeds directions;
/// without one, a penalty below 1e-5 beta_max is approached from larger ones.
/// Bounds are floating-point estimates backed by the oracle's rigorous dual norm; the exact proof
/// is the certificate's.
[[nodiscard]] TrainingResult train(const TrainingProblem& problem, const TrainingSettings& settings,
                                   const std::optional<TwoLayerNetwork>& start = std::nullopt);

}  // namespace thalweg
