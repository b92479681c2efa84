#pragma once

#include <gmpxx.h>

#include "certificate/grid_dual.hpp"
#include "certificate/row_problem.hpp"
#include "thalweg/model/training_problem.hpp"

namespace thalweg::certificate {

/// L(network), exactly (docs/certificate.md, "Objective"); the loss is not logistic.
/// O(n d m) integer operations.
[[nodiscard]] mpq_class exact_objective(const RowProblem& problem, const TwoLayerNetwork& network);

/// beta/2 (|W|^2 + |alpha|^2), exactly.
[[nodiscard]] mpq_class exact_weight_penalty(const TrainingProblem& problem,
                                             const TwoLayerNetwork& network);

/// D(nu), exactly; precondition: nu in the domain, summing to 0 when the output bias is free.
[[nodiscard]] mpq_class exact_dual_value(const TrainingProblem& problem, const GridDual& dual);

}  // namespace thalweg::certificate
