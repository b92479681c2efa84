#pragma once

#include <limits>
#include <vector>

#include "landscape/stationary_candidates.hpp"

namespace thalweg::landscape {

/// Ties within this multiple of the distance: a balanced neuron is sqrt 2 as long as its w.
inline constexpr double kTieReach = 1.5;
/// How far, relatively, a stationary point is looked for.
inline constexpr double kFarthestPoint = 1e-2;

/// Points near a network.
struct NearbyPoints {
  /// The network snapped on its near ties, those that bend upward only, refined by Newton's method,
  /// and where descent ends, as far as it takes to find a d-stationary one.
  std::vector<Candidate> candidates;
  /// The least distance at which a Clarke stationary point was found when none is within
  /// settings.distance; else infinity.
  double stationary_within = std::numeric_limits<double>::infinity();
};

/// empty: neurons that are taken as 0, ascending; lengths (m) of all neurons.
[[nodiscard]] NearbyPoints find_nearby_points(
    const TrainingProblem& problem, const Hyperplanes& planes, const TwoLayerNetwork& network,
    const StationaritySettings& settings, const std::vector<Index>& empty, const Vector& lengths);

}  // namespace thalweg::landscape
