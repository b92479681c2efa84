#pragma once

#include <vector>

#include "landscape/stationary_ball.hpp"
#include "landscape/stationary_candidates.hpp"

namespace thalweg::landscape {

/// What holds at every point of a ball (lemma at `stationarity`).
struct Refutation {
  double clarke = 0;          ///< every point has at least this Clarke residual
  bool d_stationary = false;  ///< every point has a steeper descent than the tolerance
};

/// Bounds the residuals over the ball along the shortest elements of candidates; `tolerance` as a
/// gradient's length. Lists up to 1024 patterns of downward kinks for each neuron.
[[nodiscard]] Refutation refute(const NetworkBall& ball, const TwoLayerNetwork& network,
                                const std::vector<Candidate>& candidates, double tolerance);

}  // namespace thalweg::landscape
