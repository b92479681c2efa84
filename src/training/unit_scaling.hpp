#pragma once

#include <optional>

#include "thalweg/training/train.hpp"

namespace thalweg::detail {

/// A change of units by powers of two for data far from 1: X = 2^x X', y = 2^y y', undone exactly
/// (but for underflow). Thresholds of the solvers, squares of residuals among them, then stay
/// inside the range of doubles.
///
/// With w = 2^(y - x) w' the fit is 2^y times that of the scaled problem, the loss (squared, Huber
/// with delta' = 2^-y delta) 4^y times, so beta' = 2^(-x - y) beta; y = 0 for losses of labels. A
/// penalised output bias fixes the units, because its penalty is beta: nothing is scaled then.
class UnitScaling {
 public:
  explicit UnitScaling(const TrainingProblem& problem);

  /// Whether the units are so far off that they are changed.
  [[nodiscard]] bool needed() const { return x_ != 0 || y_ != 0; }
  [[nodiscard]] TrainingProblem scaled() const;
  [[nodiscard]] TwoLayerNetwork scaled(const TwoLayerNetwork& network) const;
  /// The result in the units of the problem, its objective recomputed there.
  [[nodiscard]] TrainingResult restore(TrainingResult result) const;

 private:
  [[nodiscard]] TwoLayerNetwork convert(TwoLayerNetwork network, int way) const;

  const TrainingProblem& problem_;
  int x_ = 0;
  int y_ = 0;
};

}  // namespace thalweg::detail
