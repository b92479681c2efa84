#include "thalweg/landscape/spurious_valley.hpp"

#include <gtest/gtest.h>

#include "support/fixtures.hpp"
#include "thalweg/core/error.hpp"
#include "thalweg/training/train.hpp"

namespace thalweg {
namespace {

TwoLayerNetwork optimum(const TrainingProblem& problem) {
  TrainingSettings settings;
  settings.relative_gap = 1e-10;
  return train(problem, settings).network;
}

/// The witness, checked by the problem's own evaluation.
void expect_witness(const TrainingProblem& problem, const SpuriousValley& valley) {
  ASSERT_EQ(valley.evidence, ValleyEvidence::kSpurious);
  EXPECT_EQ(valley.minimum.status, StrictMinimumStatus::kCertified);
  EXPECT_EQ(valley.minimum.network.width(), valley.width);
  EXPECT_EQ(valley.better.width(), valley.width);
  EXPECT_GT(valley.separation, 0);
  EXPECT_NEAR(problem.objective(valley.minimum.network) - problem.objective(valley.better),
              valley.separation, 1e-12);
  EXPECT_LE(problem.objective(valley.better), valley.better_upper + 1e-14);
}

testing::Fixture fixture(const std::string& name) {
  for (auto& candidate : testing::closed_form_fixtures()) {
    if (candidate.name == name) return candidate;
  }
  throw InvalidArgument(name);
}

TEST(SpuriousValley, ClosedFormValleysAreFound) {
  struct Known {
    std::string name;
    Index width;
    double minimum;  ///< the strict minimum's objective
    double best;     ///< the best of the width
  };
  for (const Known& known : std::vector<Known>{{"F1", 1, 0.54875, 0.0975},
                                               {"F1x", 1, 0.54875, 0.0975},
                                               {"F3", 2, 0.19, 0.15972222222222222},
                                               {"F5", 1, 2.095, 0.695}}) {
    SCOPED_TRACE(known.name);
    const TrainingProblem problem = fixture(known.name).problem();
    const SpuriousValley valley = find_spurious_valley(problem, known.width, {optimum(problem)});
    expect_witness(problem, valley);
    EXPECT_NEAR(valley.minimum.lower, known.minimum, 1e-13);
    EXPECT_NEAR(valley.better_upper, known.best, 1e-9);
  }
}

/// X = I - 1/8 1 1^T: spurious at every width up to n, and none beyond.
TEST(SpuriousValley, SharpnessOfTheUniversalWidth) {
  for (const Index n : {3, 4}) {
    const TrainingProblem problem = testing::shifted_identity("F3b", n, 0).problem();
    const TwoLayerNetwork best = optimum(problem);
    for (Index width = 1; width <= n; ++width) {
      SCOPED_TRACE(::testing::Message() << "n " << n << " width " << width);
      expect_witness(problem, find_spurious_valley(problem, width, {best}));
    }
    const SpuriousValley wide = find_spurious_valley(problem, n + 1, {best});
    EXPECT_EQ(wide.evidence, ValleyEvidence::kNone);
    EXPECT_EQ(wide.minimum.status, StrictMinimumStatus::kUnsolved);
  }
}

TEST(SpuriousValley, SingletonsOfTheTheoryAreTheMinimum) {
  // 3 (beta / rho - beta^2 / (2 rho^2)), rho^2 = 51/64.
  const TrainingProblem problem = testing::shifted_identity("F3b", 3, 0).problem();
  const SpuriousValley valley = find_spurious_valley(problem, 3, {optimum(problem)});
  expect_witness(problem, valley);
  EXPECT_NEAR(valley.minimum.lower, 0.31724369, 1e-8);
}

/// The mechanism does not need squared loss.
TEST(SpuriousValley, OtherLosses) {
  const testing::Fixture data = testing::shifted_identity("F3b", 3, 0);
  for (const Loss& loss : {Loss::logistic(), Loss::squared_hinge(), Loss::huber(2)}) {
    SCOPED_TRACE(loss.name());
    const TrainingProblem problem(data.X, data.y, data.beta, loss);
    expect_witness(problem, find_spurious_valley(problem, 2, {}));
  }
}

/// Without the optimum the search finds a better network by itself.
TEST(SpuriousValley, NeedsNoKnownNetwork) {
  const TrainingProblem problem = fixture("F3").problem();
  expect_witness(problem, find_spurious_valley(problem, 2, {}));
}

TEST(SpuriousValley, ConvexLikeProblemsStayOpen) {
  // One sample and one neuron: every local minimum is global, but no theorem here says so.
  const TrainingProblem problem(Matrix::Ones(1, 1), Vector::Ones(1), 0.1, Loss::squared());
  EXPECT_EQ(find_spurious_valley(problem, 1, {}).evidence, ValleyEvidence::kOpen);
  EXPECT_EQ(find_spurious_valley(problem, 2, {}).evidence, ValleyEvidence::kNone);
  EXPECT_EQ(find_spurious_valley(problem, 0, {}).evidence, ValleyEvidence::kNone);
  EXPECT_THROW((void)find_spurious_valley(problem, -1, {}), InvalidArgument);
  EXPECT_THROW((void)find_spurious_valley(problem, 1, {TwoLayerNetwork::empty(2)}),
               InvalidArgument);
}

/// F5: 1-dimensional, two-sided data have activation rank 2.
TEST(SpuriousValley, NoneFromTheActivationRankOn) {
  const TrainingProblem problem = fixture("F5b").problem();
  EXPECT_EQ(find_spurious_valley(problem, 3, {}).evidence, ValleyEvidence::kNone);
  EXPECT_NE(find_spurious_valley(problem, 2, {}).evidence, ValleyEvidence::kNone);
}

/// Logistic loss without a minimiser (a free bias and one label only) proves nothing.
TEST(SpuriousValley, WithoutMinimisersTheWideCaseIsOpen) {
  const Matrix X = fixture("F3").X;
  const TrainingProblem problem(X, Vector::Ones(2), 0.1, Loss::logistic(), OutputBias::kFree);
  SpuriousValleySettings settings;
  settings.starts = 1;
  EXPECT_EQ(find_spurious_valley(problem, 5, {}, settings).evidence, ValleyEvidence::kOpen);
}

TEST(SpuriousValley, StopsAtTheDeadlineAndIsDeterministic) {
  const TrainingProblem problem = fixture("F3b").problem();
  SpuriousValleySettings settings;
  settings.control.deadline = Deadline::after(0);
  const SpuriousValley stopped = find_spurious_valley(problem, 2, {}, settings);
  EXPECT_EQ(stopped.evidence, ValleyEvidence::kOpen);
  EXPECT_TRUE(stopped.stopped);
  const SpuriousValley first = find_spurious_valley(problem, 2, {});
  const SpuriousValley second = find_spurious_valley(problem, 2, {});
  EXPECT_EQ(first.minimum.network.W, second.minimum.network.W);
  EXPECT_EQ(first.better.W, second.better.W);
}

}  // namespace
}  // namespace thalweg
