#include "thalweg/reformulation/architecture.hpp"

#include <cstddef>
#include <functional>
#include <numeric>

#include "thalweg/core/error.hpp"

namespace thalweg {

Index BranchLayer::size() const {
  return std::accumulate(shape.begin(), shape.end(), Index{1}, std::multiplies<>());
}

std::optional<BranchNetwork> decode_network(const Architecture& architecture,
                                            const std::vector<ActiveBlock>& blocks) {
  const std::vector<BranchLayer> layers = architecture.layers();
  BranchNetwork network;
  for (const BranchLayer& layer : layers) {
    network.layers.emplace_back(static_cast<Index>(blocks.size()), layer.size());
  }
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    const std::optional<std::vector<Vector>> branch = architecture.decode(blocks[b]);
    if (!branch) return std::nullopt;
    for (std::size_t l = 0; l < layers.size(); ++l) {
      network.layers[l].row(static_cast<Index>(b)) = (*branch)[l].transpose();
    }
  }
  return network;
}

void check_network(const Architecture& architecture, const BranchNetwork& network) {
  const std::vector<BranchLayer> layers = architecture.layers();
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
