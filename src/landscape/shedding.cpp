#include "landscape/shedding.hpp"

#include <algorithm>
#include <limits>

#include "landscape/mass_descent.hpp"

namespace thalweg::landscape {
namespace {

/// Where L is least over the masses of a state's neurons.
PathState settled(const PathWalk& walk, PathState state) {
  NetworkPath path;
  path.start = walk.path().start;
  path.directions = walk.path().directions;
  path.states.push_back(std::move(state));
  PathWalk inner(walk.problem(), std::move(path));
  const PathState nothing;
  MassDescent descent(inner, nothing);
  while (descent.step() == MassDescent::Step::kMoved) {
  }
  return inner.here();
}

bool holds(const PathState& state, const PathSlot& slot) {
  return std::any_of(state.slots.begin(), state.slots.end(), [&](const PathSlot& other) {
    return other.mass > 0 && other.direction == slot.direction && other.sign == slot.sign;
  });
}

}  // namespace

bool shed(PathWalk& walk, const PathState* kept) {
  double least = std::numeric_limits<double>::infinity();
  PathState best;
  for (const Index j : walk.occupied()) {
    PathState next = walk.here();
    PathSlot& slot = next.slots[static_cast<std::size_t>(j)];
    if (kept != nullptr && holds(*kept, slot)) continue;
    slot.mass = 0;
    next = settled(walk, std::move(next));
    const double objective = walk.objective(next);
    if (!(objective < least)) continue;
    least = objective;
    best = std::move(next);
  }
  if (best.slots.empty()) return false;
  walk.append(std::move(best), SegmentKind::kMasses);
  return true;
}

}  // namespace thalweg::landscape
