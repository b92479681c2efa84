#include "thalweg/landscape/descent_path.hpp"

#include <Eigen/QR>
#include <algorithm>
#include <limits>

#include "landscape/mass_descent.hpp"
#include "landscape/path_stages.hpp"
#include "landscape/shedding.hpp"
#include "thalweg/core/random.hpp"

namespace thalweg {
namespace {

using landscape::MassDescent;
using landscape::PathWalk;
using landscape::Pruning;

/// Pivots of unit columns below this count as 0.
constexpr double kDependent = 1e-11;
/// Ends within this share above the target's objective have reached it.
constexpr double kSameObjective = 1e-9;

/// The target's state in the directions of the walk.
PathState adopt(PathWalk& walk, const TwoLayerNetwork& target) {
  const BalancedNetwork balanced = balance_exactly(walk.problem(), target);
  PathState state = balanced.state;
  for (PathSlot& slot : state.slots) {
    if (slot.mass == 0) continue;
    slot.direction = walk.direction(balanced.directions.row(slot.direction).transpose());
  }
  return state;
}

/// Rank of the activations of the walk's neurons, the target's and the unpenalised columns.
Index dictionary_rank(const PathWalk& walk, const PathState& target) {
  std::vector<Vector> columns;
  for (const PathState* state : {&walk.here(), &target}) {
    for (const PathSlot& slot : state->slots) {
      if (slot.mass > 0) columns.push_back(walk.atom(slot.direction));
    }
  }
  Matrix M(walk.problem().samples(), static_cast<Index>(columns.size()));
  Index used = 0;
  for (const Vector& column : columns) {
    const double norm = column.norm();
    if (norm > 0) M.col(used++) = column / norm;
  }
  M.conservativeResize(Eigen::NoChange, used);
  if (used == 0) return 0;
  Eigen::ColPivHouseholderQR<Matrix> qr(M);
  qr.setThreshold(kDependent);
  return qr.rank();
}

bool same(const PathState& a, const PathState& b) {
  for (std::size_t j = 0; j < a.slots.size(); ++j) {
    if (a.slots[j].mass != b.slots[j].mass) return false;
  }
  return a.affine.bias == b.affine.bias && a.affine.skip == b.affine.skip;
}

/// Goes straight to the target when the slots hold it and L does not rise on the way.
bool arrive(PathWalk& walk, const PathState& target) {
  auto straight = landscape::straight_to(walk, target);
  if (!straight) return false;
  return same(straight->end, walk.here()) || walk.descend(std::move(straight->end), straight->kind);
}

void report(const RunControl& control, const PathWalk& walk) {
  if (control.progress == nullptr) return;
  control.progress->report("path", std::numeric_limits<double>::quiet_NaN(),
                           std::to_string(walk.path().kinds.size()) + " segments");
}

/// One way down; `order` shuffles pruning and entering neurons.
DescentPath attempt(const TrainingProblem& problem, const TwoLayerNetwork& start,
                    const TwoLayerNetwork& target_network, Random* order,
                    const RunControl& control) {
  PathWalk walk(problem, start);
  const PathState target = adopt(walk, target_network);
  landscape::shrink_dead(walk);
  landscape::merge_patterns(walk);
  DescentPath result;
  Pruning pruning(walk, order);
  MassDescent descent(walk, target, order);
  const double goal = (1 + kSameObjective) * problem.objective(target_network);
  bool pruned = false;
  while (!result.reached) {
    report(control, walk);
    result.stopped = control.should_stop();
    if (result.stopped) break;
    result.reached = arrive(walk, target);
    if (result.reached) break;
    if (!pruned) {
      pruned = !pruning.step();
      continue;
    }
    const MassDescent::Step step = descent.step();
    if (step == MassDescent::Step::kMoved) continue;
    if (step == MassDescent::Step::kMinimum) {
      result.reached = walk.objective(walk.here()) <= goal;
      break;
    }
    if (result.blocked_at < 0) {
      result.blocked_at = static_cast<Index>(walk.path().states.size()) - 1;
    }
    if (!landscape::shed(walk, &target)) break;
  }
  if (result.reached && result.blocked_at < 0) {
    result.status = PathStatus::kConnected;
  }
  result.path = walk.take();
  return result;
}

/// The largest objective from where the path first rises.
double barrier(const TrainingProblem& problem, const DescentPath& descent) {
  double highest = 0;
  for (auto k = static_cast<std::size_t>(std::max<Index>(0, descent.blocked_at));
       k < descent.path.states.size(); ++k) {
    highest =
        std::max(highest, problem.objective(network_of(descent.path, descent.path.states[k])));
  }
  return highest;
}

}  // namespace

std::string_view to_string(PathStatus status) {
  switch (status) {
    case PathStatus::kConnected:
      return "connected";
    case PathStatus::kBlocked:
      return "blocked";
    case PathStatus::kDisconnected:
      return "disconnected";
  }
  return "blocked";
}

Index descent_width(const TrainingProblem& problem, const TwoLayerNetwork& start,
                    const TwoLayerNetwork& target) {
  PathWalk walk(problem, start);
  const PathState aim = adopt(walk, target);
  landscape::shrink_dead(walk);
  landscape::merge_patterns(walk);
  return dictionary_rank(walk, aim) + 1;
}

DescentPath descent_path(const TrainingProblem& problem, const TwoLayerNetwork& start,
                         const TwoLayerNetwork& target, const DescentSettings& settings) {
  DescentPath best = attempt(problem, start, target, nullptr, settings.control);
  Random order(settings.seed);
  for (int k = 1; k < settings.attempts; ++k) {
    if (best.status == PathStatus::kConnected || settings.control.should_stop()) break;
    DescentPath other = attempt(problem, start, target, &order, settings.control);
    const bool better = other.status == PathStatus::kConnected ||
                        (!other.stopped && other.reached >= best.reached &&
                         barrier(problem, other) < barrier(problem, best));
    if (better) best = std::move(other);
  }
  return best;
}

}  // namespace thalweg
