#pragma once

#include "convex/neuron_model.hpp"

namespace thalweg::detail {

/// Removes neurons whose removal does not raise the objective. Returns whether any was.
bool drop_neurons(NeuronModel& model);

/// Replaces pairs of equal sign and similar direction by their sum where the objective does not
/// rise. Only for Crossing::kFree. Returns whether any was.
bool merge_neurons(NeuronModel& model);

}  // namespace thalweg::detail
