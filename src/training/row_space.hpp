#pragma once

#include <optional>
#include <vector>

#include "thalweg/convex/neuron.hpp"

namespace thalweg::detail {

/// The problem in n coordinates when there are fewer samples than inputs.
///
/// Optimal weights lie in the row space of X: projecting shrinks the norm and keeps X w. With X^T =
/// Q R the weight is w = Q v and the data become X Q (n x n).
class RowSpace {
 public:
  explicit RowSpace(const TrainingProblem& problem);

  /// The problem to solve: the given one unless n < d.
  [[nodiscard]] const TrainingProblem& problem() const;
  /// A direction or weight in the coordinates of problem(). (d) -> (n)
  [[nodiscard]] Vector restrict_to(const Vector& w) const;
  [[nodiscard]] AffinePart restrict_to(const AffinePart& affine) const;
  /// The neurons in the original coordinates.
  [[nodiscard]] std::vector<Neuron> lift(std::vector<Neuron> neurons) const;
  /// The affine part in the original coordinates; its skip connection is the shortest one.
  [[nodiscard]] AffinePart lift(const AffinePart& affine) const;

 private:
  const TrainingProblem& original_;
  Matrix basis_;  ///< (d x n) orthonormal columns; empty when nothing is reduced
  std::optional<TrainingProblem> reduced_;
};

}  // namespace thalweg::detail
