#include "thalweg/landscape/width_answer.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "support/groundtruth.hpp"
#include "thalweg/model/transform.hpp"

namespace thalweg {
namespace {

/// x = -1, 1 with targets 1, 2 and beta 0.1: the best network of width 1 has one neuron on x = 1
/// and the value 0.695, that of width 2 the value 0.29.
struct TwoPoints {
  Loss loss = Loss::squared();
  TrainingProblem problem{Matrix{{-1}, {1}}, Vector{{1, 2}}, 0.1, loss};

  static TwoLayerNetwork neuron(double w, double alpha) {
    return append_neuron(TwoLayerNetwork::empty(1), Vector{{w}}, alpha);
  }

  [[nodiscard]] WidthAnswer ask(const TwoLayerNetwork& network, bool verify = true) const {
    CertifySettings settings;
    settings.verify = verify;
    const auto certified = certify(problem, network, settings);
    WidthAnswerSettings more;
    more.verify = verify;
    auto answer = best_of_width(problem, network, certified.value(), more);
    EXPECT_TRUE(answer) << answer.error().message;
    return *answer;
  }
};

TEST(WidthAnswer, AGlobalMinimumIsTheBestOfItsWidth) {
  const TwoPoints points;
  const double r = std::sqrt(0.9);
  const double s = std::sqrt(1.9);
  const auto optimal = append_neuron(TwoPoints::neuron(-r, r), Vector{{s}}, s);
  const WidthAnswer answer = points.ask(optimal);
  EXPECT_EQ(answer.answer, BestOfWidth::kYes);
  EXPECT_EQ(answer.decrease, 0);
  EXPECT_EQ(answer.network.W, optimal.W);
}

TEST(WidthAnswer, ALowerNetworkOfTheWidthIsFoundAndProved) {
  const TwoPoints points;
  const double r = std::sqrt(0.9);
  // The best neuron on the wrong side: stationary, 2 + 0.095.
  for (const bool verify : {true, false}) {
    const WidthAnswer answer = points.ask(TwoPoints::neuron(-r, r), verify);
    EXPECT_EQ(answer.answer, BestOfWidth::kNo);
    EXPECT_EQ(answer.network.width(), 1);
    EXPECT_NEAR(answer.objective, 0.695, 1e-12);
    EXPECT_NEAR(answer.decrease, 2.095 - 0.695, 1e-9);
    EXPECT_EQ(answer.verified, verify);
    EXPECT_NEAR(points.problem.objective(answer.network), 0.695, 1e-12);
  }
}

TEST(WidthAnswer, TheBestOfItsWidthBelowWhichNothingIsProvedStaysUnknown) {
  const TwoPoints points;
  const double s = std::sqrt(1.9);
  const WidthAnswer answer = points.ask(TwoPoints::neuron(s, s));
  EXPECT_EQ(answer.answer, BestOfWidth::kUnknown);
  EXPECT_NEAR(answer.objective, 0.695, 1e-12);
  EXPECT_EQ(answer.decrease, 0);
}

TEST(WidthAnswer, AWideNetworkIsComparedWithTheOptimum) {
  const TwoPoints points;
  TwoLayerNetwork wide = TwoLayerNetwork::empty(1);
  for (int j = 0; j < 6; ++j) wide = append_neuron(wide, Vector{{j % 2 == 0 ? 0.3 : -0.3}}, 0.5);
  const WidthAnswer answer = points.ask(wide);
  EXPECT_EQ(answer.answer, BestOfWidth::kNo);
  EXPECT_NEAR(answer.objective, 0.29, 1e-9);
  EXPECT_TRUE(answer.verified);
}

TEST(WidthAnswer, LogisticAnswersAreEstimates) {
  const TrainingProblem problem(Matrix{{-1}, {1}}, Vector{{-1, 1}}, 0.1, Loss::logistic());
  const TwoLayerNetwork network = TwoPoints::neuron(0.5, 0.5);
  const auto certified = certify(problem, network, {});
  const auto answer = best_of_width(problem, network, certified.value(), {});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->answer, BestOfWidth::kNo);
  EXPECT_FALSE(answer->verified);
  EXPECT_LE(problem.objective(answer->network), problem.objective(network) - answer->decrease);
}

TEST(WidthAnswer, GroundTruthNetworks) {
  for (const testing::GroundTruth& truth : testing::all_groundtruth()) {
    const TrainingProblem problem = truth.problem();
    for (const auto& stored : truth.networks) {
      SCOPED_TRACE(truth.name + " " + stored.name);
      CertifySettings settings;
      settings.tolerance = 1e-7;
      settings.verify = false;
      const auto certified = certify(problem, stored.network, settings);
      WidthAnswerSettings more;
      more.tolerance = settings.tolerance;
      more.verify = false;
      more.control.deadline = Deadline::after(1);
      const auto answer = best_of_width(problem, stored.network, certified.value(), more);
      ASSERT_TRUE(answer);
      EXPECT_LE(answer->network.width(), stored.network.width());
      // Never below the true optimum, and a yes only at it.
      EXPECT_GE(answer->objective, truth.optimum * (1 - 1e-9));
      if (answer->answer == BestOfWidth::kYes) {
        EXPECT_LE(stored.gap, 1.01e-7 * stored.objective);
      }
      if (answer->answer == BestOfWidth::kNo) {
        EXPECT_LT(answer->objective, stored.objective);
      }
    }
  }
}

}  // namespace
}  // namespace thalweg
