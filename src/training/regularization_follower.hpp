#pragma once

#include <limits>
#include <optional>
#include <vector>

#include "thalweg/oracle/dual_oracle.hpp"
#include "thalweg/training/regularization_path.hpp"
#include "training/regularization_events.hpp"
#include "training/row_space.hpp"

namespace thalweg::detail {

/// The exact path: the state of one call of regularization_path.
class PathFollower {
 public:
  /// `betas` fall from beta_max, where no neuron is needed yet.
  PathFollower(const TrainingProblem& problem, const PathSettings& settings,
               std::vector<double> betas);

  [[nodiscard]] RegularizationPath run();

 private:
  enum class Step {
    kMoved,     ///< at the target, or at an event before it
    kFailed,    ///< Newton's method did not reach the target
    kSingular,  ///< the branch is not regular here
  };
  /// What a step ended with: conditions that fail together, or a direction that enters.
  struct Change {
    std::vector<PathCondition> conditions;
    std::optional<PathPiece> entering;
    Vector u;  ///< of `entering`
  };
  /// What the oracle says about a state's dual.
  struct Certificate {
    Vector nu;
    double norm = 0;
    std::vector<DualDirection> violators;
  };

  /// The next requested beta below the present one; 0 when there is none.
  [[nodiscard]] double next_target() const;
  void advance(double target);
  [[nodiscard]] Step try_step(double target);
  [[nodiscard]] std::optional<PathState> predict(double target);
  /// Moves `next` up to where the first condition fails on the way to it; false when the branch
  /// cannot be solved.
  [[nodiscard]] bool stop_at_condition(PathState& next, std::optional<Change>& change);
  /// The same for directions that the oracle finds above beta.
  [[nodiscard]] bool stop_at_entry(PathState& next, std::optional<Change>& change,
                                   Certificate& certificate);
  /// Where a candidate's value reaches beta, between the present state and `low`, at which it is
  /// above; leaves the first candidate there. False when the branch cannot be solved.
  [[nodiscard]] bool locate_entry(std::vector<PathPiece>& candidates, const PathState& low,
                                  PathState& found);
  [[nodiscard]] PathPiece piece_of(const DualDirection& direction, Vector& u) const;
  /// Whether the piece holds a local maximiser of s nu^T (X u)_+ at the state's dual.
  [[nodiscard]] bool is_maximiser(const PathPiece& piece, const PathState& at) const;
  /// The piece of the local maximiser that an ascent from `piece` finds.
  [[nodiscard]] std::optional<PathPiece> maximiser_near(const PathPiece& piece,
                                                        const PathState& at) const;
  /// A direction of the solve's coordinates in those of the problem.
  [[nodiscard]] Vector lifted(const Vector& u) const;
  [[nodiscard]] bool is_active(double sign, const Vector& u) const;
  [[nodiscard]] Certificate certify(const PathState& state, std::uint64_t seed) const;
  /// Relative excess over beta that rounding in the state can fake.
  [[nodiscard]] double excess(const PathState& state) const;
  /// Records the state as a point of the path.
  void record(const PathState& state, const Certificate& certificate, bool event);
  void apply(const Change& change);
  void apply_wall(const PathCondition& condition);
  void note(PathEventKind kind, Index id, Index wall);
  /// Trains afresh between the present beta and `target`, and takes the active set from there.
  void solve_afresh(double target);
  /// Makes a trained network's active set the path's, if it is regular and certified.
  [[nodiscard]] bool adopt(const TwoLayerNetwork& network, double beta, double resolution);
  /// Takes a trained point's neurons without solving their equations.
  void take_unsolved(const PathPoint& point);
  /// Whether every condition of the present pieces holds to rounding at `state`.
  [[nodiscard]] bool holds(const PathState& state) const;
  /// Ids for the present pieces from those that they replace, and the events that this makes.
  void name_pieces(const std::vector<PathPiece>& old_pieces, const PathState& old_state,
                   const PathState& state, double resolution);
  void report() const;
  [[nodiscard]] TwoLayerNetwork network_of(const std::vector<Neuron>& neurons,
                                           const PathState& state) const;
  [[nodiscard]] std::vector<Neuron> neurons_of(const PathState& state,
                                               std::vector<Index>* ids) const;

  const TrainingProblem& problem_;
  PathSettings settings_;
  std::vector<double> betas_;
  Stopwatch watch_;
  RowSpace space_;
  DualOracle oracle_;
  PathWalls walls_;

  std::vector<PathPiece> pieces_;
  PathEquations equations_;
  PathState state_;
  PathState branch_start_;  ///< where the present pieces began
  bool regular_ = true;     ///< the state solves its equations; else it was only trained
  int stuck_ = 0;           ///< events in a row at one beta
  double shift_ = 0;        ///< how far below the last degenerate event training started
  double afresh_at_ = std::numeric_limits<double>::infinity();
  Index next_id_ = 0;
  RegularizationPath path_;
};

}  // namespace thalweg::detail
