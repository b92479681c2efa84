#pragma once

#include "landscape/path_walk.hpp"

namespace thalweg::landscape {

/// Why two states could not be joined, or that they were.
enum class Join {
  kJoined,
  kNoBlank,  ///< the slots' orders differ and every slot is full
  kNoChain,  ///< the slots cannot hold both, and no chain of edges of the optimal face fits
};

/// Goes from here to a state of the same objective, slot by slot, at constant objective: neurons of
/// one direction are collected in one slot, moved into the goal's slots through a blank one, and
/// masses go straight where the slots hold the directions of both. Otherwise along edges of the
/// polytope of masses on both states' directions that keep the fit (Theorem K, connectivity.hpp),
/// in doubles. Leaves the walk at some state on the way when it fails. O(m) segments for each edge.
[[nodiscard]] Join join(PathWalk& walk, const PathState& goal);

/// The part of join() that needs no common fit: slot by slot and straight, where the slots hold the
/// directions of both (else kNoChain). L is at most the larger of both ends'.
[[nodiscard]] Join join_straight(PathWalk& walk, const PathState& goal);

}  // namespace thalweg::landscape
