#pragma once

#include <vector>

#include "thalweg/convex/neuron.hpp"

namespace thalweg::detail {

/// One neuron less: `gone` leaves, and where `into` is not negative the neuron there takes it over,
/// w_into + w_gone.
struct Reduction {
  Index gone = 0;
  Index into = -1;
  double objective = 0;  ///< with everything else as it is
};

/// The cheapest ways to make neurons fewer by one, at most `count`, cheapest first. Pairs must have
/// the same sign; they are looked at for up to 64 neurons. O(n d K^2), or O(n d K) beyond.
[[nodiscard]] std::vector<Reduction> cheapest_reductions(const TrainingProblem& problem,
                                                         const std::vector<Neuron>& neurons,
                                                         const AffinePart& affine, Index count);

/// The neurons after it; may be two fewer when a sum vanishes.
[[nodiscard]] std::vector<Neuron> reduce(std::vector<Neuron> neurons, const Reduction& reduction);

}  // namespace thalweg::detail
