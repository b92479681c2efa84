#include "landscape/path_stages.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace thalweg::landscape {
namespace {

/// Rows this near a kink (relative to |x| |v|) may be on it.
constexpr double kNearKink = 1e-13;

/// The signs of X v; none when a row may be on its kink. Rows of zeros count as +.
std::optional<std::vector<bool>> pattern(const Matrix& X, const Vector& lengths, const Vector& v) {
  const Vector products = X * v;
  const double norm = v.stableNorm();
  std::vector<bool> active;
  active.reserve(static_cast<std::size_t>(products.size()));
  for (Index i = 0; i < products.size(); ++i) {
    if (lengths[i] > 0 && std::abs(products[i]) <= kNearKink * lengths[i] * norm) return {};
    active.push_back(products[i] >= 0);
  }
  return active;
}

}  // namespace

void shrink_dead(PathWalk& walk) {
  PathState next = walk.here();
  bool changed = false;
  for (PathSlot& slot : next.slots) {
    if (slot.mass == 0 || walk.atom(slot.direction).maxCoeff() > 0) continue;
    slot.mass = 0;
    changed = true;
  }
  if (changed) walk.descend(std::move(next), SegmentKind::kMasses);
}

void merge_patterns(PathWalk& walk) {
  const Matrix& X = walk.problem().X();
  const Vector lengths = X.rowwise().norm();
  std::map<std::pair<Sign, std::vector<bool>>, std::vector<Index>> groups;
  for (const Index j : walk.occupied()) {
    const PathSlot& slot = walk.here().slots[static_cast<std::size_t>(j)];
    auto active = pattern(X, lengths, walk.path().directions.row(slot.direction).transpose());
    if (active) groups[{slot.sign, std::move(*active)}].push_back(j);
  }
  for (const auto& [key, slots] : groups) {
    if (slots.size() < 2) continue;
    PathState next = walk.here();
    Vector sum = Vector::Zero(walk.problem().dimension());
    for (const Index j : slots) {
      PathSlot& slot = next.slots[static_cast<std::size_t>(j)];
      sum += to_double(slot.sign) * walk.product(slot);
      slot.mass = 0;
    }
    next.slots[static_cast<std::size_t>(slots.front())] = {walk.direction(sum), key.first, 1.0};
    walk.descend(std::move(next), SegmentKind::kMerge);
  }
}

std::optional<PathState> straight_to(const PathWalk& walk, const PathState& target) {
  PathState next = walk.here();
  for (PathSlot& slot : next.slots) slot.mass = 0;
  std::vector<bool> taken(next.slots.size());
  for (const Index j : walk.occupied()) taken[static_cast<std::size_t>(j)] = true;
  std::size_t blank = 0;
  for (const PathSlot& wanted : target.slots) {
    if (wanted.mass == 0) continue;
    if (const auto there = walk.find(wanted.direction, wanted.sign)) {
      next.slots[static_cast<std::size_t>(*there)].mass += wanted.mass;
      continue;
    }
    while (blank < taken.size() && taken[blank]) ++blank;
    if (blank == taken.size()) return std::nullopt;
    taken[blank] = true;
    next.slots[blank] = wanted;
  }
  next.affine = target.affine;
  return next;
}

bool shed(PathWalk& walk, const PathState* kept) {
  const auto keeps = [&](const PathSlot& slot) {
    return kept != nullptr &&
           std::any_of(kept->slots.begin(), kept->slots.end(), [&](const PathSlot& other) {
             return other.mass > 0 && other.direction == slot.direction && other.sign == slot.sign;
           });
  };
  double least = std::numeric_limits<double>::infinity();
  PathState best;
  for (const Index j : walk.occupied()) {
    PathState next = walk.here();
    PathSlot& slot = next.slots[static_cast<std::size_t>(j)];
    if (keeps(slot)) continue;
    slot.mass = 0;
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
