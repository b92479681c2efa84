#include "thalweg/training/train.hpp"

#include <string>

#include "thalweg/core/error.hpp"
#include "training/column_generation.hpp"
#include "training/unit_scaling.hpp"

namespace thalweg {

std::string_view describe(TrainingStatus status) {
  switch (status) {
    case TrainingStatus::kUnsolved:
      return "nothing was computed";
    case TrainingStatus::kSolved:
      return "trained to the requested gap";
    case TrainingStatus::kReducedAccuracy:
      return "stalled above the requested gap; network and bounds are valid";
    case TrainingStatus::kLimit:
      return "stopped at the limit; network and bounds are valid";
  }
  return "unknown";
}

TrainingResult train(const TrainingProblem& problem, const TrainingSettings& settings,
                     const std::optional<TwoLayerNetwork>& start) {
  if (!(settings.relative_gap > 0)) {
    throw InvalidArgument("relative_gap: expected a positive number, got " +
                          std::to_string(settings.relative_gap));
  }
  if (settings.threads < 1) {
    throw InvalidArgument("threads: expected at least 1, got " + std::to_string(settings.threads));
  }
  const detail::UnitScaling units(problem);
  if (!units.needed()) return detail::ColumnGeneration(problem, settings).run(start);
  const TrainingProblem scaled = units.scaled();
  std::optional<TwoLayerNetwork> scaled_start;
  if (start) {
    problem.check(*start);
    scaled_start = units.scaled(*start);
  }
  return units.restore(detail::ColumnGeneration(scaled, settings).run(scaled_start));
}

}  // namespace thalweg
