#pragma once

#include <filesystem>

#include "thalweg/core/error.hpp"
#include "thalweg/landscape/certify.hpp"
#include "thalweg/model/training_problem.hpp"
#include "thalweg/verify/check.hpp"

namespace thalweg {

/// The number m * 2^e, exactly.
[[nodiscard]] double to_double(const verify::Dyad53& dyad);

/// Runs the independent checker on a certificate file.
[[nodiscard]] Expected<verify::Report> check_file(const std::filesystem::path& path);

/// L(network) and L(network) - L(improved) as the independent checker computes them; fails when a
/// file cannot be written or the checker disagrees (an internal error). Only for losses with a
/// rational conjugate. O(n d m) big-integer operations.
struct ExactComparison {
  double objective_before;  ///< rounded up
  double objective_after;   ///< rounded up
  double decrease;          ///< rounded down
};
[[nodiscard]] Expected<ExactComparison> compare_exactly(const TrainingProblem& problem,
                                                        const TwoLayerNetwork& network,
                                                        const TwoLayerNetwork& improved);

/// The same comparison, exact when the loss allows it, otherwise in floating point with a rounding
/// allowance.
struct Comparison : ExactComparison {
  bool verified = false;
};
[[nodiscard]] Expected<Comparison> compare(const TrainingProblem& problem,
                                           const TwoLayerNetwork& network,
                                           const TwoLayerNetwork& improved);

}  // namespace thalweg
