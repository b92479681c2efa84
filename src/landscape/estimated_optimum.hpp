#pragma once

#include "landscape/optimum.hpp"

namespace thalweg::landscape {

/// The optimum in floating point, for losses that ExactPoint does not take: the neurons'
/// directions, and other directions of value beta up to 1e-7 of it. Bounds and margin are the
/// oracle's; nothing is enclosed (`enclosed` is false, radii are infinite).
[[nodiscard]] Optimum estimate_optimum(const TrainingProblem& problem, const DualOracle& oracle,
                                       const std::vector<Neuron>& neurons, const AffinePart& affine,
                                       double lower_bound, const OptimumSettings& settings);

/// Rows on which w lies but for rounding, zero rows left out.
[[nodiscard]] std::vector<Index> near_kinks(const Matrix& X, const Vector& w);

}  // namespace thalweg::landscape
