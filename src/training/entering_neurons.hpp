#pragma once

#include <vector>

#include "thalweg/convex/neuron.hpp"
#include "thalweg/oracle/dual_oracle.hpp"

namespace thalweg::detail {

/// Neurons for violated dual constraints, with masses that lower the objective together.
///
/// fit (n) and nu (n) belong to the present point; `directions` have value above beta. Each mass
/// starts at its own Newton step along the atom; the joint move is then scaled by a line search on
/// the convex restriction of the objective to it. O(n d k).
[[nodiscard]] std::vector<Neuron> entering_neurons(const TrainingProblem& problem,
                                                   const Vector& fit, const Vector& nu,
                                                   const std::vector<DualDirection>& directions);

}  // namespace thalweg::detail
