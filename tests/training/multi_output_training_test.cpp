#include "thalweg/training/multi_output_training.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "oracle/brute_force.hpp"
#include "oracle/vector_brute_force.hpp"
#include "support/fixtures.hpp"
#include "support/random_matrix.hpp"
#include "thalweg/core/error.hpp"
#include "thalweg/core/random.hpp"
#include "thalweg/model/dataset.hpp"

namespace thalweg {
namespace {

Matrix random_classes(Index n, Index c, Random& random) {
  Vector labels(n);
  for (Index i = 0; i < n; ++i) labels[i] = static_cast<double>(i % c);
  for (Index i = n - 1; i > 0; --i) {
    std::swap(labels[i], labels[static_cast<Index>(random.below(static_cast<std::uint64_t>(i)))]);
  }
  return class_indicators(labels, c);
}

TrainingSettings to_gap(double gap) {
  TrainingSettings settings;
  settings.relative_gap = gap;
  return settings;
}

/// What every result must satisfy, whatever its status.
void expect_valid(const MultiOutputProblem& problem, OutputModel model,
                  const MultiOutputTrainingResult& result) {
  EXPECT_NE(result.status, TrainingStatus::kUnsolved);
  problem.check(result.network, model);
  EXPECT_NEAR(problem.objective(result.network), result.bound.objective,
              1e-12 * result.bound.objective);
  for (Index j = 0; j < result.network.width(); ++j) {
    EXPECT_NEAR(result.network.W.row(j).norm(), result.network.alpha.row(j).norm(), 1e-13);
  }
  EXPECT_NEAR(problem.dual_objective(result.bound.dual), result.bound.lower_bound,
              1e-11 * result.bound.objective);
  EXPECT_LE(result.bound.dual_norm, problem.beta() * (1 + 1e-12));
  EXPECT_LE(result.bound.lower_bound, result.bound.objective * (1 + 1e-12));
}

TEST(MultiOutputTraining, OneOutputReachesTheScalarOptimum) {
  Random random(21);
  for (const Loss& loss : {Loss::squared(), Loss::huber(0.5), Loss::logistic()}) {
    const Matrix X = append_ones(testing::random_matrix(random, 15, 2));
    Matrix y = testing::random_matrix(random, 15, 1);
    if (loss.needs_labels()) y = (y.array() < 0).select(-1.0, Matrix::Ones(15, 1));
    const TrainingResult scalar =
        train(TrainingProblem(X, y.col(0), 0.3, loss, OutputBias::kPenalised), to_gap(1e-9));
    const MultiOutputProblem problem(X, y, 0.3, VectorLoss::separable(loss),
                                     OutputBias::kPenalised);
    for (const OutputModel model : {OutputModel::kShared, OutputModel::kIndependent}) {
      const MultiOutputTrainingResult result = train_multi_output(problem, model, to_gap(1e-6));
      expect_valid(problem, model, result);
      EXPECT_EQ(result.status, TrainingStatus::kSolved);
      EXPECT_NEAR(result.bound.objective, scalar.objective, 2e-6 * scalar.objective);
      EXPECT_LE(result.bound.lower_bound, scalar.objective * (1 + 1e-9));
    }
  }
}

/// Y = y a^T with unit a: the shared model's optimum is that of the scalar problem (X, y), squared
/// loss. Proof. A scalar network (w_j, alpha_j) becomes (w_j, alpha_j a) at the same objective.
/// Conversely project every alpha_j of a shared network to a: the penalty does not grow, and
/// |F - y a^T|^2 = |F a - y|^2 + |F (I - a a^T)|^2 does not either; what is left is scalar. QED
TEST(MultiOutputTraining, TargetsOfRankOneReduceToTheScalarOptimumInTheSharedModel) {
  Random random(22);
  for (const testing::Fixture& fixture : testing::closed_form_fixtures()) {
    const Vector a = random.direction(2);
    const MultiOutputProblem problem(fixture.X, fixture.y * a.transpose(), fixture.beta,
                                     VectorLoss::separable(Loss::squared()));
    const MultiOutputTrainingResult result =
        train_multi_output(problem, OutputModel::kShared, to_gap(1e-6));
    expect_valid(problem, OutputModel::kShared, result);
    EXPECT_EQ(result.status, TrainingStatus::kSolved) << fixture.name;
    EXPECT_NEAR(result.bound.objective, fixture.optimum, 2e-6 * fixture.optimum) << fixture.name;
  }
}

TEST(MultiOutputTraining, IndependentOutputsAreScalarProblems) {
  Random random(23);
  const Matrix X = append_ones(testing::random_matrix(random, 14, 2));
  const Matrix Y = testing::random_matrix(random, 14, 3);
  const MultiOutputProblem problem(X, Y, 0.4, VectorLoss::separable(Loss::squared()),
                                   OutputBias::kFree);
  const MultiOutputTrainingResult result =
      train_multi_output(problem, OutputModel::kIndependent, to_gap(1e-8));
  expect_valid(problem, OutputModel::kIndependent, result);
  double sum = 0;
  for (Index k = 0; k < 3; ++k) {
    sum += train(problem.scalar_problem(k), to_gap(1e-9)).objective;
  }
  EXPECT_NEAR(result.bound.objective, sum, 2e-8 * sum);
  EXPECT_EQ(result.status, TrainingStatus::kSolved);
  // Networks that share neurons contain these, and here they are better.
  const MultiOutputTrainingResult shared =
      train_multi_output(problem, OutputModel::kShared, to_gap(1e-4), result.network);
  expect_valid(problem, OutputModel::kShared, shared);
  EXPECT_LT(shared.bound.objective, sum * (1 - 1e-3));
  EXPECT_EQ(shared.status, TrainingStatus::kSolved);
}

TEST(MultiOutputTraining, SoftmaxOfTwoClassesIsLogisticUpToTheScaleOfTheMargin) {
  // Shared neurons: outputs (f, -f) / sqrt 2 carry the margin sqrt 2 f at |alpha| = |f's weight|,
  // and no other output direction changes the loss. With data sqrt 2 X the margins are those of the
  // scalar logistic problem (X -> sqrt 2 X).
  Random random(24);
  const Matrix X = append_ones(testing::random_matrix(random, 20, 2));
  const Matrix Y = random_classes(20, 2, random);
  const MultiOutputProblem problem(X, Y, 0.5, VectorLoss::softmax());
  const MultiOutputTrainingResult result =
      train_multi_output(problem, OutputModel::kShared, to_gap(1e-6));
  expect_valid(problem, OutputModel::kShared, result);
  const Vector labels = Y.col(0) - Y.col(1);
  const TrainingResult scalar =
      train(TrainingProblem(std::sqrt(2.0) * X, labels, 0.5, Loss::logistic()), to_gap(1e-8));
  EXPECT_EQ(result.status, TrainingStatus::kSolved);
  EXPECT_NEAR(result.bound.objective, scalar.objective, 2e-6 * scalar.objective);
}

TEST(MultiOutputTraining, ReachesTheGapForEveryBiasModelAndLoss) {
  Random random(25);
  for (const OutputBias bias : {OutputBias::kNone, OutputBias::kPenalised, OutputBias::kFree}) {
    for (const bool softmax : {true, false}) {
      for (const OutputModel model : {OutputModel::kShared, OutputModel::kIndependent}) {
        const MultiOutputProblem problem(
            testing::random_matrix(random, 18, 2),
            softmax ? random_classes(18, 3, random) : testing::random_matrix(random, 18, 3), 0.6,
            softmax ? VectorLoss::softmax(LossScale::kSum)
                    : VectorLoss::separable(Loss::huber(0.8)),
            bias);
        const MultiOutputTrainingResult result = train_multi_output(problem, model, to_gap(1e-3));
        expect_valid(problem, model, result);
        EXPECT_EQ(result.status, TrainingStatus::kSolved);
        // The bound of the returned dual holds by the brute force over all cells.
        if (model == OutputModel::kShared) {
          EXPECT_LE(testing::planar_vector_norm(problem.X(), result.bound.dual),
                    problem.beta() * (1 + 1e-12));
        } else {
          for (Index k = 0; k < 3; ++k) {
            EXPECT_LE(testing::planar_vector_norm(problem.X(), result.bound.dual.col(k)),
                      problem.beta() * (1 + 1e-12));
          }
        }
      }
    }
  }
}

TEST(MultiOutputTraining, AboveBetaMaxTheZeroNetworkIsOptimal) {
  Random random(26);
  const Matrix X = testing::random_matrix(random, 10, 2);
  const Matrix Y = random_classes(10, 3, random);
  const Matrix N = Y - Matrix::Constant(10, 3, 1.0 / 3);
  const double norm = testing::planar_vector_norm(X, N);
  const MultiOutputTrainingResult above =
      train_multi_output(MultiOutputProblem(X, Y, 1.001 * norm, VectorLoss::softmax()),
                         OutputModel::kShared, to_gap(1e-6));
  EXPECT_EQ(above.network.width(), 0);
  EXPECT_EQ(above.status, TrainingStatus::kSolved);
  EXPECT_NEAR(above.bound.objective, 10 * std::log(3.0), 1e-12);
  const MultiOutputTrainingResult below =
      train_multi_output(MultiOutputProblem(X, Y, 0.99 * norm, VectorLoss::softmax()),
                         OutputModel::kShared, to_gap(1e-6));
  EXPECT_GT(below.network.width(), 0);
  EXPECT_LT(below.bound.objective, 10 * std::log(3.0));
}

TEST(MultiOutputTraining, DuplicatedAndOppositeSamplesKeepTheOptimum) {
  Random random(27);
  Matrix X = testing::random_matrix(random, 12, 2);
  X.row(3) = X.row(0);
  X.row(7) = 2 * X.row(0);
  X.row(5) = -X.row(1);
  X.row(9).setZero();
  const MultiOutputProblem problem(X, testing::random_matrix(random, 12, 2), 0.3,
                                   VectorLoss::separable(Loss::squared()));
  const MultiOutputTrainingResult result =
      train_multi_output(problem, OutputModel::kShared, to_gap(1e-6));
  expect_valid(problem, OutputModel::kShared, result);
  EXPECT_EQ(result.status, TrainingStatus::kSolved);
}

TEST(MultiOutputTraining, ABoundOfAnyNetworkHoldsAndIsTightAtTheOptimum) {
  Random random(28);
  const MultiOutputProblem problem(testing::random_matrix(random, 15, 2),
                                   random_classes(15, 3, random), 0.4, VectorLoss::softmax(),
                                   OutputBias::kFree);
  const MultiOutputTrainingResult best =
      train_multi_output(problem, OutputModel::kShared, to_gap(1e-6));
  TwoLayerNetwork poor = best.network;
  poor.W *= 1.5;
  const MultiOutputBound of_poor =
      bound_multi_output(problem, OutputModel::kShared, poor, to_gap(1e-3));
  EXPECT_LE(of_poor.lower_bound, best.bound.objective);
  EXPECT_GT(of_poor.relative_gap, 1e-2);
  EXPECT_GT(of_poor.lower_bound, 0);
  const MultiOutputBound of_best =
      bound_multi_output(problem, OutputModel::kShared, best.network, to_gap(1e-4));
  EXPECT_LE(of_best.relative_gap, 1e-4);
}

TEST(MultiOutputTraining, LimitsLeaveValidAnswers) {
  Random random(29);
  const MultiOutputProblem problem(testing::random_matrix(random, 60, 5),
                                   testing::random_matrix(random, 60, 6), 0.5,
                                   VectorLoss::separable(Loss::squared()));
  TrainingSettings settings = to_gap(1e-9);
  settings.control.deadline = Deadline::after(0.3);
  for (const OutputModel model : {OutputModel::kShared, OutputModel::kIndependent}) {
    const MultiOutputTrainingResult result = train_multi_output(problem, model, settings);
    expect_valid(problem, model, result);
    EXPECT_LE(result.bound.objective, 0.5 * problem.Y().squaredNorm() * (1 + 1e-12));
  }
  settings.control.cancellation.cancel();
  const MultiOutputTrainingResult cancelled =
      train_multi_output(problem, OutputModel::kShared, settings);
  expect_valid(problem, OutputModel::kShared, cancelled);
  EXPECT_EQ(cancelled.status, TrainingStatus::kLimit);
}

TEST(MultiOutputTraining, RefusesWrongSettingsAndStarts) {
  const MultiOutputProblem problem(Matrix::Identity(3, 2), Matrix::Identity(3, 2), 0.1,
                                   VectorLoss::separable(Loss::squared()));
  EXPECT_THROW((void)train_multi_output(problem, OutputModel::kShared, to_gap(0)), InvalidArgument);
  TrainingSettings no_threads = to_gap(1e-3);
  no_threads.threads = 0;
  EXPECT_THROW((void)train_multi_output(problem, OutputModel::kShared, no_threads),
               InvalidArgument);
  EXPECT_THROW((void)train_multi_output(problem, OutputModel::kShared, to_gap(1e-3),
                                        TwoLayerNetwork::empty(2, 3)),
               InvalidArgument);
  TwoLayerNetwork both = TwoLayerNetwork::empty(2, 2);
  both.W = Matrix::Ones(1, 2);
  both.alpha = Matrix::Ones(1, 2);
  EXPECT_NO_THROW((void)train_multi_output(problem, OutputModel::kShared, to_gap(1e-2), both));
  EXPECT_THROW((void)train_multi_output(problem, OutputModel::kIndependent, to_gap(1e-2), both),
               InvalidArgument);
  EXPECT_THROW((void)bound_multi_output(problem, OutputModel::kIndependent, both, to_gap(1e-2)),
               InvalidArgument);
}

/// Independent outputs are shared neurons, too: with five times as long, shared ones are no worse.
TEST(MultiOutputTraining, ALimitDoesNotLeaveSharedNeuronsBehindIndependentOnes) {
  Random random(31);
  const Matrix X = testing::random_matrix(random, 300, 4);
  const Matrix Y = testing::random_matrix(random, 300, 5);
  const MultiOutputProblem problem(X, Y, 1.0, VectorLoss::separable(Loss::squared()));
  TrainingSettings settings = to_gap(1e-6);
  settings.control.deadline = Deadline::after(0.4);
  const auto independent = train_multi_output(problem, OutputModel::kIndependent, settings);
  settings.control.deadline = Deadline::after(2);
  const auto shared = train_multi_output(problem, OutputModel::kShared, settings);
  expect_valid(problem, OutputModel::kShared, shared);
  EXPECT_LE(shared.bound.objective, 1.01 * independent.bound.objective);
}

}  // namespace
}  // namespace thalweg
