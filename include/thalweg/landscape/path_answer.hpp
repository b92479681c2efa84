#pragma once

#include <optional>
#include <string>

#include "thalweg/landscape/checked_path.hpp"
#include "thalweg/landscape/mode_connection.hpp"
#include "thalweg/landscape/optimal_set.hpp"
#include "thalweg/landscape/strict_minimum.hpp"

namespace thalweg {

struct PathSettings {
  std::optional<TwoLayerNetwork> to;  ///< the other network; none: the global minimum
  double tolerance = 1e-8;            ///< relative gap that counts as a global minimum
  std::uint64_t seed = 0;
  CheckPathSettings check;  ///< threads and control are those of all the work; `dual` is not read
};

/// A path from a network to the global minimum or to another network, with proof.
struct PathAnswer {
  PathStatus status = PathStatus::kBlocked;
  std::string reason;  ///< one sentence
  NetworkPath path;
  CheckedPath checked;
  Index lowest = -1;      ///< position in path.states where the way down ends
  Index blocked_at = -1;  ///< position from which it first rises on the way down; -1: nowhere
  /// A width from which descent_path succeeds from here (Theorem P); the width itself when
  /// connected; when disconnected the one from which all optimal networks are.
  Index width_needed = 0;
  /// kBlocked: at least the least maximum of L along some path, checked.maximum.
  std::optional<double> barrier;
  TwoLayerNetwork target;  ///< what the path aims at: the best known network of at most the width
  double optimum_upper_bound = 0;  ///< objective of the best network over all widths that is known
  double lower_bound = 0;          ///< no network of any width is below; as sure as checked.level
  bool target_is_optimal = false;  ///< its relative gap to lower_bound is at most the tolerance
  /// kBlocked on the way down: whether the network where it is stuck, which need not be the start,
  /// is next to a strict local minimum.
  StrictMinimum stuck;
  /// kDisconnected: how sure that is.
  ClaimLevel disconnected = ClaimLevel::kPossible;
  bool stopped_at_limit = false;
  double seconds = 0;
};

/// Finds and proves a path: trains to the optimum (from `network` as a start), and where that has
/// more neurons than the width, to the best network of the width that a search of at most ten
/// seconds finds; walks down to
/// it (descent_path), or down and up to settings.to (connect_modes); has the path checked. The
/// status follows from the checked numbers: kConnected wants an end within the tolerance of the
/// target's objective and no rise beyond 1e-12 of the start's (with settings.to a maximum at its
/// ends).
///
/// Two global minima that no path of this width joins at constant objective are told apart by the
/// optimal set (connect_optima): kDisconnected. A blocked descent from a strict local minimum is
/// told by `stuck`. Throws InvalidArgument when a network does not fit the problem or the widths
/// differ. Errors: a certificate cannot be written. Cost: that of `train`, of the descent, and of
/// the proof.
[[nodiscard]] Expected<PathAnswer> find_path(const TrainingProblem& problem,
                                             const TwoLayerNetwork& network,
                                             const PathSettings& settings);

}  // namespace thalweg
