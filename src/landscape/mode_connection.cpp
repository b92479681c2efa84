#include "thalweg/landscape/mode_connection.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "landscape/path_join.hpp"
#include "landscape/shedding.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

using landscape::Join;
using landscape::PathWalk;

/// A state of another path in the directions of the walk.
PathState adopt(PathWalk& walk, const NetworkPath& other, const PathState& state) {
  PathState result = state;
  for (PathSlot& slot : result.slots) {
    if (slot.mass == 0) continue;
    slot.direction = walk.direction(other.directions.row(slot.direction).transpose());
  }
  return result;
}

/// Goes to the goal over a barrier: neurons are dropped, cheapest first, until the slots hold both.
/// False when that is of no use.
bool climb_over(PathWalk& walk, const PathState& goal) {
  Join outcome = landscape::join(walk, goal);
  while (outcome != Join::kJoined) {
    if (!landscape::shed(walk, outcome == Join::kNoChain ? &goal : nullptr)) return false;
    outcome = landscape::join(walk, goal);
  }
  return true;
}

/// Straight from one balanced network to the other, where the slots hold both: L is convex in the
/// masses, so it stays below the higher end.
std::optional<NetworkPath> straight_path(const TrainingProblem& problem,
                                         const TwoLayerNetwork& from, const TwoLayerNetwork& to) {
  PathWalk walk(problem, from);
  PathWalk other(problem, to);
  const PathState goal = adopt(walk, other.path(), other.here());
  if (landscape::join_straight(walk, goal) != Join::kJoined) return std::nullopt;
  NetworkPath path = walk.take();
  path.end = to;
  return path;
}

}  // namespace

ModeConnection connect_modes(const TrainingProblem& problem, const TwoLayerNetwork& from,
                             const TwoLayerNetwork& to, const TwoLayerNetwork& optimum,
                             const DescentSettings& settings) {
  if (from.width() != to.width()) {
    throw InvalidArgument("to: expected width " + std::to_string(from.width()) +
                          " as the other network, got " + std::to_string(to.width()));
  }
  DescentPath down = descent_path(problem, from, optimum, settings);
  const DescentPath up = descent_path(problem, to, optimum, settings);
  ModeConnection result;
  result.blocked_at = down.blocked_at;
  result.stopped = down.stopped || up.stopped;
  PathWalk walk(problem, std::move(down.path));
  result.lowest = static_cast<Index>(walk.path().states.size()) - 1;
  if (result.stopped) {
    result.complete = false;
    result.path = walk.take();
    return result;
  }
  const auto& rest = up.path.states;
  const PathState bottom = adopt(walk, up.path, rest.back());
  const bool joined = landscape::join(walk, bottom) == Join::kJoined;
  if (!joined && !climb_over(walk, bottom)) {
    result.complete = false;
    result.path = walk.take();
    return result;
  }
  for (std::size_t k = rest.size() - 1; k-- > 0;) {
    walk.append(adopt(walk, up.path, rest[k]), up.path.kinds[k]);
  }
  const bool level = down.status == PathStatus::kConnected && up.status == PathStatus::kConnected;
  if (level && joined) result.status = PathStatus::kConnected;
  result.path = walk.take();
  result.path.end = to;
  if (result.status == PathStatus::kConnected) return result;
  if (auto straight = straight_path(problem, from, to)) {
    result.status = PathStatus::kConnected;
    result.path = std::move(*straight);
    result.lowest = static_cast<Index>(result.path.states.size()) - 1;
    result.blocked_at = -1;
  }
  return result;
}

}  // namespace thalweg
