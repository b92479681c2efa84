#pragma once

#include <limits>
#include <optional>
#include <vector>

#include "thalweg/core/types.hpp"

namespace thalweg::landscape {

/// What L does to first order when one neuron w = p / sqrt|p|, alpha = s sqrt|p| moves: the slope
/// along (v, tau) is root (target^T v - sum_t sW_t (x_t^T v)_+) + s root (target^T u) tau.
struct LocalNeuron {
  double root = 0;  ///< sqrt|p|, rounded up
  Vector u;         ///< p / |p|, rounded
  Vector target;    ///< (d) beta u - s (X^T D nu), tied rows of opposite direction active
  Matrix pulls;     ///< (d x k) s W_t x_t for each tie, x_t the hyperplane's first row
  Matrix normals;   ///< (k x d) x_t
  Vector jumps;     ///< (k) s W_t |x_t|: above 0 a downward kink
  double model_error =
      0;             ///< at least the distance of the element that is meant from the exact one
  double error = 0;  ///< that, and the rounding of target - pulls * gates, gates in [0, 1]

  [[nodiscard]] Index ties() const { return pulls.cols(); }
};

/// An element target - pulls * gates.
struct LocalElement {
  Vector gates;     ///< (k)
  Vector masses;    ///< of the cells whose combination the gates are; empty for the zonotope
  Vector residual;  ///< (d)
  /// At least the length of the gradient in (w, alpha) that it is part of.
  double length = std::numeric_limits<double>::infinity();
};

/// The element with given gates and residual, whose distance from the residual is at most `error`.
[[nodiscard]] LocalElement local_element(const LocalNeuron& neuron, Vector gates, Vector residual,
                                         double error);
/// The shortest element with gates in [0, 1].
[[nodiscard]] LocalElement shortest_in_zonotope(const LocalNeuron& neuron);
/// The shortest element with gates in the hull of the rows of cells (c x k).
[[nodiscard]] LocalElement shortest_in_hull(const LocalNeuron& neuron, const Matrix& cells);
/// Whether the zonotope is the Clarke set, by the span test, but for ties whose pull is below
/// `error`, which are left out: at the price of `span_test_slack` in the length of an element.
[[nodiscard]] bool passes_span_test(const LocalNeuron& neuron);
[[nodiscard]] double span_test_slack(const LocalNeuron& neuron);

/// The steepest slope over all (v, tau) of length 1.
struct LocalDescent {
  Vector v;         ///< (d), unit length or 0
  double rate = 0;  ///< at least minus the steepest slope
};
/// With all cells of the ties (c x k); O(c) projections on cones.
[[nodiscard]] LocalDescent steepest_descent(const LocalNeuron& neuron, const Matrix& cells);
/// At least the rate of the steepest descent, without cells: the shortest element of the zonotope,
/// and what its downward kinks add.
[[nodiscard]] double descent_rate_bound(const LocalNeuron& neuron, const LocalElement& shortest);
/// The slope along (v, 0), to rounding.
[[nodiscard]] double slope(const LocalNeuron& neuron, const Vector& v);
/// The part of row t of `normals` that is orthogonal to the other rows, (d).
[[nodiscard]] Vector free_part(const Matrix& normals, Index t);

}  // namespace thalweg::landscape
