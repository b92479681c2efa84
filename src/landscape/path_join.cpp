#include "landscape/path_join.hpp"

#include <algorithm>
#include <utility>

#include "landscape/path_stages.hpp"
#include "landscape/polytope_rounded.hpp"

namespace thalweg::landscape {
namespace {

constexpr std::size_t kMostBases = 5000;
/// Masses below this share of the largest are 0.
constexpr double kNoMass = 1e-9;

using Atom = std::pair<Index, Sign>;

Atom atom_of(const PathSlot& slot) { return {slot.direction, slot.sign}; }

std::vector<Atom> atoms_of(const PathState& state) {
  std::vector<Atom> atoms;
  for (const PathSlot& slot : state.slots) {
    if (slot.mass > 0) atoms.push_back(atom_of(slot));
  }
  std::sort(atoms.begin(), atoms.end());
  atoms.erase(std::unique(atoms.begin(), atoms.end()), atoms.end());
  return atoms;
}

bool holds(const std::vector<Atom>& atoms, const Atom& atom) {
  return std::binary_search(atoms.begin(), atoms.end(), atom);
}

std::vector<Atom> both(const std::vector<Atom>& a, const std::vector<Atom>& b) {
  std::vector<Atom> result;
  std::set_union(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(result));
  return result;
}

/// All mass of a direction and sign in its first slot.
PathState collected(const PathState& state) {
  PathState result = state;
  for (std::size_t j = 0; j < result.slots.size(); ++j) {
    PathSlot& slot = result.slots[j];
    if (slot.mass == 0) continue;
    const auto first = std::find_if(
        result.slots.begin(), result.slots.begin() + static_cast<std::ptrdiff_t>(j),
        [&](const PathSlot& other) { return other.mass > 0 && atom_of(other) == atom_of(slot); });
    if (first == result.slots.begin() + static_cast<std::ptrdiff_t>(j)) continue;
    first->mass += slot.mass;
    slot.mass = 0;
  }
  return result;
}

bool same_masses(const PathState& a, const PathState& b) {
  for (std::size_t j = 0; j < a.slots.size(); ++j) {
    if (a.slots[j].mass != b.slots[j].mass) return false;
    if (a.slots[j].mass > 0 && atom_of(a.slots[j]) != atom_of(b.slots[j])) return false;
  }
  return true;
}

void go(PathWalk& walk, PathState next) {
  if (same_masses(walk.here(), next) && next.affine.bias == walk.here().affine.bias &&
      next.affine.skip == walk.here().affine.skip) {
    return;
  }
  walk.append(std::move(next), SegmentKind::kMasses);
}

/// The neuron of a slot moves into a blank one.
void shift(PathWalk& walk, std::size_t from, std::size_t into) {
  PathState next = walk.here();
  next.slots[into] = next.slots[from];
  next.slots[from].mass = 0;
  walk.append(std::move(next), SegmentKind::kMasses);
}

/// Puts neurons that the goal has too into the goal's slots and the others where the goal is blank.
/// False when a neuron has to move and no slot is blank.
bool rearrange(PathWalk& walk, const PathState& goal) {
  const std::size_t m = goal.slots.size();
  const auto here = [&](std::size_t j) -> const PathSlot& { return walk.here().slots[j]; };
  const auto place = [&](const Atom& atom) {
    for (std::size_t j = 0; j < m; ++j) {
      if (here(j).mass > 0 && atom_of(here(j)) == atom) return j;
    }
    return m;
  };
  // A blank slot other than j, best one where the goal is blank too.
  const auto blank = [&](std::size_t avoid) {
    std::size_t found = m;
    for (std::size_t j = 0; j < m; ++j) {
      if (j == avoid || here(j).mass > 0) continue;
      if (goal.slots[j].mass == 0) return j;
      if (found == m) found = j;
    }
    return found;
  };
  for (std::size_t j = 0; j < m; ++j) {
    if (goal.slots[j].mass == 0) continue;
    const Atom wanted = atom_of(goal.slots[j]);
    if (here(j).mass > 0 && atom_of(here(j)) != wanted) {
      const std::size_t free = blank(j);
      if (free == m) return false;
      shift(walk, j, free);
    }
    const std::size_t from = place(wanted);
    if (from != m && from != j) shift(walk, from, j);
  }
  return true;
}

/// To a goal whose directions the slots hold beside those that are there.
Join straight(PathWalk& walk, const PathState& goal) {
  const PathState gathered = collected(goal);
  go(walk, collected(walk.here()));
  if (!rearrange(walk, gathered)) return Join::kNoBlank;
  PathState next = gathered;
  for (std::size_t j = 0; j < next.slots.size(); ++j) {
    if (next.slots[j].mass == 0) next.slots[j] = walk.here().slots[j];
    if (gathered.slots[j].mass == 0) next.slots[j].mass = 0;
  }
  go(walk, std::move(next));
  go(walk, goal);
  return Join::kJoined;
}

/// The vertex of the minimal face of the masses on `atoms`.
std::optional<Index> vertex_below(const PolytopeGraph& graph, const std::vector<Atom>& columns,
                                  const std::vector<Atom>& atoms) {
  for (std::size_t v = 0; v < graph.supports.size(); ++v) {
    const auto& support = graph.supports[v];
    const bool inside = std::all_of(support.begin(), support.end(), [&](Index q) {
      return holds(atoms, columns[static_cast<std::size_t>(q)]);
    });
    if (inside) return static_cast<Index>(v);
  }
  return std::nullopt;
}

/// Vertices from here to one of the goal's face, as states without order.
std::optional<std::vector<PathState>> chain(const PathWalk& walk, const PathState& goal,
                                            const std::vector<Atom>& columns) {
  RoundedSystem system;
  system.tolerance = kNoMass;
  system.A.resize(walk.problem().samples(), static_cast<Index>(columns.size()));
  for (std::size_t q = 0; q < columns.size(); ++q) {
    system.A.col(static_cast<Index>(q)) =
        to_double(columns[q].second) * walk.atom(columns[q].first);
  }
  system.b = walk.fit(goal) - walk.problem().affine_fit(goal.affine);
  RoundedPolytope polytope(system);
  if (polytope.empty()) return std::nullopt;
  PolytopeLimits limits;
  limits.max_bases = kMostBases;
  const auto vertices = polytope.vertices(limits);
  const auto from = vertex_below(vertices.graph, columns, atoms_of(walk.here()));
  const auto to = vertex_below(vertices.graph, columns, atoms_of(goal));
  if (!from || !to) return std::nullopt;
  const auto steps = vertex_chain(vertices.graph, *from, *to, walk.path().width());
  if (!steps) return std::nullopt;
  std::vector<PathState> states;
  for (const Index v : *steps) {
    PathState state;
    state.affine = goal.affine;
    const auto& support = vertices.graph.supports[static_cast<std::size_t>(v)];
    for (std::size_t q = 0; q < support.size(); ++q) {
      const Atom& atom = columns[static_cast<std::size_t>(support[q])];
      const double length = vertices.masses[static_cast<std::size_t>(v)][q];
      state.slots.push_back({atom.first, atom.second, length / walk.norm(atom.first)});
    }
    states.push_back(std::move(state));
  }
  return states;
}

}  // namespace

Join join_straight(PathWalk& walk, const PathState& goal) {
  const std::vector<Atom> columns = both(atoms_of(walk.here()), atoms_of(goal));
  return columns.size() <= goal.slots.size() ? straight(walk, goal) : Join::kNoChain;
}

Join join(PathWalk& walk, const PathState& goal) {
  const std::vector<Atom> columns = both(atoms_of(walk.here()), atoms_of(goal));
  if (columns.size() <= goal.slots.size()) return straight(walk, goal);
  go(walk, collected(walk.here()));
  const auto states = chain(walk, goal, columns);
  if (!states) return Join::kNoChain;
  for (const PathState& state : *states) {
    auto segment = straight_to(walk, state);
    if (!segment || segment->kind != SegmentKind::kMasses) return Join::kNoChain;
    go(walk, std::move(segment->end));
  }
  return straight(walk, goal);
}

}  // namespace thalweg::landscape
