#pragma once

#include "landscape/stationary_ties.hpp"
#include "thalweg/landscape/stationarity.hpp"

namespace thalweg::landscape {

/// Whether 0 is in the Clarke subdifferential at the network as stored, in rational arithmetic.
///
/// The network must be balanced exactly. "No" for a neuron is a separating vector, checked; "yes"
/// are gates of the zonotope, or masses of tie cells, that solve the equations exactly; in between
/// (dependent ties where doubles propose neither) it stays undecided. For the logistic loss, whose
/// nu is not rational, "no" is proved by enclosures and "yes" is out of reach. Zero networks are
/// stationary when the affine part is. O(n m d) integer operations.
[[nodiscard]] Finding clarke_as_stored(const TrainingProblem& problem, const Hyperplanes& planes,
                                       const TwoLayerNetwork& network, Index max_cells);

}  // namespace thalweg::landscape
