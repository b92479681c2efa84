#pragma once

#include <vector>

#include "convex/neuron_model.hpp"

namespace thalweg::detail {

/// The shortest one-sided subgradient of one neuron, over the multipliers of its ties.
struct KinkMultipliers {
  Vector residual;          ///< (d); its negative is the direction of steepest descent
  std::vector<Index> ties;  ///< rows with x_i^T w = 0
  std::vector<Index> free;  ///< ties whose multiplier lies strictly between its bounds
  std::vector<Index> on;    ///< ties that the steepest descent switches on
};

/// A tie i with s nu_i < 0 is a convex kink and contributes lambda_i s nu_i x_i, lambda in
/// [0, 1]; a tie with s nu_i >= 0 is concave and takes the side that descends more.
/// Lemma. With convex kinks only, the directional derivative is v -> max_lambda r(lambda)^T v, so
/// by minimax its least value over |v| <= 1 is -|r| for the shortest r. O(n d + k d^2), k ties.
[[nodiscard]] KinkMultipliers kink_multipliers(const NeuronModel& model, const GatedNeuron& neuron,
                                               const Vector& gradient);

}  // namespace thalweg::detail
