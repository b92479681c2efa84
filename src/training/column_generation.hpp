#pragma once

#include <optional>
#include <vector>

#include "thalweg/oracle/dual_oracle.hpp"
#include "thalweg/training/train.hpp"
#include "training/row_space.hpp"

namespace thalweg::detail {

/// Column generation: the state of one call of train.
class ColumnGeneration {
 public:
  ColumnGeneration(const TrainingProblem& problem, const TrainingSettings& settings);

  [[nodiscard]] TrainingResult run(const std::optional<TwoLayerNetwork>& start);

 private:
  /// What one round of search for violated dual constraints said.
  enum class Search { kViolated, kHolds, kBounded };

  void start_from(const std::optional<TwoLayerNetwork>& start);
  /// Newton over the present neurons, then the dual of the new point.
  void descend(std::vector<Neuron> neurons);
  [[nodiscard]] TwoLayerNetwork present_network() const;
  /// Extended-precision refinement where double cannot show the needed stationarity.
  void polish();
  [[nodiscard]] Search search();
  /// How far the dual norm may exceed beta, relatively, for half the requested gap.
  [[nodiscard]] double slack() const;
  /// Takes D(tau nu) as the lower bound when it is the best so far. `norm` bounds sigma(nu).
  void bound_where_it_stands();
  void offer_bound(const Vector& nu, double norm, DualNormSource source = DualNormSource::kNone);
  /// A bound without the oracle's tree, for a run that was stopped: valid, not tight.
  void offer_cheap_bounds();
  void update_gap();
  void report(std::string_view phase) const;
  [[nodiscard]] TrainingResult finish(TrainingStatus status);

  const TrainingProblem& problem_;
  TrainingSettings settings_;
  Stopwatch watch_;
  RowSpace space_;
  DualOracle oracle_;
  double unit_;  ///< what nu is multiplied with for the oracle

  std::vector<Neuron> neurons_;  ///< in the coordinates of space_.problem()
  AffinePart affine_;            ///< in the same coordinates
  double stationarity_ = 0;
  double slack_factor_ = 1;  ///< lowered when a closed search left the gap open
  double negligible_ = 0;    ///< gaps below it are rounding of an objective that vanishes
  Vector nu_;
  std::vector<DualDirection> violators_;
  TrainingResult result_;  ///< network and objective are those of the present point
};

}  // namespace thalweg::detail
