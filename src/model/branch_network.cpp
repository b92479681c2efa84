#include "thalweg/model/branch_network.hpp"

#include <cstddef>
#include <functional>
#include <numeric>

#include "thalweg/core/error.hpp"

namespace thalweg {

Index BranchLayer::size() const {
  return std::accumulate(shape.begin(), shape.end(), Index{1}, std::multiplies<>());
}

void check_network(const std::vector<BranchLayer>& layers, const BranchNetwork& network) {
  if (network.layers.size() != layers.size()) {
    throw InvalidArgument("network: expected " + std::to_string(layers.size()) + " layers, got " +
                          std::to_string(network.layers.size()));
  }
  for (std::size_t l = 0; l < layers.size(); ++l) {
    const Matrix& weights = network.layers[l];
    if (weights.rows() != network.branches() || weights.cols() != layers[l].size()) {
      throw InvalidArgument(
          "layer " + layers[l].name + ": expected " + std::to_string(network.branches()) +
          " branches of " + std::to_string(layers[l].size()) + " weights, got " +
          std::to_string(weights.rows()) + " of " + std::to_string(weights.cols()));
    }
    if (!weights.allFinite()) {
      throw InvalidArgument("layer " + layers[l].name + ": expected finite weights");
    }
  }
}

}  // namespace thalweg
