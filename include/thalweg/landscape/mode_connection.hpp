#pragma once

#include "thalweg/landscape/descent_path.hpp"

namespace thalweg {

/// A path between two networks of one width through the bottom of the landscape.
struct ModeConnection {
  PathStatus status = PathStatus::kBlocked;
  NetworkPath path;       ///< from one network to the other, both as stored
  Index lowest = 0;       ///< the position in path.states where the way down ends
  Index blocked_at = -1;  ///< the position from which it first rises on the way down; -1: nowhere
  bool complete = true;   ///< the path ends at the other network
  bool stopped = false;   ///< deadline or cancellation cut the path
};

/// Joins two networks: down from `from` to the objective of `optimum`, along networks of that
/// objective, and up to `to` on the reverse of its own way down.
///
/// kConnected: L falls to the bottom and rises from it, so its maximum is the larger of the two
/// ends' (for two global minima: zero barrier). So it is on a straight line in the masses, which
/// is taken when the way through the bottom is blocked and the slots hold both networks. kBlocked:
/// one of the ways down has to rise, or the two ends at the bottom cannot be joined in this width;
/// the path then goes over a barrier. `optimum`: a global minimum as far as known. Throws
/// InvalidArgument when a network does not fit the problem or the widths of `from` and `to` differ.
/// Cost: that of two descent paths, and of the vertices of the optimal face when the slots do not
/// hold the directions of both ends.
[[nodiscard]] ModeConnection connect_modes(const TrainingProblem& problem,
                                           const TwoLayerNetwork& from, const TwoLayerNetwork& to,
                                           const TwoLayerNetwork& optimum,
                                           const DescentSettings& settings = {});

}  // namespace thalweg
