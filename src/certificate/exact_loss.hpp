#pragma once

#include <gmpxx.h>

#include <vector>

#include "thalweg/model/training_problem.hpp"

namespace thalweg::certificate {

/// Integers with one scale: entry = value * 2^-exponent / divisor.
struct ExactVector {
  std::vector<mpz_class> values;
  long exponent = 0;
  long divisor = 1;
};

/// integer * 2^-exponent.
[[nodiscard]] mpq_class rational(const mpz_class& integer, long exponent);

/// l(fit), exactly; the loss is not logistic. fit (n).
[[nodiscard]] mpq_class exact_loss(const TrainingProblem& problem, const ExactVector& fit);

/// The derivative of l at `fit` in the direction `change`, exactly; the loss is not logistic. (n),
/// both with divisor 1.
[[nodiscard]] mpq_class exact_loss_slope(const TrainingProblem& problem, const ExactVector& fit,
                                         const ExactVector& change);

}  // namespace thalweg::certificate
