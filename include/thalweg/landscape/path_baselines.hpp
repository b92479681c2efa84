#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "thalweg/core/run_control.hpp"
#include "thalweg/model/training_problem.hpp"

namespace thalweg {

/// A curve theta(t), t in [0, 1], between two networks of one width: the objective where it was
/// sampled. All numbers are estimates; between the samples the objective may be higher.
struct BaselineCurve {
  std::vector<double> t;           ///< ascending from 0 to 1, the place of the maximum among them
  std::vector<double> objectives;  ///< L(theta(t)), as many
  double maximum = 0;              ///< the largest of them
  double maximum_at = 0;           ///< its t
  double barrier = 0;              ///< maximum - the larger objective of the two ends, at least 0
};

/// What a user would draw between two networks without a theory of paths.
struct PathBaselines {
  BaselineCurve line;  ///< (1 - t) theta_0 + t theta_1
  /// The straight line to theta_1 with its slots in the order that fits theta_0 best; none above
  /// kMostAligned neurons.
  std::optional<BaselineCurve> aligned;
  std::vector<Index> order;  ///< (m) of `aligned`: slot j of theta_0 goes to slot order[j]
  BaselineCurve bezier;      ///< (1 - t)^2 theta_0 + 2 t (1 - t) theta_c + t^2 theta_1
  TwoLayerNetwork control;   ///< theta_c
  bool stopped = false;      ///< deadline or cancellation cut the training of theta_c
};

inline constexpr Index kMostAligned = 200;  ///< matching neurons beyond this width takes too long

struct PathBaselinesSettings {
  Index samples = 101;  ///< equidistant t of every curve, at least 2
  Index steps = 1000;   ///< gradient steps of theta_c
  std::uint64_t seed = 0;
  RunControl control;
};

/// Samples the straight lines and trains the control point of a quadratic Bezier curve.
///
/// The order of `aligned` minimises the squared distances of the neurons' outputs alpha_j (X w_j)_+
/// on the samples (linear assignment). theta_c starts at the middle, so the curve at the straight
/// line, and takes Adam steps on the mean of L(theta(t)) at four stratified random t a step; of
/// twenty stages the control point with the lowest maximum on a grid (then mean) is kept. The
/// maximum is the largest sample refined by golden section between its neighbours. Deterministic in
/// the seed unless `control` stops it. Errors: InvalidArgument when widths differ, a network does
/// not fit the problem, or a setting is out of range. O(n d m) a sample and step. Source: Garipov
/// et al. 2018 (Bezier); Entezari et al. 2022, Ainsworth et al. 2023 (alignment).
[[nodiscard]] PathBaselines path_baselines(const TrainingProblem& problem,
                                           const TwoLayerNetwork& from, const TwoLayerNetwork& to,
                                           const PathBaselinesSettings& settings = {});

}  // namespace thalweg
