#include "thalweg/model/network_path.hpp"

#include <cmath>

namespace thalweg {

BalancedNetwork balance_exactly(const TrainingProblem& problem, const TwoLayerNetwork& network) {
  problem.check(network);
  BalancedNetwork result;
  result.directions.resize(network.width(), problem.dimension());
  Index used = 0;
  for (Index j = 0; j < network.width(); ++j) {
    PathSlot slot;
    const double alpha = network.alpha(j, 0);
    if (alpha != 0 && (network.W.row(j).array() != 0).any()) {
      result.directions.row(used) = network.W.row(j);
      slot = {used++, alpha > 0 ? Sign::kPlus : Sign::kMinus, std::abs(alpha)};
    }
    result.state.slots.push_back(slot);
  }
  result.directions.conservativeResize(used, Eigen::NoChange);
  result.state.affine = problem.affine_part(network);
  return result;
}

TwoLayerNetwork network_of(const NetworkPath& path, const PathState& state) {
  TwoLayerNetwork network = path.start;
  for (Index j = 0; j < network.width(); ++j) {
    const PathSlot& slot = state.slots[static_cast<std::size_t>(j)];
    if (!(slot.mass > 0)) {
      network.W.row(j).setZero();
      network.alpha(j, 0) = 0;
      continue;
    }
    const auto v = path.directions.row(slot.direction);
    const double norm = v.stableNorm();
    network.W.row(j) = std::sqrt(slot.mass / norm) * v;
    const double alpha = std::sqrt(slot.mass) * std::sqrt(norm);
    network.alpha(j, 0) = slot.sign == Sign::kPlus ? alpha : -alpha;
  }
  if (network.output_bias.size() > 0) network.output_bias[0] = state.affine.bias;
  if (state.affine.skip.size() > 0) network.skip = state.affine.skip;
  return network;
}

}  // namespace thalweg
