#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "thalweg/model/network_path.hpp"

namespace thalweg {

/// How the objective moves along a path. Each number is computed exactly, but for square roots
/// enclosed to 192 bits, and rounded up to a double: an upper bound.
struct PathValue {
  double increase = 0;  ///< sup of L(t) - L(s) over earlier s and later t: summed over the pieces
  double maximum = 0;   ///< L along the whole path
  double end = 0;       ///< L at the path's end
  std::vector<double> objectives;  ///< (k) L at the states
  std::vector<double> slopes;      ///< (k - 1) derivative of L at a segment's end, t in [0, 1]
};

/// Exact answers about states and segments whose directions are rows of a growing matrix, for a
/// builder of paths that proposes a segment, asks and shortens it.
///
/// Wherever directions (q x d) are asked for, the rows that earlier calls gave must be the same;
/// their activations are computed once, O(n d) for a new row. Throws InvalidArgument when they are
/// not, or when a state does not fit (number of slots, a direction that is missing or zero, a mass
/// that is negative or not finite).
class PathEvaluator {
 public:
  /// Throws InvalidArgument for the logistic loss, whose values are not rational.
  explicit PathEvaluator(const TrainingProblem& problem);
  PathEvaluator(PathEvaluator&&) noexcept;
  PathEvaluator& operator=(PathEvaluator&&) noexcept;
  ~PathEvaluator();

  /// Why the two states are not the ends of a segment of this kind (network_path.hpp), decided
  /// exactly; none when they are. O(m n).
  [[nodiscard]] std::optional<std::string> find_fault(const Matrix& directions,
                                                      const PathState& from, const PathState& to,
                                                      SegmentKind kind);
  /// The one-sided derivative of L at the end of the segment, t in [0, 1], rounded up: L does not
  /// increase on the segment if it is at most 0, and rises by at most it otherwise. Exactly 0 where
  /// slots are permuted or split. Precondition: find_fault finds none. O(n m).
  [[nodiscard]] double slope(const Matrix& directions, const PathState& from, const PathState& to);
  /// L of a state, rounded up. O(n m).
  [[nodiscard]] double objective(const Matrix& directions, const PathState& state);

 private:
  struct Core;
  std::unique_ptr<Core> core_;
};

/// Why this is no path as network_path.hpp defines one (products of the first state and of `end`,
/// widths, segments), decided exactly; none when it is one.
[[nodiscard]] std::optional<std::string> find_fault(const TrainingProblem& problem,
                                                    const NetworkPath& path);

/// Bounds along a whole path: the sum of the positive slopes, what rescaling to `end` costs, and
/// the largest L at ends of segments, where a convex function takes its maximum. Throws
/// InvalidArgument with find_fault's words when there are any, and for the logistic loss. O(n d q +
/// n m k).
[[nodiscard]] PathValue evaluate_path(const TrainingProblem& problem, const NetworkPath& path);

}  // namespace thalweg
