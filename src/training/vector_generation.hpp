#pragma once

#include <optional>
#include <vector>

#include "training/vector_bound.hpp"
#include "training/vector_neuron.hpp"

namespace thalweg::detail {

/// Column generation for several outputs: the state of one call of train_multi_output where the
/// outputs do not decouple.
class VectorGeneration {
 public:
  VectorGeneration(const MultiOutputProblem& problem, OutputModel model,
                   const TrainingSettings& settings);

  [[nodiscard]] MultiOutputTrainingResult run(const std::optional<TwoLayerNetwork>& start);

 private:
  void start_from(const std::optional<TwoLayerNetwork>& start);
  /// Newton over these neurons, then the dual of the new point.
  void descend(std::vector<VectorNeuron> neurons);
  /// Lets the violators enter; whether the objective fell.
  [[nodiscard]] bool enter();
  [[nodiscard]] bool climb();
  /// How far the dual norm may exceed beta, relatively, for half the requested gap.
  [[nodiscard]] double excess() const;
  /// Bounds the dual norm of the present point: against beta while descending, else as closely as
  /// the gap and the time ask for. Violators found are kept.
  [[nodiscard]] DualNormStatus bound(bool descending);
  void offer_bound(double norm);
  void update_gap();
  void report(std::string_view phase) const;
  [[nodiscard]] MultiOutputTrainingResult finish(TrainingStatus status);

  const MultiOutputProblem& problem_;
  OutputModel model_;
  TrainingSettings settings_;
  Stopwatch watch_;
  double descent_seconds_;  ///< half of the time given
  ModelOracle oracle_;

  std::vector<VectorNeuron> neurons_;
  Vector bias_;
  Matrix fit_;
  Matrix N_;
  double excess_factor_ = 1;  ///< lowered when a closed search left the gap open
  double first_loss_ = 0;     ///< of the zero network: the scale of rounding
  std::vector<VectorDirection> violators_;
  MultiOutputTrainingResult result_;
};

}  // namespace thalweg::detail
