#include "training/entering_neurons.hpp"

#include <gtest/gtest.h>

#include "convex/random_problem.hpp"

namespace thalweg::detail {
namespace {

DualDirection direction(const TrainingProblem& problem, const Vector& nu, const Vector& u) {
  DualDirection result;
  result.u = u;
  const double value = nu.dot((problem.X() * u).cwiseMax(0.0));
  result.sign = sign_of(value);
  result.value = std::abs(value);
  return result;
}

TEST(EnteringNeurons, LowerTheObjectiveTogether) {
  for (const Loss& loss : testing::all_losses()) {
    const double beta = loss.scale() == LossScale::kMean ? 1e-4 : 0.01;
    const TrainingProblem problem = testing::random_problem(2, 30, 3, beta, loss);
    const Vector fit = Vector::Zero(30);
    const Vector nu = problem.dual_point(fit);
    Random random(3);
    std::vector<DualDirection> directions;
    for (int k = 0; k < 6; ++k) {
      directions.push_back(direction(problem, nu, random.direction(3)));
    }
    const std::vector<Neuron> neurons = entering_neurons(problem, fit, nu, directions);
    EXPECT_FALSE(neurons.empty());
    const double before = problem.objective(TwoLayerNetwork::empty(3));
    EXPECT_LT(problem.objective(to_network(neurons, 3, 0)), before) << loss.name();
  }
}

TEST(EnteringNeurons, LeavesOutWhatViolatesNothing) {
  const TrainingProblem problem = testing::random_problem(2, 30, 3, 1e3);
  const Vector fit = Vector::Zero(30);
  const Vector nu = problem.dual_point(fit);
  EXPECT_TRUE(
      entering_neurons(problem, fit, nu, {direction(problem, nu, Vector::Unit(3, 0))}).empty());
}

}  // namespace
}  // namespace thalweg::detail
