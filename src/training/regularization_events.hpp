#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "thalweg/training/regularization_path.hpp"
#include "training/regularization_newton.hpp"

namespace thalweg::detail {

/// One condition that must stay nonnegative along a branch.
struct PathCondition {
  PathEventKind kind = PathEventKind::kExit;  ///< what happens when it turns negative
  std::size_t piece = 0;
  Index wall = -1;
  std::int8_t side = 0;  ///< where the neuron goes when it leaves the wall
  double value = 0;      ///< dimensionless
};

/// The conditions under which a solution of the path's equations is stationary for the program:
/// masses are nonnegative (relative to `mass_scale`), directions stay on their side of every wall,
/// and multipliers of walls lie within their bounds (relative to beta). The same pieces give the
/// same list in the same order. O(m (n + G) d).
[[nodiscard]] std::vector<PathCondition> path_conditions(const PathWalls& walls,
                                                         const std::vector<PathPiece>& pieces,
                                                         const Matrix& X, const PathState& state,
                                                         double mass_scale);

/// The state where a function along the branch falls through zero: g(high) >= 0 > g(low), low.beta
/// < high.beta. Returns a state with beta within 1e-13 relative above the change, or where |g| is
/// at rounding; nothing when the branch cannot be solved in between.
[[nodiscard]] std::optional<PathState> locate_event(
    PathEquations& equations, const PathState& high, const PathState& low,
    const std::function<double(const PathState&)>& g);

/// A state between two of the same branch, directions renormalised; not a solution, a start for
/// one.
[[nodiscard]] PathState between(const PathState& a, const PathState& b, double beta);

}  // namespace thalweg::detail
