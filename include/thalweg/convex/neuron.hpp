#pragma once

#include <vector>

#include "thalweg/core/types.hpp"
#include "thalweg/model/training_problem.hpp"

namespace thalweg {

/// A balanced neuron s (X w)_+ of the convex form
///   minimise  l(sum_j s_j (X w_j)_+ + b + X v, y) + beta sum_j |w_j| + gamma/2 b^2:
/// it stands for the hidden weight w / sqrt|w| and the output weight s sqrt|w|.
struct Neuron {
  Vector w;                  ///< (d), nonzero
  Sign sign = Sign::kPlus;   ///< sign of the output weight
  std::vector<Index> kinks;  ///< rows i with x_i^T w = 0
  Index cell = -1;           ///< the row of the pattern matrix, where patterns are given
};

/// The weight gamma of b^2/2: beta for a penalised output bias, 0 for a free one and for none.
[[nodiscard]] double bias_penalty(const TrainingProblem& problem);

/// The network of balanced neurons and an affine part. O(m d).
[[nodiscard]] TwoLayerNetwork to_network(const std::vector<Neuron>& neurons, Index dimension,
                                         const AffinePart& affine);

/// The neurons (|alpha| w, sign alpha) of a network; those with |alpha| |w| = 0 are left out. O(m
/// d).
[[nodiscard]] std::vector<Neuron> to_neurons(const TwoLayerNetwork& network);

}  // namespace thalweg
