#pragma once

#include <cstdint>
#include <optional>

#include "thalweg/model/multi_output_problem.hpp"
#include "thalweg/training/train.hpp"

namespace thalweg {

/// Bounds of a network with several outputs. Everything here is an `estimate`: floating point,
/// backed by rigorous dual norms; there is no exact certificate for several outputs.
struct MultiOutputBound {
  double objective = 0;     ///< L(network)
  Matrix dual;              ///< N (n x c), scaled: D(dual) = lower_bound
  double dual_norm = 0;     ///< upper bound of the model's dual norm of `dual`; at most beta
  double lower_bound = 0;   ///< no network of this model, of any width, is below
  double relative_gap = 0;  ///< (objective - lower_bound) / objective, 0 if both are 0
};

struct MultiOutputTrainingResult {
  TrainingStatus status = TrainingStatus::kUnsolved;
  TwoLayerNetwork network;  ///< balanced; independent outputs: one nonzero in each row of alpha
  MultiOutputBound bound;
  std::int64_t rounds = 0;        ///< rounds of column generation, all outputs together
  std::int64_t newton_steps = 0;  ///< all outputs together
  double seconds = 0;
};

/// Trains networks with several outputs over all widths.
///
/// Separable loss and independent outputs: c scalar problems, each by train(); objectives and lower
/// bounds add up (proof: the objective is the sum, and so is the minimum). Otherwise column
/// generation: directions (u, a) with |N^T (X u)_+| > beta enter (independent outputs: column by
/// column of N), and Newton's method on the factorised objective, kinks as constraints, follows
/// until no violator is found; then the oracle bounds the dual norm and N scaled by beta / norm
/// gives the lower bound. The Newton problem is not convex, so a small gap comes from the bound
/// alone, never from the solver. With a finite deadline half of the time goes to descent at most
/// before the bound is computed; where it cuts the search of shared neurons with a separable
/// loss, the last part goes to independent outputs, and the better network is returned. `start`
/// (optional) seeds neurons. Throws InvalidArgument for settings as train() does, and when `start`
/// does not fit.
[[nodiscard]] MultiOutputTrainingResult train_multi_output(
    const MultiOutputProblem& problem, OutputModel model, const TrainingSettings& settings,
    const std::optional<TwoLayerNetwork>& start = std::nullopt);

/// The gap of a given network by its own residual: N = -grad l at its outputs, moved into the
/// domain of D and scaled by beta over its dual norm. settings.relative_gap is the gap that the
/// bound should be able to show. Throws InvalidArgument when the network does not fit.
[[nodiscard]] MultiOutputBound bound_multi_output(const MultiOutputProblem& problem,
                                                  OutputModel model, const TwoLayerNetwork& network,
                                                  const TrainingSettings& settings);

}  // namespace thalweg
