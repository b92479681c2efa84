#pragma once

#include <optional>
#include <vector>

#include "thalweg/certificate/path_value.hpp"
#include "thalweg/model/network_path.hpp"

namespace thalweg::landscape {

/// A path under construction: where it is, in floating point, and what the next segment would do to
/// the objective, exactly.
class PathWalk {
 public:
  /// At the balanced start. `problem` must outlive this.
  PathWalk(const TrainingProblem& problem, const TwoLayerNetwork& start);
  /// At the last state of a path.
  PathWalk(const TrainingProblem& problem, NetworkPath path);

  [[nodiscard]] const TrainingProblem& problem() const { return problem_; }
  [[nodiscard]] const PathState& here() const { return path_.states.back(); }
  [[nodiscard]] const NetworkPath& path() const { return path_; }
  [[nodiscard]] NetworkPath take() { return std::move(path_); }

  /// The row of the table of directions that equals v (d); added when there is none.
  [[nodiscard]] Index direction(const Vector& v);
  /// |v| of a direction.
  [[nodiscard]] double norm(Index direction) const { return norms_[place(direction)]; }
  /// (X v)_+ / |v| of a direction, (n).
  [[nodiscard]] const Vector& atom(Index direction) const { return atoms_[place(direction)]; }

  /// Slots of positive mass, ascending, and the first one that is empty.
  [[nodiscard]] std::vector<Index> occupied() const;
  [[nodiscard]] std::optional<Index> blank() const;
  /// The slot of positive mass with this direction and sign.
  [[nodiscard]] std::optional<Index> find(Index direction, Sign sign) const;

  /// The fit, to rounding, (n), and the objective of a state. O(n m).
  [[nodiscard]] Vector fit(const PathState& state) const;
  [[nodiscard]] double objective(const PathState& state) const;

  /// s z v of a slot, rounded, (d).
  [[nodiscard]] Vector product(const PathSlot& slot) const;

  /// The derivative of the objective at the end of a segment from here, exact and rounded up (in
  /// floating point for the logistic loss); none when it is no segment of this kind.
  [[nodiscard]] std::optional<double> slope(const PathState& next, SegmentKind kind);
  /// The same in floating point, of either kind.
  [[nodiscard]] double floating_slope(const PathState& next) const;
  /// Goes there if the slope is at most level(); false, and nothing is done, otherwise. Where the
  /// slope is positive although L falls, the fall is a segment of its own with a slope of at most
  /// 0, and the rest, which is level, another.
  bool descend(PathState next, SegmentKind kind);
  /// Goes there, rising or not.
  void append(PathState next, SegmentKind kind);
  /// Slopes up to this are rounding's: 1e-13 of the objective here, or of its geometric mean with
  /// that of the network without neurons, where the loss has fallen far below its terms.
  [[nodiscard]] double level() const { return level_; }

 private:
  static std::size_t place(Index direction) { return static_cast<std::size_t>(direction); }
  void remember(Index direction);
  void set_level();
  void stop_before(const PathState& next, SegmentKind kind);
  /// Slots that change their direction get their products at t of the way from here to `next`.
  void turn(PathState& state, const PathState& next, double t);

  const TrainingProblem& problem_;
  NetworkPath path_;
  std::vector<double> norms_;
  std::vector<Vector> atoms_;
  std::optional<PathEvaluator> exact_;
  double unit_;  ///< the smaller objective of the start and of the network without neurons
  double level_ = 0;
};

}  // namespace thalweg::landscape
