#include "landscape/path_stages.hpp"

#include <cmath>
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

bool share_cell(const PathWalk& walk, const PathSlot& a, const PathSlot& b) {
  if (a.sign != b.sign) return false;
  const Matrix& X = walk.problem().X();
  const Vector first = X * walk.path().directions.row(a.direction).transpose();
  const Vector second = X * walk.path().directions.row(b.direction).transpose();
  return (first.array().sign() * second.array().sign() >= 0).all();
}

std::optional<StraightSegment> straight_to(const PathWalk& walk, const PathState& target) {
  StraightSegment result{walk.here()};
  std::vector<PathSlot>& slots = result.end.slots;
  std::vector<bool> free(slots.size());  // nothing of the target is in the slot yet
  for (std::size_t j = 0; j < slots.size(); ++j) {
    free[j] = true;
    slots[j].mass = 0;
  }
  std::vector<const PathSlot*> homeless;
  for (const PathSlot& wanted : target.slots) {
    if (wanted.mass == 0) continue;
    const auto there = walk.find(wanted.direction, wanted.sign);
    if (!there) {
      homeless.push_back(&wanted);
      continue;
    }
    slots[static_cast<std::size_t>(*there)].mass += wanted.mass;
    free[static_cast<std::size_t>(*there)] = false;
  }
  const auto blanks = slots.size() - walk.occupied().size();
  const bool crowded = homeless.size() > blanks;
  for (const PathSlot* wanted : homeless) {
    std::size_t place = slots.size();
    for (std::size_t j = 0; j < slots.size() && place == slots.size(); ++j) {
      const PathSlot& occupant = walk.here().slots[j];
      if (!free[j] || (occupant.mass > 0) != crowded) continue;
      if (!crowded || share_cell(walk, occupant, *wanted)) place = j;
    }
    for (std::size_t j = 0; j < slots.size() && place == slots.size(); ++j) {
      if (free[j] && walk.here().slots[j].mass == 0) place = j;
    }
    if (place == slots.size()) return std::nullopt;
    if (walk.here().slots[place].mass > 0) result.kind = SegmentKind::kMerge;
    slots[place] = *wanted;
    free[place] = false;
  }
  result.end.affine = target.affine;
  return result;
}

}  // namespace thalweg::landscape
