#include "thalweg/certificate/path_value.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "certificate/path_samples.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using testing::level_path;
using testing::random_path;
using testing::rising_path;
using testing::scaled_f3;
using testing::slot;

TEST(PathValue, AddsUpTheSlopesOfAHandMadePath) {
  const PathValue value = evaluate_path(scaled_f3(), rising_path());
  EXPECT_THAT(value.slopes, ElementsAre(23.0 / 128, 105.0 / 128));
  EXPECT_THAT(value.objectives, ElementsAre(209.0 / 1024, 249.0 / 1024, 29.0 / 64));
  EXPECT_EQ(value.increase, 1);
  // The start, not balanced: beta/2 (25 + 2^-10) for each of two neurons.
  EXPECT_EQ(value.maximum, 49.0 / 1024 + 0.5 * (25 + 0x1p-10));
  EXPECT_EQ(value.end, 29.0 / 64);
}

TEST(PathValue, CountsTheStartAsItIsStored) {
  NetworkPath path = rising_path();
  // (12, 16) and 1/128 have the same product; the penalty is 1/4 (400 + 2^-14) for the neuron.
  path.start.W.row(0) *= 4;
  path.start.alpha(0, 0) /= 4;
  const PathValue value = evaluate_path(scaled_f3(), path);
  EXPECT_EQ(value.increase, 1);
  EXPECT_GT(value.maximum, 100);
  EXPECT_EQ(value.end, 29.0 / 64);
}

TEST(PathValue, PermutingAndSplittingIsLevelExactly) {
  NetworkPath path = level_path();
  path.end.reset();
  const PathValue value = evaluate_path(scaled_f3(), path);
  EXPECT_THAT(value.slopes, Each(0.0));
  EXPECT_EQ(value.increase, 0);
  EXPECT_THAT(value.objectives, Each(209.0 / 1024));
  // Also where norms are irrational and nothing is dyadic beside the doubles themselves.
  Random random(11);
  for (int turn = 0; turn < 20; ++turn) {
    const Matrix X = Matrix::NullaryExpr(6, 3, [&] { return random.normal(); });
    const TrainingProblem problem(X, X.col(0), 0.3, Loss::squared());
    NetworkPath moved = random_path(random, problem, 4, 1);
    moved.states[0].slots[3] = {};
    moved.start.alpha(3, 0) = 0;
    PathState next = moved.states[0];
    next.slots[1].mass /= 2;
    next.slots[3] = next.slots[1];
    moved.states.push_back(next);
    moved.kinds = {SegmentKind::kMasses};
    EXPECT_THAT(evaluate_path(problem, moved).slopes, ElementsAre(0));
  }
}

TEST(PathValue, RescalingToTheEndCostsTheDifferenceOfPenalties) {
  NetworkPath path = level_path();
  const TrainingProblem problem = scaled_f3();
  // Each neuron: beta/2 (25 + 2^-10) - beta 5/32.
  const double cost = 2 * (0.25 * (25 + 0x1p-10) - 0.5 * 5 / 32);
  const PathValue value = evaluate_path(problem, path);
  EXPECT_EQ(value.increase, cost);
  EXPECT_EQ(value.end, 209.0 / 1024 + cost);
  EXPECT_EQ(value.maximum, value.end);
  // The empty neuron gets w = (0, 2) and alpha = 0.
  path.end->W(1, 1) = 2;
  EXPECT_EQ(evaluate_path(problem, path).increase, cost + 1);
}

TEST(PathValue, MergingChangesThePenaltyByProjections) {
  NetworkPath path = rising_path();
  path.directions = Matrix{{3, 4}, {3, -4}, {4, 3}};
  path.states.resize(2);
  path.states[1] = path.states[0];
  path.states[1].slots[0].direction = 2;
  path.kinds = {SegmentKind::kMerge};
  // x_1 sees 25 become 24 and x_2 -7 become 0; at the end the fits are 24/32 and 25/32.
  const PathValue value = evaluate_path(scaled_f3(), path);
  EXPECT_NEAR(value.slopes[0], 8.0 / 32 / 32 + 0.5 / 160, 1e-17);
  // Back, (3, 4) z joins nothing: the derivative of |p| at 5/32 is again 5/32 - 24/5/32.
  std::swap(path.states[0], path.states[1]);
  path.start.W.row(0) << 4, 3;
  EXPECT_NEAR(evaluate_path(scaled_f3(), path).slopes[0], -7.0 / 32 / 32 + 0.5 / 160, 1e-17);
}

