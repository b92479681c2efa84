#pragma once

#include "landscape/path_walk.hpp"

namespace thalweg::landscape {

/// Gives a slot up where there is no way down: goes straight to where L is least without one of the
/// neurons, over the masses of the others; the neuron is the one that costs least, and none of
/// `kept` unless that is null. On that segment L is at most the larger of its ends. False without
/// such a neuron. Cost: a descent in the masses for each neuron.
bool shed(PathWalk& walk, const PathState* kept);

}  // namespace thalweg::landscape
