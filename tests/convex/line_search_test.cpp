#include <gtest/gtest.h>

#include "convex/piecewise_line_search.hpp"
#include "convex/random_problem.hpp"

namespace thalweg::detail {
namespace {

std::vector<Neuron> random_neurons(Random& random, Index d) {
  std::vector<Neuron> neurons;
  for (int j = 0; j < 4; ++j) {
    neurons.push_back({random.direction(d), j % 2 == 0 ? Sign::kPlus : Sign::kMinus, {}, -1});
  }
  return neurons;
}

/// Objective of the network the model stands for, by the problem's own routine.
double true_objective(const NeuronModel& model) {
  return model.problem().objective(to_network(model.neurons_out(), model.problem().dimension(),
                                              model.problem().unstack(model.affine)));
}

TEST(LineSearch, DecreasesAndStopsWhereNoShorterOrLongerStepIsLocallyBetter) {
  int stopped_at_kinks = 0;
  for (const Loss& loss : testing::all_losses()) {
    for (std::uint64_t seed = 1; seed <= 25; ++seed) {
      const TrainingProblem problem =
          testing::random_problem(seed, 30, 3, 0.05, loss, OutputBias::kPenalised);
      Random random(seed + 500);
      const std::vector<Neuron> start = random_neurons(random, 3);
      NeuronModel model(problem, start, 0.1);
      std::vector<Vector> gradients;
      for (const GatedNeuron& neuron : model.neurons) gradients.push_back(model.gradient(neuron));
      const Direction direction =
          NewtonSystem(model, 1e-3).solve(gradients, model.affine_gradient());
      double slope = direction.daffine[0] / model.affine_basis()(0, 0) * model.affine_gradient()[0];
      for (std::size_t j = 0; j < start.size(); ++j) slope += gradients[j].dot(direction.dw[j]);
      const double before = true_objective(model);
      const LineSearchResult result = line_search(model, direction);
      ASSERT_TRUE(result.descent);
      const double after = true_objective(model);
      EXPECT_LE(after, before + 1e-12);
      EXPECT_NEAR(after, model.objective(), 1e-12 * std::max(1.0, after));
      if (result.neuron >= 0) ++stopped_at_kinks;
      if (result.step >= 1.5 || model.neurons.size() != start.size()) continue;
      // A whole step is taken where it leaves a thousandth of the slope.
      const double left = result.step == 1 ? 1.1e-3 * std::abs(slope) : 0;
      // Locally in the weights: where the loss is flat, a direction may be long.
      double longest = 1;
      for (const Vector& dw : direction.dw) longest = std::max(longest, dw.norm());
      for (const double shift : {-1e-5 / longest, 1e-5 / longest}) {
        std::vector<Neuron> moved = start;
        const double step = result.step + shift;
        for (std::size_t j = 0; j < moved.size(); ++j) moved[j].w += step * direction.dw[j];
        EXPECT_GE(problem.objective(to_network(moved, 3, 0.1 + step * direction.daffine[0])),
                  after - 1e-9 * after - left * std::abs(shift));
      }
    }
  }
  EXPECT_GT(stopped_at_kinks, 5);
}

TEST(LineSearch, RefusesAnAscentDirection) {
  const TrainingProblem problem = testing::random_problem(7, 20, 3, 0.05);
  Random random(8);
  NeuronModel model(problem, random_neurons(random, 3), 0);
  Direction direction;
  for (const GatedNeuron& neuron : model.neurons) direction.dw.push_back(model.gradient(neuron));
  const double before = model.objective();
  EXPECT_FALSE(line_search(model, direction).descent);
  EXPECT_EQ(model.objective(), before);
}

TEST(NeuronModel, GradientMatchesFiniteDifferences) {
  for (const Loss& loss : testing::all_losses()) {
    const TrainingProblem problem =
        testing::random_problem(5, 30, 3, 0.2, loss, OutputBias::kPenalised);
    Random random(9);
    const std::vector<Neuron> start = random_neurons(random, 3);
    const NeuronModel model(problem, start, 0.3);
    const auto at = [&](const std::vector<Neuron>& neurons, double bias) {
      return NeuronModel(problem, neurons, bias).objective();
    };
    const double h = 1e-6;
    for (std::size_t j = 0; j < start.size(); ++j) {
      const Vector gradient = model.gradient(model.neurons[j]);
      for (Index k = 0; k < 3; ++k) {
        std::vector<Neuron> plus = start;
        std::vector<Neuron> minus = start;
        plus[j].w[k] += h;
        minus[j].w[k] -= h;
        EXPECT_NEAR((at(plus, 0.3) - at(minus, 0.3)) / (2 * h), gradient[k], 1e-7) << loss.name();
      }
    }
    const double move = h * model.affine_basis()(0, 0);
    EXPECT_NEAR((at(start, 0.3 + move) - at(start, 0.3 - move)) / (2 * h),
                model.affine_gradient()[0], 1e-7);
  }
}

}  // namespace
}  // namespace thalweg::detail
