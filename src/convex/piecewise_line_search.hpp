#pragma once

#include "convex/newton_direction.hpp"

namespace thalweg::detail {

/// What a line search did to the model.
struct LineSearchResult {
  bool moved = false;    ///< the model changed and its objective did not increase
  double step = 0;       ///< multiple of the direction
  Index neuron = -1;     ///< the neuron that stopped at a wall, or -1
  Index row = -1;        ///< the wall's row
  bool descent = false;  ///< the direction had negative slope
};

/// Moves the model along the direction to a local minimum of the objective on the ray.
///
/// The fit is piecewise linear along the ray, with breakpoints where a row changes sides; these are
/// sorted, the piece where the slope changes from negative to positive is found by bisection over
/// pieces (a piece's state is the accumulated change of slopes, so moving between pieces costs its
/// events), and inside a piece the slope is continuous and increasing. Neurons that reach 0 are
/// removed. O(E log E + n log E), E breakpoints.
[[nodiscard]] LineSearchResult line_search(NeuronModel& model, const Direction& direction);

}  // namespace thalweg::detail
