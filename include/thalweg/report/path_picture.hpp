#pragma once

#include <optional>
#include <string>
#include <vector>

#include "thalweg/landscape/path_baselines.hpp"
#include "thalweg/model/network_path.hpp"

namespace thalweg::report {

/// A network on a path, as far as pictures need it.
struct PathSample {
  /// Segments passed, the opening included: 0 at the start, 1 at states[0], ...
  double position = 0;
  double length = 0;  ///< of the polygon through the samples so far, in weight space
  double objective = 0;
  Vector masses;  ///< (m) |w_j| alpha_j: with the sign of the output
};

/// Samples a path at `per_segment` >= 1 equal steps of every segment, opening and closing included;
/// segments end at whole positions. O(n d m) a sample.
[[nodiscard]] std::vector<PathSample> sample_path(const TrainingProblem& problem,
                                                  const NetworkPath& path, Index per_segment = 16);

/// An SVG of the objective along a path (over its length in weight space) beside straight lines and
/// the Bezier curve (over t), with the barriers marked, the ends of segments below, and the lower
/// bound of all networks. The same data give the same text.
[[nodiscard]] std::string draw_path_losses(const std::vector<PathSample>& samples,
                                           const std::optional<PathBaselines>& baselines,
                                           std::optional<double> lower_bound);

/// An SVG of the masses |w| |alpha| along a path, a coloured band a slot over the segments:
/// neurons with positive output weight stacked above 0, those with negative one below.
[[nodiscard]] std::string draw_path_masses(const std::vector<PathSample>& samples);

}  // namespace thalweg::report
