#include <gtest/gtest.h>

#include "convex/random_problem.hpp"
#include "support/fixtures.hpp"
#include "thalweg/core/error.hpp"
#include "training/training_checks.hpp"

namespace thalweg {
namespace {

TEST(TrainLimits, CancelledOrExpiredRunsGiveValidBounds) {
  const TrainingProblem problem = testing::random_problem(1, 60, 4, 0.2);
  TrainingSettings settings;
  const double optimum = train(problem, settings).objective;
  TrainingSettings cancelled;
  cancelled.control.cancellation.cancel();
  TrainingSettings expired;
  expired.control.deadline = Deadline::after(0);
  for (const TrainingSettings& stopped : {cancelled, expired}) {
    const TrainingResult result = train(problem, stopped);
    EXPECT_EQ(result.status, TrainingStatus::kLimit);
    testing::expect_valid(problem, result);
    EXPECT_LE(result.lower_bound, optimum);
    EXPECT_GE(result.lower_bound, 0);
    EXPECT_GE(result.objective, optimum * (1 - 1e-9));
    EXPECT_GT(result.relative_gap, stopped.relative_gap);
  }
}

TEST(TrainLimits, AShortDeadlineInHighDimensionGivesValidBounds) {
  const TrainingProblem problem = testing::random_problem(2, 60, 30, 2.0);
  TrainingSettings settings;
  settings.control.deadline = Deadline::after(0.5);
  const TrainingResult result = train(problem, settings);
  testing::expect_valid(problem, result);
  EXPECT_GT(result.lower_bound, 0);
}

TEST(TrainLimits, AStartIsNeverMadeWorse) {
  const TrainingProblem problem = testing::random_problem(3, 30, 3, 0.2);
  TrainingSettings settings;
  const TrainingResult solved = train(problem, settings);
  TrainingSettings stopped;
  stopped.control.cancellation.cancel();
  const TrainingResult kept = train(problem, stopped, solved.network);
  EXPECT_LE(kept.objective, solved.objective * (1 + 1e-12));
  const TrainingResult again = train(problem, settings, solved.network);
  EXPECT_EQ(again.status, TrainingStatus::kSolved);
  EXPECT_LE(again.rounds, solved.rounds);
}

TEST(TrainLimits, ZeroTargetsAndZeroData) {
  const TrainingProblem zero_targets(Matrix::Ones(3, 2), Vector::Zero(3), 0.1, Loss::squared());
  const TrainingResult first = train(zero_targets, {});
  EXPECT_EQ(first.status, TrainingStatus::kSolved);
  EXPECT_EQ(first.objective, 0);
  EXPECT_EQ(first.relative_gap, 0);
  EXPECT_EQ(first.network.width(), 0);
  const TrainingProblem zero_data(Matrix::Zero(3, 2), Vector::Ones(3), 0.1, Loss::squared());
  const TrainingResult second = train(zero_data, {});
  EXPECT_EQ(second.status, TrainingStatus::kSolved);
  EXPECT_DOUBLE_EQ(second.objective, 1.5);
  EXPECT_DOUBLE_EQ(second.lower_bound, 1.5);
}

TEST(TrainLimits, RefusesWrongArguments) {
  const TrainingProblem problem = testing::random_problem(3, 10, 3, 0.2);
  TrainingSettings gap;
  gap.relative_gap = 0;
  EXPECT_THROW((void)train(problem, gap), InvalidArgument);
  TrainingSettings threads;
  threads.threads = 0;
  EXPECT_THROW((void)train(problem, threads), InvalidArgument);
  EXPECT_THROW((void)train(problem, {}, TwoLayerNetwork::empty(4)), InvalidArgument);
}

TEST(TrainLimits, ProgressIsReported) {
  class Recorder : public ProgressObserver {
   public:
    void report(std::string_view phase, double, std::string_view) override {
      phases.emplace_back(phase);
    }
    std::vector<std::string> phases;
  };
  Recorder recorder;
  TrainingSettings settings;
  settings.control.progress = &recorder;
  (void)train(testing::random_problem(3, 30, 3, 0.2), settings);
  for (const char* phase : {"climb", "descend", "bound"}) {
    EXPECT_NE(std::find(recorder.phases.begin(), recorder.phases.end(), phase),
              recorder.phases.end())
        << phase;
  }
}

TEST(TrainingStatus, EveryValueHasASentence) {
  for (const TrainingStatus status : {TrainingStatus::kUnsolved, TrainingStatus::kSolved,
                                      TrainingStatus::kReducedAccuracy, TrainingStatus::kLimit}) {
    EXPECT_FALSE(describe(status).empty());
  }
}

}  // namespace
}  // namespace thalweg
