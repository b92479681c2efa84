#pragma once

#include "landscape/polytope_enclosed.hpp"
#include "thalweg/model/training_problem.hpp"

namespace thalweg::landscape {

/// L of a stored network between two doubles, all losses. O(n d m).
[[nodiscard]] Enclosure enclose_objective(const TrainingProblem& problem,
                                          const TwoLayerNetwork& network);

}  // namespace thalweg::landscape
