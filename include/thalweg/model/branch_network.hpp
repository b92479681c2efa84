#pragma once

#include <string>
#include <vector>

#include "thalweg/core/types.hpp"

namespace thalweg {

/// One array of a branch: its name in network files and its shape, empty for a number.
struct BranchLayer {
  std::string name;
  std::vector<Index> shape;

  [[nodiscard]] Index size() const;  ///< product of the shape
};

/// A sum of K branches of one architecture as plain weights: layers[l] (K x size of layer l), a row
/// a branch, its weights in the order of the layer's array with the last axis fastest. What the
/// entries mean is the architecture's (reformulation/architecture.hpp).
struct BranchNetwork {
  std::vector<Matrix> layers;

  /// Number of branches K.
  [[nodiscard]] Index branches() const { return layers.empty() ? 0 : layers.front().rows(); }
};

/// Throws InvalidArgument, naming the layer, unless the network has these layers, all of one number
/// of branches, with finite weights. O(number of weights).
void check_network(const std::vector<BranchLayer>& layers, const BranchNetwork& network);

}  // namespace thalweg
