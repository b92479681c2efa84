#include "thalweg/model/network_path.hpp"

#include <cmath>
#include <string>
#include <utility>

#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

void empty_slot(TwoLayerNetwork& network, Index j) {
  network.W.row(j).setZero();
  network.alpha(j, 0) = 0;
}

/// Slot j as a balanced neuron of direction v and mass > 0.
void place(TwoLayerNetwork& network, Index j, const Eigen::RowVectorXd& v, Sign sign, double mass) {
  const double norm = v.stableNorm();
  network.W.row(j) = std::sqrt(mass / norm) * v;
  const double alpha = std::sqrt(mass) * std::sqrt(norm);
  network.alpha(j, 0) = sign == Sign::kPlus ? alpha : -alpha;
}

TwoLayerNetwork with_affine_part(TwoLayerNetwork network, const AffinePart& affine) {
  if (network.output_bias.size() > 0) network.output_bias[0] = affine.bias;
  if (affine.skip.size() > 0) network.skip = affine.skip;
  return network;
}

AffinePart between(const AffinePart& from, const AffinePart& to, double t) {
  AffinePart affine((1 - t) * from.bias + t * to.bias);
  if (from.skip.size() > 0) affine.skip = (1 - t) * from.skip;
  if (to.skip.size() == 0) return affine;
  if (affine.skip.size() == 0) affine.skip = Vector::Zero(to.skip.size());
  affine.skip += t * to.skip;
  return affine;
}

/// The share t of the way, in log gamma, from a network to the balanced one of equal products.
TwoLayerNetwork towards_balance(TwoLayerNetwork network, double t) {
  for (Index j = 0; j < network.width(); ++j) {
    const double w = network.W.row(j).stableNorm();
    const double alpha = std::abs(network.alpha(j, 0));
    if (w > 0 && alpha > 0) {
      const double gamma = std::pow(std::sqrt(alpha) / std::sqrt(w), t);
      network.W.row(j) *= gamma;
      network.alpha(j, 0) /= gamma;
    } else {
      network.W.row(j) *= 1 - t;
      network.alpha(j, 0) *= 1 - t;
    }
  }
  return network;
}

/// On a segment along which the products p = s z v are affine.
TwoLayerNetwork merging(const NetworkPath& path, const PathState& from, const PathState& to,
                        double t) {
  TwoLayerNetwork network = with_affine_part(path.start, between(from.affine, to.affine, t));
  for (Index j = 0; j < network.width(); ++j) {
    Eigen::RowVectorXd v = Eigen::RowVectorXd::Zero(path.directions.cols());
    Sign sign = Sign::kPlus;
    for (const auto& [state, share] : {std::pair{&from, 1 - t}, {&to, t}}) {
      const PathSlot& slot = state->slots[static_cast<std::size_t>(j)];
      if (!(slot.mass > 0)) continue;
      v += share * slot.mass * path.directions.row(slot.direction);
      sign = slot.sign;
    }
    if ((v.array() != 0).any()) {
      place(network, j, v, sign, 1);
    } else {
      empty_slot(network, j);
    }
  }
  return network;
}

}  // namespace

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
  TwoLayerNetwork network = with_affine_part(path.start, state.affine);
  for (Index j = 0; j < network.width(); ++j) {
    const PathSlot& slot = state.slots[static_cast<std::size_t>(j)];
    if (slot.mass > 0) {
      place(network, j, path.directions.row(slot.direction), slot.sign, slot.mass);
    } else {
      empty_slot(network, j);
    }
  }
  return network;
}

TwoLayerNetwork network_on(const NetworkPath& path, Index segment, double t) {
  const auto last = static_cast<Index>(path.states.size()) - 1;
  const bool known = segment >= kOpening && (segment < last || (segment == last && path.end));
  if (!known) throw InvalidArgument("segment: the path has no segment " + std::to_string(segment));
  if (!(t >= 0 && t <= 1)) {
    throw InvalidArgument("t: expected a number in [0, 1], got " + std::to_string(t));
  }
  if (segment == kOpening) return towards_balance(path.start, t);
  if (segment == last) return towards_balance(*path.end, 1 - t);
  const auto position = static_cast<std::size_t>(segment);
  const PathState& from = path.states[position];
  const PathState& to = path.states[position + 1];
  if (path.kinds[position] == SegmentKind::kMerge) return merging(path, from, to, t);
  PathState state = from;
  state.affine = between(from.affine, to.affine, t);
  for (std::size_t j = 0; j < state.slots.size(); ++j) {
    if (!(from.slots[j].mass > 0)) state.slots[j] = to.slots[j];
    state.slots[j].mass = (1 - t) * from.slots[j].mass + t * to.slots[j].mass;
  }
  return network_of(path, state);
}

}  // namespace thalweg
