#pragma once

#include <vector>

#include "thalweg/model/training_problem.hpp"

namespace thalweg::detail {

/// Penalties to train at on the way down to problem.beta(), largest first, without problem.beta()
/// itself; empty when beta is not small beside beta_max.
///
/// At beta far below beta_max the dual of the first rounds is the whole target: nothing it says
/// about the neurons of the optimum holds, and column generation takes thousands of Newton steps a
/// round. The directions of the optimum at a few times the penalty are nearly right instead (theory
/// section 7: nu / beta moves by at most |y| times the change of 1 / beta). 60 samples in 3
/// dimensions with noise at 1e-6 beta_max: 2 s in the place of 5 s; at 1e-8 beta_max 3 s in the
/// place of a minute. O(n d).
[[nodiscard]] std::vector<double> larger_penalties(const TrainingProblem& problem);

}  // namespace thalweg::detail
