#pragma once

#include "convex/neuron_model.hpp"

namespace thalweg::detail {

/// Removes neurons whose removal does not raise the objective. Returns whether any was.
bool drop_neurons(NeuronModel& model);

/// Replaces pairs of equal sign and similar direction by their sum where the objective does not
/// rise. Returns whether any was.
bool merge_neurons(NeuronModel& model);

/// While the atoms s (X w/|w|)_+ are linearly dependent to rounding, modulo the unpenalised
/// columns, shifts mass along a null vector g with sum g >= 0 until a neuron vanishes, and the
/// affine part with it: the fit stays, the penalty does not rise (theory 2.5). What remains makes
/// the Newton system regular in the masses. Returns whether any vanished. O(n m^2) each.
bool drop_dependent(NeuronModel& model);

}  // namespace thalweg::detail
