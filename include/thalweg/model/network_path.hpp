#pragma once

#include <optional>
#include <vector>

#include "thalweg/model/training_problem.hpp"

namespace thalweg {

/// What one hidden neuron of a balanced network is: w = sqrt(z / |v|) v and alpha = s sqrt(z |v|)
/// for a direction v (not normalised) and a mass z >= 0, so it puts out s z (X v)_+ and costs
/// beta z |v|. With mass 0 it is empty, whatever its direction.
struct PathSlot {
  Index direction = -1;  ///< a row of NetworkPath::directions; -1 only with mass 0
  Sign sign = Sign::kPlus;
  double mass = 0;
};

/// A point of a path: a balanced network, exactly.
struct PathState {
  std::vector<PathSlot> slots;  ///< (m)
  AffinePart affine;
};

/// How a path goes from one state to the next.
enum class SegmentKind {
  /// Masses and affine part are affine. A slot keeps its direction and sign unless it is empty at
  /// one end: it then has those of the other end.
  kMasses = 0,
  /// The vectors p_j = s z v of the slots, and the affine part, are affine; every x_i^T p_j keeps
  /// its sign, weakly, and so does every slot that is not empty at one end.
  kMerge = 2,
};

/// A continuous path through networks of one width, piece by piece exactly known.
///
/// From `start` each neuron is rescaled, (gamma w, alpha / gamma) with affine log gamma, until it
/// is balanced, and neurons with w = 0 or alpha = 0 shrink straight to 0: that is states[0], whose
/// products s z v equal alpha w exactly, s being the sign of alpha (-(-X w)_+ has the product of
/// (X w)_+ and is another function). Then follow the segments; with an `end` the last state is
/// likewise rescaled to it.
///
/// *Lemma* (convexity). On a segment of either kind L is a convex function of the segment's
/// parameter t. *Proof.* kMasses: the fit is affine in (z, affine part) and the penalty
/// beta sum z |v| + gamma/2 b^2 convex. kMerge: as x_i^T p_j keeps its sign, s_j (x_i^T (s_j
/// p_j))_+ is affine in t, and the penalty beta sum |p_j| + gamma/2 b^2 is convex. QED So L does
/// not increase on a segment iff its one-sided derivative at the end is at most 0, and it rises by
/// at most that derivative otherwise (t in [0, 1]). Rescaling to balance never raises L: the fit
/// stays and gamma^2 |w|^2 + alpha^2 / gamma^2 is convex in log gamma, least where both terms are
/// equal. Source: theory section 5.
struct NetworkPath {
  TwoLayerNetwork start;
  Matrix directions;               ///< (q x d), nonzero rows
  std::vector<PathState> states;   ///< (k), k >= 1
  std::vector<SegmentKind> kinds;  ///< (k - 1): from states[i] to states[i + 1]
  std::optional<TwoLayerNetwork> end;

  [[nodiscard]] Index width() const { return start.width(); }
};

/// The state of a network's products, and its directions (rows of nonzero products, in the order of
/// slots): v = w_j, z = |alpha_j|.
struct BalancedNetwork {
  Matrix directions;
  PathState state;
};
/// The network with every neuron rescaled to |w| = |alpha|, in those terms.
[[nodiscard]] BalancedNetwork balance_exactly(const TrainingProblem& problem,
                                              const TwoLayerNetwork& network);

/// The network of a state, rounded. O(m d).
[[nodiscard]] TwoLayerNetwork network_of(const NetworkPath& path, const PathState& state);

/// The position of the opening in network_on: from `start` to states[0].
inline constexpr Index kOpening = -1;

/// The network at t in [0, 1] of a segment, rounded: of the opening (kOpening), from
/// states[segment] to the next, or with segment = the last state's position of the closing, from
/// there to `end`. Throws InvalidArgument when there is no such segment or t is outside [0, 1]. O(m
/// d).
[[nodiscard]] TwoLayerNetwork network_on(const NetworkPath& path, Index segment, double t);

}  // namespace thalweg
