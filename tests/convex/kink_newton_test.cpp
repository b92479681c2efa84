#include "thalweg/convex/kink_newton.hpp"

#include <gtest/gtest.h>

#include "convex/random_problem.hpp"
#include "support/fixtures.hpp"

namespace thalweg {
namespace {

using testing::Fixture;

Fixture fixture(const std::string& name) {
  for (Fixture& candidate : testing::closed_form_fixtures()) {
    if (candidate.name == name) return candidate;
  }
  throw std::runtime_error("no fixture " + name);
}

Neuron neuron(const Vector& w, Sign sign = Sign::kPlus) { return {w, sign, {}, -1}; }

Vector vector2(double a, double b) {
  Vector v(2);
  v << a, b;
  return v;
}

KinkNewtonResult solve(const TrainingProblem& problem, const std::vector<Neuron>& start) {
  return kink_newton(problem, start, 0, {});
}

double objective(const TrainingProblem& problem, const KinkNewtonResult& result) {
  return problem.objective(to_network(result.neurons, problem.dimension(), result.bias));
}

TEST(KinkNewton, FindsTheLocalMinimumOfClosedForm) {
  // Theory section 10: F3 from neurons along x_1 and x_2 is the strict local minimum 2 beta -
  // beta^2.
  const Fixture f3 = fixture("F3");
  const TrainingProblem problem = f3.problem();
  const KinkNewtonResult result =
      solve(problem, {neuron(f3.X.row(0).transpose()), neuron(f3.X.row(1).transpose())});
  EXPECT_EQ(result.info.status, SolverStatus::kSolved);
  EXPECT_NEAR(objective(problem, result), 0.19, 1e-14);
  EXPECT_GT(objective(problem, result), f3.optimum + 0.03);  // it is not the global one
}

TEST(KinkNewton, SpuriousValleyAtWidthOne) {
  // F1, one neuron along (-sqrt 3/2, 1/2): 1/2 + beta/2 - beta^2/8.
  const TrainingProblem problem = fixture("F1").problem();
  const KinkNewtonResult result = solve(problem, {neuron(vector2(-std::sqrt(3.0) / 2, 0.5))});
  EXPECT_NEAR(objective(problem, result), 0.54875, 1e-12);
}

TEST(KinkNewton, OptimumOnTwoKinks) {
  // F6: neurons (1, -1) with the tie x_2 and (0, 1) with the tie x_1; multipliers 1/sqrt 2 both.
  const Fixture f6 = fixture("F6");
  const TrainingProblem problem = f6.problem();
  const KinkNewtonResult result =
      solve(problem, {neuron(vector2(0.9, -0.7)), neuron(vector2(0.1, 0.8), Sign::kMinus)});
  EXPECT_EQ(result.info.status, SolverStatus::kSolved);
  EXPECT_NEAR(objective(problem, result), f6.optimum, 1e-14);
  ASSERT_EQ(result.neurons.size(), 2U);
  EXPECT_EQ(result.neurons[0].kinks, std::vector<Index>{1});
  EXPECT_EQ(result.neurons[1].kinks, std::vector<Index>{0});
  EXPECT_NEAR(result.dual[0], std::sqrt(2.0) * 0.1, 1e-13);
  EXPECT_NEAR(result.dual[1], -0.1, 1e-13);
}

TEST(KinkNewton, LeavesAConcaveKink) {
  // F4: (1, 0) with the tie x_2 is Clarke stationary but not a local minimum.
  const TrainingProblem problem = fixture("F4").problem();
  Neuron stuck = neuron(vector2(0.9, 0));
  stuck.kinks = {1};
  const KinkNewtonResult result = solve(problem, {stuck});
  EXPECT_LT(objective(problem, result), 0.595 - 1e-3);
}

TEST(KinkNewton, ZeroIsTheAnswerAboveBetaMax) {
  const TrainingProblem problem = fixture("F0 above beta_max").problem();
  const KinkNewtonResult result = solve(problem, {neuron(vector2(0.3, 0.4))});
  EXPECT_TRUE(result.neurons.empty());
}

TEST(KinkNewton, NeverIncreasesAndEndsWithoutDescentDirection) {
  for (const Loss& loss : testing::all_losses()) {
    for (const OutputBias bias : {OutputBias::kNone, OutputBias::kPenalised, OutputBias::kFree}) {
      for (std::uint64_t seed = 1; seed <= 6; ++seed) {
        const double beta = loss.scale() == LossScale::kMean ? 0.01 : 0.3;
        const TrainingProblem problem = testing::random_problem(seed, 25, 3, beta, loss, bias);
        Random random(seed + 100);
        std::vector<Neuron> start;
        for (int j = 0; j < 5; ++j) {
          start.push_back(
              neuron(0.2 * random.direction(3), j % 2 == 0 ? Sign::kPlus : Sign::kMinus));
        }
        const double before = problem.objective(to_network(start, 3, 0));
        const KinkNewtonResult result = solve(problem, start);
        const double value = objective(problem, result);
        EXPECT_LE(value, before);
        EXPECT_LE(result.info.stationarity, 1e-8) << loss.name() << " seed " << seed;
        // No small move of one neuron or of the bias improves.
        for (std::size_t j = 0; j < result.neurons.size(); ++j) {
          for (int trial = 0; trial < 10; ++trial) {
            std::vector<Neuron> moved = result.neurons;
            moved[j].w += 1e-4 * moved[j].w.norm() * random.direction(3);
            EXPECT_GE(problem.objective(to_network(moved, 3, result.bias)), value - 1e-12);
          }
        }
        if (bias != OutputBias::kNone) {
          for (const double step : {-1e-4, 1e-4}) {
            EXPECT_GE(problem.objective(to_network(result.neurons, 3, result.bias + step)),
                      value - 1e-12);
          }
        }
      }
    }
  }
}

TEST(KinkNewton, CancelledAtOnceReturnsItsStart) {
  const TrainingProblem problem = testing::random_problem(3, 20, 3, 0.1);
  SolverSettings settings;
  settings.control.cancellation.cancel();
  const KinkNewtonResult result = kink_newton(problem, {neuron(Vector::Ones(3))}, 0, settings);
  EXPECT_EQ(result.info.status, SolverStatus::kStopped);
  ASSERT_EQ(result.neurons.size(), 1U);
  EXPECT_EQ(result.neurons[0].w, Vector(Vector::Ones(3)));
}

}  // namespace
}  // namespace thalweg