/// L of the network of a state between two others; the products are mixed.
double objective_between(const TrainingProblem& problem, const NetworkPath& path, std::size_t i,
                         double t) {
  TwoLayerNetwork network = path.start;
  const auto product = [&](const PathSlot& s) {
    return s.mass == 0 ? Vector(Vector::Zero(problem.dimension()))
                       : Vector(s.mass * path.directions.row(s.direction).transpose());
  };
  const PathState& a = path.states[i];
  const PathState& b = path.states[i + 1];
  for (std::size_t j = 0; j < a.slots.size(); ++j) {
    const auto row = static_cast<Index>(j);
    const Vector p = (1 - t) * product(a.slots[j]) + t * product(b.slots[j]);
    const double root = std::sqrt(p.norm());
    network.W.row(row) = root > 0 ? Vector(p / root) : p;
    const PathSlot& signed_slot = b.slots[j].mass > 0 ? b.slots[j] : a.slots[j];
    network.alpha(row, 0) = to_double(signed_slot.sign) * root;
  }
  network.output_bias[0] = (1 - t) * a.affine.bias + t * b.affine.bias;
  return problem.objective(network);
}

class RandomPaths : public ::testing::TestWithParam<int> {};

TEST_P(RandomPaths, SlopesAreDerivativesAndBoundTheRise) {
  Random random(static_cast<std::uint64_t>(GetParam()));
  TrainingProblem problem = testing::random_problem(random, GetParam());
  if (GetParam() % 5 == 0) {
    const Loss weighted = problem.loss().with_sample_weights(Vector::LinSpaced(7, 0.5, 2));
    problem = {problem.X(), problem.y(), problem.beta(), weighted, problem.output_bias()};
  }
  const NetworkPath path = random_path(random, problem, 4, 8);
  ASSERT_EQ(find_fault(problem, path), std::nullopt);
  const PathValue value = evaluate_path(problem, path);
  double lowest = problem.objective(path.start);
  EXPECT_GE(value.maximum, lowest * (1 - 1e-14));
  for (std::size_t i = 0; i + 1 < path.states.size(); ++i) {
    EXPECT_NEAR(value.objectives[i], objective_between(problem, path, i, 0), 1e-12);
    const double step = 1e-6;
    const double numeric =
        (objective_between(problem, path, i, 1) - objective_between(problem, path, i, 1 - step)) /
        step;
    EXPECT_NEAR(value.slopes[i], numeric, 1e-4 * (1 + std::abs(numeric)));
    for (double t = 0; t <= 1; t += 0.125) {
      const double here = objective_between(problem, path, i, t);
      lowest = std::min(lowest, here);
      EXPECT_LE(here, lowest + value.increase + 1e-12);
      EXPECT_LE(here, value.maximum + 1e-12);
    }
  }
}
INSTANTIATE_TEST_SUITE_P(Seeds, RandomPaths, ::testing::Range(0, 24));

TEST(PathValue, FindsWhatIsNoPath) {
  const TrainingProblem problem = scaled_f3();
  const auto fault = [&](void (*spoil)(NetworkPath&), const NetworkPath& path = rising_path()) {
    NetworkPath bad = path;
    spoil(bad);
    const auto found = find_fault(problem, bad);
    if (found) {
      EXPECT_THROW((void)evaluate_path(problem, bad), InvalidArgument);
    }
    return found.value_or("");
  };
  using ::testing::HasSubstr;
  constexpr double kUlp = std::numeric_limits<double>::epsilon();
  EXPECT_EQ(fault([](NetworkPath&) {}), "");
  EXPECT_EQ(fault([](NetworkPath& p) { p.start.alpha(0, 0) *= 1 + kUlp; }),
            "start: slot 0: its sign or product is not the network's");
  EXPECT_THAT(fault([](NetworkPath& p) { p.start.W(2, 0) = p.start.alpha(2, 0) = 1; }),
              HasSubstr("slot 2: its sign or product"));
  // -(X v)_+ with v = -w is another function, of the same product.
  EXPECT_THAT(fault([](NetworkPath& p) {
                p.directions.row(0) *= -1;
                p.states[0].slots[0].sign = p.states[1].slots[0].sign = Sign::kMinus;
              }),
              HasSubstr("start: slot 0: its sign"));
  EXPECT_EQ(fault([](NetworkPath& p) { p.start.W(2, 0) = 1; }), "");  // its product is still 0
  EXPECT_THAT(fault([](NetworkPath& p) { p.states[1].slots[0].sign = Sign::kMinus; }),
              HasSubstr("segment 0: slot 0 changes its sign"));
  EXPECT_THAT(fault([](NetworkPath& p) { p.states[1].slots[0].direction = 2; }),
              HasSubstr("segment 0: slot 0 changes its direction"));
  EXPECT_THAT(fault([](NetworkPath& p) {
                p.states[1].slots[0].direction = 2;
                p.kinds[0] = SegmentKind::kMerge;
              }),
              HasSubstr("segment 0: slot 0 crosses a row"));
  EXPECT_EQ(fault([](NetworkPath&) {}, level_path()), "");
  EXPECT_THAT(fault([](NetworkPath& p) { p.end->W(0, 0) += 4 * kUlp; }, level_path()),
              HasSubstr("end: slot 0: its sign or product"));
  EXPECT_THAT(fault([](NetworkPath& p) { p.end->W.row(0).swap(p.end->W.row(2)); }, level_path()),
              HasSubstr("end: slot 0: its sign or product"));
  EXPECT_THAT(fault(
                  [](NetworkPath& p) {
                    p.end->W = p.start.W.topRows(2);
                    p.end->alpha = p.start.alpha.topRows(2);
                  },
                  level_path()),
              HasSubstr("width"));
}

