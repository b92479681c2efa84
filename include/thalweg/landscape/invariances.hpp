#pragma once

#include <string>
#include <vector>

#include "thalweg/landscape/optimal_networks.hpp"

namespace thalweg {

/// The slots in another order: slot k of the result is slot order[k]. Leaves function and loss.
/// Errors: InvalidArgument when `order` is no permutation.
[[nodiscard]] TwoLayerNetwork permuted(const TwoLayerNetwork& network,
                                       const std::vector<Index>& order);

/// Neuron `slot` shared with an empty slot `into` (w = 0 and alpha = 0): weights times
/// sqrt(1 - share) and sqrt(share), share in [0, 1]. Leaves function and loss; share 1 moves the
/// neuron, merging goes back. Errors: InvalidArgument (slots, `into` not empty, share).
[[nodiscard]] TwoLayerNetwork split(const TwoLayerNetwork& network, Index slot, Index into,
                                    double share);

/// Masses moved along a null vector g of the activations (A g = 0) as far as they stay
/// nonnegative: z + step g. (N) each. Leaves function on the data and loss.
[[nodiscard]] Vector moved(const Vector& masses, const Vector& g, double step);

/// A basis of the moves that the polytope allows from its centre: null vectors of A on the atoms
/// that may carry mass, (N x dimension), columns of length 1.
[[nodiscard]] Matrix polytope_moves(const OptimalSet& set);

/// (gamma w_j, alpha_j / gamma) for every neuron, gamma > 0: leaves the function, but not the loss;
/// the balanced point is the least on this orbit.
[[nodiscard]] TwoLayerNetwork rescaled(const TwoLayerNetwork& network, double gamma);

/// What leaves the set of global minima invariant, in words, one sentence each.
[[nodiscard]] std::vector<std::string> describe_invariances(const OptimalSet& set);

}  // namespace thalweg
