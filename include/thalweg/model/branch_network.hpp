#pragma once

#include <vector>

#include "thalweg/core/types.hpp"

namespace thalweg {

/// A sum of K branches of one architecture as plain weights: layers[l] (K x size of layer l), a row
/// a branch, its weights in the order of the layer's array with the last axis fastest. What the
/// entries mean is the architecture's (reformulation/architecture.hpp).
struct BranchNetwork {
  std::vector<Matrix> layers;

  /// Number of branches K.
  [[nodiscard]] Index branches() const { return layers.empty() ? 0 : layers.front().rows(); }
};

}  // namespace thalweg
