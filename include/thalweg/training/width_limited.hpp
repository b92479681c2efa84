#pragma once

#include <cstdint>
#include <vector>

#include "thalweg/core/run_control.hpp"
#include "thalweg/model/training_problem.hpp"

namespace thalweg {

struct WidthLimitedSettings {
  int restarts = 8;  ///< networks grown from nothing, with random choices, besides the given starts
  int threads = 1;
  std::uint64_t seed = 0;
  RunControl control;
};

/// The best network found with a limited number of neurons: an upper bound, no more.
struct WidthLimitedResult {
  TwoLayerNetwork network;      ///< balanced, at most `width` neurons
  double objective = 0;         ///< L(network)
  std::int64_t descents = 0;    ///< Newton runs, each to a stationary point
  std::int64_t candidates = 0;  ///< stationary networks of the width that were compared
  bool stopped = false;         ///< deadline or cancellation cut the search
};

/// Searches for the best network with at most `width` hidden neurons, where the problem is no
/// longer convex: nothing proves the result to be the best unless its objective meets a bound over
/// all widths.
///
/// Cheap candidates come first: a network grown greedily from nothing, each start reduced at once.
/// Then each of `starts` (typically the certified optimum over all widths) is reduced carefully:
/// the neuron whose removal, or the pair whose union, costs least goes, and kink-aware Newton
/// descends again. Others are grown neuron by neuron in violated dual directions. Each then
/// exchanges neurons: violated directions enter, the width is restored, and what is lower is kept.
/// At the end the objective is not above that of any start of at most `width` neurons (but for
/// rounding). Deterministic in `seed` unless `control` stops it. Throws InvalidArgument when width
/// < 0 or a start does not fit the problem.
[[nodiscard]] WidthLimitedResult train_width_limited(const TrainingProblem& problem, Index width,
                                                     const std::vector<TwoLayerNetwork>& starts,
                                                     const WidthLimitedSettings& settings);

}  // namespace thalweg
