// Uses the installed package: trains fixture F3 of docs/theory/two_layer.md (two samples), whose
// optimum is 5 beta / 3 - 25 beta^2 / 36, to a certified gap.
#include <cmath>
#include <iostream>

#include "thalweg/training/train.hpp"

int main() {
  thalweg::Matrix X(2, 2);
  X << 0.6, 0.8, 0.6, -0.8;
  const thalweg::Vector y = thalweg::Vector::Ones(2);
  const double beta = 0.1;
  const thalweg::TrainingProblem problem(X, y, beta, thalweg::Loss::squared());
  const thalweg::TrainingResult result = thalweg::train(problem, {});
  const double optimum = 5 * beta / 3 - 25 * beta * beta / 36;
  std::cout << "objective " << result.objective << ", optimum " << optimum << '\n';
  return std::abs(result.objective - optimum) <= 2e-6 * optimum ? 0 : 1;
}
