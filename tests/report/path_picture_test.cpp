#include "thalweg/report/path_picture.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "report/well_formed.hpp"

namespace thalweg::report {
namespace {

/// x = 1, y = 1, beta = 0.1: the optimum's mass 0.9 moves from slot 0, not balanced at first, to
/// slot 1, while a negative neuron of mass 0.5 in slot 2 dies.
class MovingMass : public ::testing::Test {
 protected:
  MovingMass() : problem_(Matrix::Ones(1, 1), Vector::Ones(1), 0.1, Loss::squared()) {
    path_.start = TwoLayerNetwork::empty(1);
    path_.start.W = Vector{{1.8, 0.0, 1.0}};
    path_.start.alpha = Vector{{0.5, 0.0, -0.5}};
    const BalancedNetwork balanced = balance_exactly(problem_, path_.start);
    path_.directions = Matrix::Ones(3, 1);
    path_.states = {balanced.state, balanced.state, balanced.state};
    path_.states[0].slots = {{0, Sign::kPlus, 0.9}, {}, {1, Sign::kMinus, 0.5}};
    path_.states[1].slots = {{0, Sign::kPlus, 0.9}, {}, {}};
    path_.states[2].slots = {{}, {2, Sign::kPlus, 0.9}, {}};
    path_.kinds = {SegmentKind::kMasses, SegmentKind::kMasses};
  }

  TrainingProblem problem_;
  NetworkPath path_;
};

TEST_F(MovingMass, SamplesAreOnThePath) {
  const std::vector<PathSample> samples = sample_path(problem_, path_, 4);
  ASSERT_EQ(samples.size(), 13U);
  EXPECT_EQ(samples.back().position, 3);
  const Vector start{{0.9, 0.0, -0.5}};
  EXPECT_LE((samples.front().masses - start).norm(), 1e-15);
  EXPECT_LE((samples[4].masses - start).norm(), 1e-15);
  // Half way to the second state the fit is 0.9 - 0.25; on the last segment all stays.
  EXPECT_NEAR(samples[6].objective, 0.5 * 0.35 * 0.35 + 0.1 * 1.15, 1e-14);
  for (std::size_t k = 8; k <= 12; ++k) {
    EXPECT_NEAR(samples[k].objective, 0.005 + 0.09, 1e-14);
    EXPECT_NEAR(samples[k].masses.sum(), 0.9, 1e-14);
  }
  for (std::size_t k = 1; k < samples.size(); ++k) {
    EXPECT_GT(samples[k].length, samples[k - 1].length);
  }
  path_.end = network_of(path_, path_.states[2]);
  EXPECT_EQ(sample_path(problem_, path_, 4).size(), 17U);
}

TEST_F(MovingMass, LossesBesideTheBaselines) {
  const std::vector<PathSample> samples = sample_path(problem_, path_);
  const PathBaselines baselines =
      path_baselines(problem_, path_.start, network_of(path_, path_.states[2]));
  const std::string text = draw_path_losses(samples, baselines, 0.095);
  const auto svg = testing::parsed(text);
  const std::string words = svg.get<std::string>("desc");
  EXPECT_NE(words.find("A path of 3 segments"), std::string::npos);
  EXPECT_NE(words.find("path: no barrier"), std::string::npos);
  EXPECT_EQ(words.find("straight line: no barrier") == std::string::npos,
            baselines.line.barrier > 1e-12);
  // A line and a key each; four ends of segments.
  for (const char* kind : {"path", "straight", "aligned", "bezier", "bound"}) {
    EXPECT_EQ(testing::count(svg, "path", kind), 2) << kind;
  }
  EXPECT_EQ(testing::count(svg, "path", "event"), 4);
  EXPECT_EQ(text, draw_path_losses(samples, baselines, 0.095));
}

TEST_F(MovingMass, BesideAMountainTheHeightAboveTheBoundIsLogarithmic) {
  PathBaselines baselines;
  baselines.line = {{0, 0.5, 1}, {0.15, 100, 0.095}, 100, 0.5, 99.85};
  baselines.bezier = baselines.line;
  const std::vector<PathSample> samples = sample_path(problem_, path_);
  const auto text_of = [&](std::optional<double> bound) {
    const auto svg = testing::parsed(draw_path_losses(samples, baselines, bound));
    std::string words;
    for (const auto& [name, child] : svg) {
      if (name == "text") words += child.data() + '\n';
    }
    return words;
  };
  EXPECT_NE(text_of(0.09).find("above the lower bound 0.09 (log scale)"), std::string::npos);
  EXPECT_EQ(text_of(0.09).find("no network is below"), std::string::npos);
  EXPECT_EQ(text_of(std::nullopt).find("log scale"), std::string::npos);
  baselines.line.objectives[1] = baselines.bezier.objectives[1] = 1;
  EXPECT_EQ(text_of(0.09).find("log scale"), std::string::npos);
}

TEST_F(MovingMass, LossesOfThePathAlone) {
  const auto svg =
      testing::parsed(draw_path_losses(sample_path(problem_, path_), std::nullopt, std::nullopt));
  EXPECT_EQ(testing::count(svg, "path", "path"), 2);
  EXPECT_EQ(testing::count(svg, "path", "straight"), 0);
  EXPECT_EQ(testing::count(svg, "path", "bound"), 0);
  EXPECT_EQ(testing::count(svg, "path", "mark"), 0);
}

TEST_F(MovingMass, ARiseOfThePathIsMarked) {
  path_.states[1].slots[0].mass = 4;
  const auto svg =
      testing::parsed(draw_path_losses(sample_path(problem_, path_), std::nullopt, 0.095));
  EXPECT_EQ(testing::count(svg, "path", "mark"), 1);
  EXPECT_NE(svg.get<std::string>("desc").find("path: barrier"), std::string::npos);
}

TEST_F(MovingMass, ABandForEverySlotAndSide) {
  const auto svg = testing::parsed(draw_path_masses(sample_path(problem_, path_)));
  std::vector<std::string> titles;
  for (const auto& [name, child] : svg) {
    if (const auto title = child.get_optional<std::string>("title"); name == "path" && title) {
      titles.push_back(*title);
    }
  }
  EXPECT_EQ(titles, (std::vector<std::string>{"slot 0", "slot 1", "slot 2"}));
  const std::string words = svg.get<std::string>("desc");
  EXPECT_NE(words.find("total mass 1.4 at the start, 0.9 at the end"), std::string::npos) << words;
}

TEST_F(MovingMass, APathOfNothing) {
  path_.start.W.setZero();
  path_.start.alpha.setZero();
  path_.states = {balance_exactly(problem_, path_.start).state};
  path_.kinds.clear();
  const std::vector<PathSample> samples = sample_path(problem_, path_);
  EXPECT_NO_THROW((void)testing::parsed(draw_path_losses(samples, std::nullopt, std::nullopt)));
  EXPECT_NO_THROW((void)testing::parsed(draw_path_masses(samples)));
}

}  // namespace
}  // namespace thalweg::report
