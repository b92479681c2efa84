#pragma once

#include <optional>
#include <vector>

#include "landscape/stationary_candidates.hpp"
#include "thalweg/oracle/dual_oracle.hpp"

namespace thalweg::landscape {

/// Directions in which L falls to first order at a candidate, steepest first: turns of a neuron
/// (minus the shortest element, off a downward kink, down a cell of its ties), rescaling of the
/// stored network's unbalanced neurons, the affine part. Without a candidate only rescalings.
[[nodiscard]] std::vector<DescentDirection> descent_directions(const TrainingProblem& problem,
                                                               const TwoLayerNetwork& network,
                                                               const Candidate* candidate);
/// The growth of an empty slot along a direction with |nu^T (X u)_+| > beta.
[[nodiscard]] DescentDirection slot_direction(Index slot, const DualDirection& direction);

/// The first of a few directions along which L is proved to fall, with the best of a geometric
/// sequence of steps; else the first as it is, none when there are none.
[[nodiscard]] std::optional<DescentDirection> proved_descent(
    const TrainingProblem& problem, const TwoLayerNetwork& network,
    const std::vector<DescentDirection>& directions);

/// The network `step` along a direction.
[[nodiscard]] TwoLayerNetwork moved_along(const TrainingProblem& problem,
                                          const TwoLayerNetwork& network,
                                          const DescentDirection& direction, double step);

}  // namespace thalweg::landscape
