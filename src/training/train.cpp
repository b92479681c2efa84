#include "thalweg/training/train.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "thalweg/core/error.hpp"
#include "thalweg/model/unit_scaling.hpp"
#include "training/column_generation.hpp"
#include "training/small_penalty.hpp"

namespace thalweg {
namespace {

constexpr double kStageGap = 1e-2;  ///< relative gap at the penalties on the way down

/// Column generation at problem.beta(); without a start, a small penalty is approached from larger
/// ones.
TrainingResult descend_to(const TrainingProblem& problem, const TrainingSettings& settings,
                          std::optional<TwoLayerNetwork> start) {
  if (start) return detail::ColumnGeneration(problem, settings).run(start);
  const Stopwatch watch;
  std::int64_t rounds = 0;
  std::int64_t newton_steps = 0;
  TrainingSettings loose = settings;
  loose.relative_gap = std::max(kStageGap, settings.relative_gap);
  for (const double beta : detail::larger_penalties(problem)) {
    const TrainingProblem stage = problem.with_beta(beta);
    TrainingResult reached = detail::ColumnGeneration(stage, loose).run(start);
    rounds += reached.rounds;
    newton_steps += reached.newton_steps;
    start = std::move(reached.network);
  }
  TrainingResult result = detail::ColumnGeneration(problem, settings).run(start);
  result.rounds += rounds;
  result.newton_steps += newton_steps;
  result.seconds = watch.seconds();
  return result;
}

/// The result in the units of the problem, its objective recomputed there.
TrainingResult restored(const TrainingProblem& problem, const UnitScaling& units,
                        TrainingResult result) {
  result.network = units.restored(result.network);
  result.objective = problem.objective(result.network);
  result.lower_bound = std::ldexp(result.lower_bound, units.objective());
  result.dual *= std::ldexp(1.0, units.outputs());
  result.dual_norm = std::ldexp(result.dual_norm, units.inputs() + units.outputs());
  return result;
}

}  // namespace

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
  const UnitScaling units(problem);
  if (!units.needed()) return descend_to(problem, settings, start);
  const TrainingProblem scaled = units.scaled();
  std::optional<TwoLayerNetwork> scaled_start;
  if (start) {
    problem.check(*start);
    scaled_start = units.scaled(*start);
  }
  return restored(problem, units, descend_to(scaled, settings, std::move(scaled_start)));
}

}  // namespace thalweg
