#include "thalweg/reformulation/architecture.hpp"

#include <cstddef>

namespace thalweg {

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
  check_network(architecture.layers(), network);
}

}  // namespace thalweg
