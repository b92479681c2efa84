#pragma once

#include "thalweg/model/training_problem.hpp"

namespace thalweg {

/// All parameters of a network as one vector: W by columns, alpha, then the problem's output bias
/// and skip connection (as TrainingProblem::stack).
///
/// Straight lines and planes between networks of one width are those of these vectors. Throws
/// InvalidArgument when the network does not fit the problem. (m (d + 1) + affine_size())
[[nodiscard]] Vector parameters_of(const TrainingProblem& problem, const TwoLayerNetwork& network);

/// The inverse, for a network of `width` neurons. Throws InvalidArgument when the length is wrong.
[[nodiscard]] TwoLayerNetwork network_from(const TrainingProblem& problem, Index width,
                                           const Vector& parameters);

/// The gradient of the objective in the same order (one-sided at ties, see NetworkGradient).
[[nodiscard]] Vector parameters_of(const TrainingProblem& problem, const NetworkGradient& gradient);

}  // namespace thalweg
