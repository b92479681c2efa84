#pragma once

#include <vector>

#include "thalweg/oracle/dual_oracle.hpp"
#include "thalweg/training/regularization_path.hpp"

namespace thalweg::detail {

/// Objective, loss, mass, lower bound and gap of a point from its beta, network, dual and norm.
void complete_point(const TrainingProblem& problem, PathPoint& point);

/// D(tau nu) for the best tau with tau norm <= beta; `problem` carries beta. Minus infinity when
/// norm is not a bound.
[[nodiscard]] double scaled_bound(const TrainingProblem& problem, const Vector& nu, double norm);

/// (objective - lower_bound) / objective, in [0, 1]; 0 when the objective vanishes beside `scale`.
[[nodiscard]] double relative_gap(double objective, double lower_bound, double scale);

/// An upper bound of the dual norm as tight as the settings' gap asks.
[[nodiscard]] double bound_of(const DualOracle& oracle, const Vector& nu,
                              const PathSettings& settings);

/// The status of a path that ended; `unfinished`: requested betas are left.
[[nodiscard]] PathStatus settled_status(const RegularizationPath& path,
                                        const PathSettings& settings, bool unfinished);

/// Ids for neurons (w_j, s_j): that of the closest earlier neuron of equal sign within an angle of
/// about 0.1, each used once, else a new one from `next`. `earlier_ids` belong to `earlier`.
[[nodiscard]] std::vector<Index> match_neurons(const TwoLayerNetwork& earlier,
                                               const std::vector<Index>& earlier_ids,
                                               const TwoLayerNetwork& network, Index& next);

}  // namespace thalweg::detail
