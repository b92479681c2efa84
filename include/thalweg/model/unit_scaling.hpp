#pragma once

#include "thalweg/model/training_problem.hpp"

namespace thalweg {

/// A change of units by powers of two for data far from 1: X = 2^x X', y = 2^y y', undone exactly
/// (but for underflow). Thresholds of the solvers, squares of residuals among them, then stay
/// inside the range of doubles.
///
/// With w = 2^(y - x) w' the fit is 2^y times that of the scaled problem, the loss (squared, Huber
/// with delta' = 2^-y delta) 4^y times, so beta' = 2^(-x - y) beta; y = 0 for losses of labels. A
/// penalised output bias fixes the units, because its penalty is beta: nothing is scaled then.
/// The problem must outlive the object.
class UnitScaling {
 public:
  explicit UnitScaling(const TrainingProblem& problem);

  /// Whether the units are so far off that they are changed.
  [[nodiscard]] bool needed() const { return x_ != 0 || y_ != 0; }
  [[nodiscard]] int inputs() const { return x_; }         ///< x
  [[nodiscard]] int outputs() const { return y_; }        ///< y, of fits and dual points
  [[nodiscard]] int masses() const { return y_ - x_; }    ///< of |w| |alpha|; even
  [[nodiscard]] int objective() const { return 2 * y_; }  ///< of objectives and their bounds

  [[nodiscard]] TrainingProblem scaled() const;
  /// Whether scaled() is the same problem, no digit lost to underflow.
  [[nodiscard]] bool exact() const;
  [[nodiscard]] TwoLayerNetwork scaled(const TwoLayerNetwork& network) const;
  /// A network of the scaled problem in the units of the problem.
  [[nodiscard]] TwoLayerNetwork restored(const TwoLayerNetwork& network) const;

 private:
  const TrainingProblem& problem_;
  int x_ = 0;
  int y_ = 0;
};

}  // namespace thalweg
