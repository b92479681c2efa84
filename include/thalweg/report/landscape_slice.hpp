#pragma once

#include <array>
#include <optional>
#include <string>

#include "thalweg/core/run_control.hpp"
#include "thalweg/model/training_problem.hpp"

namespace thalweg::report {

/// The objective on the plane through three networks of one width, in weight space.
struct LandscapeSlice {
  Vector x;              ///< (k) ascending coordinates of the grid, in units of weights
  Vector y;              ///< (k)
  Matrix objective;      ///< (k x k), a row a y, a column an x
  Matrix places;         ///< (3 x 2) coordinates of the networks; the first is at (0, 0)
  bool complete = true;  ///< false when a limit left rows of NaN
};

/// Evaluates the objective on a square grid of `resolution` x `resolution` points around three
/// networks: the first axis points from the first to the second, the second is orthogonal to it
/// towards the third. Where the networks are on one line (or two are equal), a random direction
/// from `seed` takes the place of what is missing. Rows left undone by `control` are NaN.
/// Throws InvalidArgument when widths differ, a network does not fit the problem, or resolution <
/// 2. O(n d m) a point.
[[nodiscard]] LandscapeSlice slice_landscape(const TrainingProblem& problem,
                                             const std::array<TwoLayerNetwork, 3>& networks,
                                             Index resolution = 61, std::uint64_t seed = 0,
                                             const RunControl& control = {});

/// An SVG of the slice: filled contours, their levels spaced evenly in the logarithm of the
/// objective's height above `lower_bound` (above the least value on the grid without one), a colour
/// scale, and the networks with their names. The same slice gives the same text.
[[nodiscard]] std::string draw_landscape_slice(const LandscapeSlice& slice,
                                               const std::array<std::string, 3>& names,
                                               std::optional<double> lower_bound);

}  // namespace thalweg::report
