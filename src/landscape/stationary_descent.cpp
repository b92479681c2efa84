#include "landscape/stationary_descent.hpp"

#include <algorithm>
#include <cmath>

#include "landscape/enclosure_arithmetic.hpp"
#include "landscape/objective_enclosure.hpp"

namespace thalweg::landscape {
namespace {

constexpr std::size_t kTries = 6;  ///< directions whose decrease is looked for
constexpr int kHalvings = 60;      ///< of the step, from the network's length

/// The direction (v, tau) of one neuron, at unit length, where it falls.
void add_turn(const Candidate& candidate, std::size_t slot, const Vector& v, double tau,
              std::vector<DescentDirection>& list) {
  const double size = std::hypot(v.stableNorm(), tau);
  if (!(size > 0)) return;
  const LocalNeuron& local = candidate.locals[slot];
  const int sign = candidate.point.slots()[slot].sign;
  DescentDirection direction;
  direction.neuron = candidate.point.slots()[slot].neuron;
  direction.w = v / size;
  direction.alpha = tau / size;
  direction.slope =
      slope(local, direction.w) + sign * local.root * local.target.dot(local.u) * direction.alpha;
  if (direction.slope < 0) list.push_back(std::move(direction));
}

void add_turns(const Candidate& candidate, std::size_t slot, std::vector<DescentDirection>& list) {
  const LocalNeuron& local = candidate.locals[slot];
  const int sign = candidate.point.slots()[slot].sign;
  const Vector& shortest = candidate.elements[slot].residual;
  add_turn(candidate, slot, -shortest, -sign * shortest.dot(local.u), list);
  for (Index t = 0; t < local.ties(); ++t) {
    if (!(local.jumps[t] > 0)) continue;
    const Vector away = free_part(local.normals, t);
    add_turn(candidate, slot, away, 0, list);
    add_turn(candidate, slot, -away, 0, list);
  }
  if (candidate.cells[slot]) {
    add_turn(candidate, slot, steepest_descent(local, *candidate.cells[slot]).v, 0, list);
  }
}

void add_rescaling(const TrainingProblem& problem, const TwoLayerNetwork& network, Index neuron,
                   std::vector<DescentDirection>& list) {
  const double w = network.W.row(neuron).stableNorm();
  const double alpha = std::abs(network.alpha(neuron, 0));
  const double size = std::hypot(w, alpha);
  if (!(size > 0) || w == alpha) return;
  DescentDirection direction;
  direction.kind = DescentKind::kRescale;
  direction.neuron = neuron;
  const double side = w > alpha ? -1 : 1;
  direction.w = side * network.W.row(neuron).transpose() / size;
  direction.alpha = -side * network.alpha(neuron, 0) / size;
  direction.slope = -problem.beta() * std::abs(w - alpha) * (w + alpha) / size;
  list.push_back(std::move(direction));
}

void add_affine(const TrainingProblem& problem, const Candidate& candidate,
                std::vector<DescentDirection>& list) {
  Vector gradient(problem.affine_size());
  const auto exact = candidate.point.affine_gradient();
  for (std::size_t k = 0; k < exact.size(); ++k) {
    gradient[static_cast<Index>(k)] = exact[k].get_d();
  }
  const double size = gradient.stableNorm();
  if (!(size > 0)) return;
  DescentDirection direction;
  direction.kind = DescentKind::kAffine;
  direction.affine = -gradient / size;
  direction.slope = -size;
  list.push_back(std::move(direction));
}

}  // namespace

std::vector<DescentDirection> descent_directions(const TrainingProblem& problem,
                                                 const TwoLayerNetwork& network,
                                                 const Candidate* candidate) {
  std::vector<DescentDirection> list;
  for (std::size_t slot = 0; candidate != nullptr && slot < candidate->locals.size(); ++slot) {
    add_turns(*candidate, slot, list);
  }
  for (Index j = 0; j < network.width(); ++j) add_rescaling(problem, network, j, list);
  if (candidate != nullptr) add_affine(problem, *candidate, list);
  std::stable_sort(list.begin(), list.end(),
                   [](const auto& a, const auto& b) { return a.slope < b.slope; });
  return list;
}

DescentDirection slot_direction(Index slot, const DualDirection& direction) {
  DescentDirection result;
  result.kind = DescentKind::kEmptySlot;
  result.neuron = slot;
  result.w = direction.u / std::sqrt(2.0);
  result.alpha = to_double(direction.sign) / std::sqrt(2.0);
  return result;
}

TwoLayerNetwork moved_along(const TrainingProblem& problem, const TwoLayerNetwork& network,
                            const DescentDirection& direction, double step) {
  TwoLayerNetwork result = network;
  if (direction.kind == DescentKind::kAffine) {
    const AffinePart part =
        problem.unstack(problem.stack(problem.affine_part(network)) + step * direction.affine);
    result.output_bias[0] = part.bias;
    if (problem.skip() != SkipConnection::kNone) result.skip = part.skip;
    return result;
  }
  result.W.row(direction.neuron) += step * direction.w.transpose();
  result.alpha(direction.neuron, 0) += step * direction.alpha;
  return result;
}

std::optional<DescentDirection> proved_descent(const TrainingProblem& problem,
                                               const TwoLayerNetwork& network,
                                               const std::vector<DescentDirection>& directions) {
  if (directions.empty()) return std::nullopt;
  const double before = enclose_objective(problem, network).lower;
  const double size =
      std::max(1.0, std::sqrt(network.W.squaredNorm() + network.alpha.squaredNorm()));
  for (std::size_t k = 0; k < std::min(kTries, directions.size()); ++k) {
    DescentDirection direction = directions[k];
    double lowest = before;
    for (int halving = 0; halving < kHalvings; ++halving) {
      const double step = std::ldexp(size, -halving);
      const double value = problem.objective(moved_along(problem, network, direction, step));
      if (value < lowest) {
        lowest = value;
        direction.step = step;
      } else if (direction.step > 0) {
        break;
      }
    }
    if (!(direction.step > 0)) continue;
    const auto there = moved_along(problem, network, direction, direction.step);
    direction.decrease = next_below(before - enclose_objective(problem, there).upper);
    if (direction.decrease > 0) return direction;
  }
  return directions.front();
}

}  // namespace thalweg::landscape
