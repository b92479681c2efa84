#pragma once

#include <cstdint>
#include <string_view>

#include "thalweg/core/run_control.hpp"
#include "thalweg/model/network_path.hpp"

namespace thalweg {

/// How a path from a network to a target ended.
enum class PathStatus {
  kConnected,     ///< it reaches its target (or the same objective) and does not rise before
  kBlocked,       ///< it has to rise, as far as this method finds: there is no blank slot
  kDisconnected,  ///< two global minima that no path of global minima joins
};
/// "connected", "blocked", "disconnected".
[[nodiscard]] std::string_view to_string(PathStatus status);

struct DescentSettings {
  int attempts = 16;  ///< orders of pruning and of entering neurons that are tried while blocked
  std::uint64_t seed = 0;
  RunControl control;
};

/// A path from a network down to a target, and where it got stuck.
struct DescentPath {
  PathStatus status = PathStatus::kBlocked;
  NetworkPath path;
  /// The position in path.states from which the path first rises (kBlocked); else -1.
  Index blocked_at = -1;
  /// The last state is at the target's masses, or as low.
  bool reached = false;
  bool stopped = false;  ///< deadline or cancellation cut the path, which is valid so far
};

/// Builds a path of explicit segments from `start` to the objective of `target`, non-increasing
/// when the width suffices.
///
/// Stages: rescale every neuron to balance; shrink neurons that are active on no sample; merge
/// those of one sign and pattern; prune to independent activations along null vectors; descend in
/// the masses of the neurons left and of the target's (active sets). As soon as the slots hold
/// both, go straight to the target.
///
/// *Theorem P* (theory 5). Let the loss be convex, the width at least r + 1 with r the rank of the
/// activations of the start's neurons, merged, and the target's, and `target` a global minimum.
/// Then L does not increase along the path and its end is a global minimum. *Proof.* Each stage in
/// turn: rescaling and the convexity of L on segments at NetworkPath; a neuron that puts out
/// nothing only costs; merging keeps the fit and |p_1 + p_2| <= |p_1| + |p_2|; a null vector keeps
/// the fit and is taken on the side on which sum |w| |alpha| does not rise; pruning leaves at most
/// r neurons, so a slot is blank, and MassDescent's theorem (src/landscape/mass_descent.hpp)
/// applies. A straight segment to a global minimum is convex with its least value at the end. QED
/// In floating point every segment's end slope is computed exactly (PathEvaluator) and a segment is
/// shortened or refused when that is positive beyond rounding (1e-13 of the start's objective).
///
/// When no slot is blank, the neuron that costs least to lose is dropped: the path rises there and
/// the status is kBlocked; of several attempts the one with the lowest maximum is returned. A width
/// well below r + 1 often suffices. Throws InvalidArgument when a network does not fit the problem.
/// O(n k^2) a segment, about 2 m segments.
[[nodiscard]] DescentPath descent_path(const TrainingProblem& problem, const TwoLayerNetwork& start,
                                       const TwoLayerNetwork& target,
                                       const DescentSettings& settings = {});

/// r + 1 of Theorem P for a start and a global minimum. Throws as descent_path. O(n k^2).
[[nodiscard]] Index descent_width(const TrainingProblem& problem, const TwoLayerNetwork& start,
                                  const TwoLayerNetwork& target);

}  // namespace thalweg
