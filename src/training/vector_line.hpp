#pragma once

#include "thalweg/model/multi_output_problem.hpp"

namespace thalweg::detail {

/// A point and a step in all neurons and the bias: columns of W (d x m) and V (c x m), pre-
/// activations S = X W (n x m) with exact zeros on walls, bias b (c).
struct VectorPoint {
  Matrix W;
  Matrix V;
  Matrix S;
  Vector b;
};

/// A point on the line, and the wall that stopped the search there.
struct LineStop {
  double at = 0;      ///< step length, 0 when nothing decreases
  Index neuron = -1;  ///< the wall's neuron, or -1
  Index row = -1;     ///< the wall's row
  double objective = 0;
};

/// The objective along point + t step, 0 <= t <= 1.
class VectorLine {
 public:
  VectorLine(const MultiOutputProblem& problem, const VectorPoint& point, const VectorPoint& step);

  /// The objective at t.
  [[nodiscard]] double value(double t) const;
  /// A local minimum of the objective on (0, 1] below its value at 0: t = 1 where the slope is
  /// still negative or small there, else a smooth minimum or a kink with slopes of both signs,
  /// found by bisection on the sorted kinks. O(n m c) an evaluation, O(log(n m)) evaluations.
  [[nodiscard]] LineStop search() const;

 private:
  struct Kink {
    double at;
    Index row;
    Index neuron;
  };
  struct Slopes {
    double left;
    double right;
  };
  [[nodiscard]] Matrix fit(double t) const;
  /// One-sided derivatives at t; `kink` (or null) and the rows of its neuron that reach zero with
  /// it have pre-activations taken as exactly zero.
  [[nodiscard]] Slopes slopes(double t, const Kink* kink) const;
  [[nodiscard]] double smooth_minimum(double low, double high) const;

  const MultiOutputProblem& problem_;
  const VectorPoint& point_;
  const VectorPoint& step_;
};

}  // namespace thalweg::detail
