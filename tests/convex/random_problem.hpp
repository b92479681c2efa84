#pragma once

#include "support/random_matrix.hpp"
#include "thalweg/model/training_problem.hpp"

namespace thalweg::testing {

/// Real targets, or labels in {-1, 1} where the loss needs them.
inline Vector random_targets(Random& random, Index size, const Loss& loss) {
  Vector targets = random_vector(random, size);
  if (loss.needs_labels()) {
    for (Index i = 0; i < size; ++i) targets[i] = targets[i] < 0 ? -1 : 1;
  }
  return targets;
}

/// One loss of each kind.
inline std::vector<Loss> all_losses() {
  return {Loss::squared(), Loss::logistic(LossScale::kMean), Loss::huber(0.5),
          Loss::squared_hinge()};
}

inline TrainingProblem random_problem(std::uint64_t seed, Index n, Index d, double beta,
                                      const Loss& loss = Loss::squared(),
                                      OutputBias bias = OutputBias::kNone) {
  Random random(seed);
  const Matrix X = random_matrix(random, n, d);
  return {X, random_targets(random, n, loss), beta, loss, bias};
}

}  // namespace thalweg::testing