TEST(PathValue, RefusesWhatDoesNotFit) {
  const TrainingProblem problem = scaled_f3();
  const auto refuse = [&](void (*spoil)(NetworkPath&)) {
    NetworkPath bad = rising_path();
    spoil(bad);
    EXPECT_THROW((void)find_fault(problem, bad), InvalidArgument);
  };
  refuse([](NetworkPath& p) { p.states.clear(); });
  refuse([](NetworkPath& p) { p.kinds.clear(); });
  refuse([](NetworkPath& p) { p.states[2].slots.pop_back(); });
  refuse([](NetworkPath& p) { p.states[2].slots[2].mass = -1; });
  refuse([](NetworkPath& p) { p.states[2].slots[2].direction = 3; });
  refuse([](NetworkPath& p) { p.directions.row(1).setZero(); });
  refuse([](NetworkPath& p) { p.directions.conservativeResize(3, 3); });
  refuse([](NetworkPath& p) { p.states[1].affine.bias = 1; });
  EXPECT_THROW(PathEvaluator({problem.X(), problem.y(), 0.5, Loss::logistic()}), InvalidArgument);
}

TEST(PathEvaluator, TakesDirectionsAsTheyCome) {
  const TrainingProblem problem = scaled_f3();
  const NetworkPath path = rising_path();
  const PathValue value = evaluate_path(problem, path);
  PathEvaluator evaluator(problem);
  EXPECT_EQ(evaluator.objective(path.directions.topRows(2), path.states[0]), value.objectives[0]);
  for (std::size_t i = 0; i < path.kinds.size(); ++i) {
    EXPECT_EQ(evaluator.slope(path.directions, path.states[i], path.states[i + 1]),
              value.slopes[i]);
    EXPECT_EQ(evaluator.find_fault(path.directions, path.states[i], path.states[i + 1],
                                   SegmentKind::kMasses),
              std::nullopt);
  }
  Matrix changed = path.directions;
  changed(0, 0) = 2;
  EXPECT_THROW((void)evaluator.objective(changed, path.states[0]), InvalidArgument);
  EXPECT_THROW((void)evaluator.objective(path.directions.topRows(2), path.states[0]),
               InvalidArgument);
}

TEST(PathValue, KnowsTheSkipConnection) {
  // One sample x = 1, y = 2: the linear part alone, 0 -> 2 -> 3. L = 2, 0, 1/2, slopes 0 and 1.
  const TrainingProblem problem(Matrix{{1.0}}, Vector{{2.0}}, 0.5, Loss::squared(),
                                OutputBias::kNone, SkipConnection::kFree);
  NetworkPath path;
  path.start = TwoLayerNetwork::empty(1);
  path.directions.resize(0, 1);
  path.states = {{{}, {}}, {{}, {0, Vector{{2.0}}}}, {{}, {0, Vector{{3.0}}}}};
  path.kinds.assign(2, SegmentKind::kMasses);
  const PathValue value = evaluate_path(problem, path);
  EXPECT_THAT(value.slopes, ElementsAre(0, 1));
  EXPECT_THAT(value.objectives, ElementsAre(2, 0, 0.5));
}

}  // namespace
}  // namespace thalweg
