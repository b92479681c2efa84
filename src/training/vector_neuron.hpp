#pragma once

#include <vector>

#include "thalweg/model/multi_output_problem.hpp"

namespace thalweg::detail {

/// A neuron (X w)_+ v^T of a network with several outputs.
struct VectorNeuron {
  Vector w;                  ///< (d), nonzero
  Vector v;                  ///< (c), nonzero
  Index output = -1;         ///< the only output that it may feed, or -1 for all
  std::vector<Index> kinks;  ///< rows with x_i^T w = 0, linearly independent
};

/// The balanced network of these neurons. O(m (d + c)).
[[nodiscard]] TwoLayerNetwork to_network(const std::vector<VectorNeuron>& neurons,
                                         const Vector& bias, Index dimension);

/// The balanced neurons of a network, strongest first, zero ones left out.
[[nodiscard]] std::vector<VectorNeuron> to_vector_neurons(const TwoLayerNetwork& network,
                                                          OutputModel model);

/// Balances every neuron, merges those of equal directions (angle up to 1e-7 in w and in v) and
/// drops those whose mass |w| |v| is below 1e-13 of the largest. Merged neurons keep the kinks of
/// the heavier one.
[[nodiscard]] std::vector<VectorNeuron> tidy(std::vector<VectorNeuron> neurons);

}  // namespace thalweg::detail
