#include "thalweg/reformulation/layered_network.hpp"

#include <string>
#include <utility>

#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

/// Throws unless the layers, named "1", "2", .., have these sizes for one number of branches.
void check_sizes(const BranchNetwork& network, const std::vector<Index>& sizes) {
  std::vector<BranchLayer> layers;
  for (const Index size : sizes) layers.push_back({std::to_string(layers.size() + 1), {size}});
  check_network(layers, network);
}

void check_widths(Index features, const std::vector<Index>& widths) {
  bool positive = features >= 1;
  for (const Index width : widths) positive = positive && width >= 1;
  if (!positive) throw InvalidArgument("features, widths: expected positive numbers");
}

/// Nodes of each hidden layer of a tree, from the leaves to the root.
std::vector<Index> tree_nodes(const std::vector<Index>& fan_ins) {
  std::vector<Index> nodes{1};
  for (std::size_t l = fan_ins.size(); l-- > 0;) nodes.insert(nodes.begin(), nodes[0] * fan_ins[l]);
  return nodes;
}

}  // namespace

BranchNetwork unroll_layered(Index features, const std::vector<Index>& widths,
                             const BranchNetwork& layered) {
  check_widths(features, widths);
  std::vector<Index> neurons = widths;
  neurons.push_back(1);
  std::vector<Index> sizes{neurons[0] * features};
  for (std::size_t l = 1; l < neurons.size(); ++l) sizes.push_back(neurons[l] * neurons[l - 1]);
  sizes.push_back(1);
  check_sizes(layered, sizes);

  const std::vector<Index> nodes = tree_nodes(widths);
  BranchNetwork trees;
  trees.layers.resize(layered.layers.size());
  trees.layers.back() = layered.layers.back();
  // The neuron that a node copies: its place among the children of its parent.
  const auto neuron = [&](std::size_t l, Index node) { return node % neurons[l]; };
  for (std::size_t l = 0; l < nodes.size(); ++l) {
    const Index inputs = l == 0 ? features : neurons[l - 1];
    Matrix& weights = trees.layers[l];
    weights.resize(layered.branches(), nodes[l] * inputs);
    for (Index node = 0; node < nodes[l]; ++node) {
      weights.middleCols(node * inputs, inputs) =
          layered.layers[l].middleCols(neuron(l, node) * inputs, inputs);
    }
  }
  return trees;
}

BranchNetwork layer_trees(Index features, const std::vector<Index>& fan_ins,
                          const BranchNetwork& trees) {
  check_widths(features, fan_ins);
  const std::vector<Index> nodes = tree_nodes(fan_ins);
  std::vector<Index> sizes{nodes[0] * features};
  sizes.insert(sizes.end(), nodes.begin(), nodes.end() - 1);
  sizes.push_back(1);
  check_sizes(trees, sizes);

  BranchNetwork layered = trees;
  for (std::size_t l = 1; l < nodes.size(); ++l) {
    const Index below = nodes[l - 1];
    Matrix weights = Matrix::Zero(trees.branches(), nodes[l] * below);
    for (Index c = 0; c < below; ++c) {
      weights.col(c / fan_ins[l - 1] * below + c) = trees.layers[l].col(c);
    }
    layered.layers[l] = std::move(weights);
  }
  return layered;
}

}  // namespace thalweg
