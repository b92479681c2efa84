#include "thalweg/reformulation/closed_forms.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "reformulation/complete_program.hpp"
#include "reformulation/rational_orthogonal.hpp"
#include "support/random_matrix.hpp"
#include "thalweg/core/error.hpp"
#include "thalweg/reformulation/parallel_network.hpp"
#include "thalweg/training/multi_output_training.hpp"
#include "thalweg/training/train.hpp"

namespace thalweg {
namespace {

using testing::random_vector;
using testing::rational_orthogonal;

Matrix theory_orthogonal() {
  Matrix X(3, 3);
  X << 2, -1, 2, 2, 2, -1, -1, 2, 2;
  return X / 3;
}

TrainingProblem theory_problem(const Matrix& X) {
  return {X, Vector{{2, -1, 1}}, 0.5, Loss::squared()};
}

/// The objective of a network's plain weights; the fit must be the formula's.
double attained(const ParallelNetwork& architecture, const TrainingProblem& problem,
                const DeepClosedForm& result) {
  check_network(architecture, result.network);
  const Vector fit = architecture.predict(problem.X(), result.network);
  EXPECT_LE((fit - result.fit).norm(), 1e-14);
  return problem.loss().value(fit, problem.y()) +
         problem.beta() * architecture.penalty(result.network);
}

TEST(WhitenedOptimum, TheoryNumbers) {
  for (const Matrix& X : {Matrix(Matrix::Identity(3, 3)), theory_orthogonal()}) {
    const TrainingProblem problem = theory_problem(X);
    const ClosedForm result = whitened_optimum(problem);
    const double expected = 0.5 * std::sqrt(5.0) + 0.25;
    EXPECT_NEAR(expected, 1.3680339887, 1e-10);
    EXPECT_NEAR(result.value, expected, 1e-14);
    EXPECT_NEAR(result.objective, expected, 1e-14);
    EXPECT_NEAR(result.lower_bound, expected, 1e-14);
    EXPECT_LE(result.network.width(), 2);
    EXPECT_LE((problem.fit(result.network) - result.fit).norm(), 1e-14);
  }
}

TEST(WhitenedOptimum, AgreesWithTraining) {
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    Random random(seed);
    const Index d = 5;
    const Index n = 3 + static_cast<Index>(seed % 3);
    const Matrix X = rational_orthogonal(random, d).topRows(n);
    const LossScale scale = seed % 2 == 0 ? LossScale::kSum : LossScale::kMean;
    const double beta = seed % 2 == 0 ? 0.3 : 0.1;
    const TrainingProblem problem(X, random_vector(random, n), beta, Loss::squared(scale));
    const ClosedForm result = whitened_optimum(problem);
    EXPECT_NEAR(result.value, result.objective, 1e-13);
    EXPECT_NEAR(result.value, result.lower_bound, 1e-13);
    TrainingSettings settings;
    settings.relative_gap = 1e-8;
    const TrainingResult trained = train(problem, settings);
    ASSERT_EQ(trained.status, TrainingStatus::kSolved);
    EXPECT_GE(result.value, trained.lower_bound - 1e-12);
    EXPECT_LE(result.value, trained.objective + 1e-12);
  }
}

TEST(WhitenedOptimum, DefectIsInTheBounds) {
  Random random(3);
  Matrix X = rational_orthogonal(random, 4);
  X(1, 2) += 2e-7;
  const TrainingProblem problem(X, random_vector(random, 4), 0.2, Loss::squared());
  const ClosedForm result = whitened_optimum(problem);
  EXPECT_GT(result.defect, 1e-7);
  EXPECT_LE(result.objective - result.lower_bound, 1e-6);
  TrainingSettings settings;
  settings.relative_gap = 1e-10;
  const TrainingResult trained = train(problem, settings);
  EXPECT_LE(result.lower_bound, trained.objective);
  EXPECT_GE(result.objective, trained.lower_bound);
}

TEST(WhitenedOptimum, AboveTheLargestPenaltyTheNetworkIsEmpty) {
  const ClosedForm result =
      whitened_optimum({theory_orthogonal(), Vector{{2, -1, 1}}, 3.0, Loss::squared()});
  EXPECT_EQ(result.network.width(), 0);
  EXPECT_DOUBLE_EQ(result.value, 3.0);
  EXPECT_DOUBLE_EQ(result.lower_bound, 3.0);
}

TEST(WhitenedOptimum, RefusesOtherData) {
  Matrix X = theory_orthogonal();
  X(0, 0) += 1e-5;
  EXPECT_THROW((void)whitened_optimum(theory_problem(X)), InvalidArgument);
  EXPECT_THROW((void)whitened_path_optimum(theory_problem(X), {2}), InvalidArgument);
  const Matrix tall = Matrix::Identity(4, 4).leftCols(3);
  EXPECT_THROW((void)whitened_optimum({tall, Vector::Ones(4), 0.1, Loss::squared()}),
               InvalidArgument);
  const Matrix I = Matrix::Identity(2, 2);
  const Vector y = Vector::Ones(2);
  EXPECT_THROW((void)whitened_optimum({I, y, 0.1, Loss::logistic()}), InvalidArgument);
  EXPECT_THROW((void)whitened_optimum({I, y, 0.1, Loss::squared(), OutputBias::kFree}),
               InvalidArgument);
  EXPECT_THROW(
      (void)whitened_optimum({I, y, 0.1, Loss::squared().with_sample_weights(Vector{{1, 2}})}),
      InvalidArgument);
  EXPECT_THROW((void)whitened_path_optimum({I, y, 0.1, Loss::squared()}, {2, 0}), InvalidArgument);
  EXPECT_THROW((void)whitened_three_layer_optimum({I, y, 0.1, Loss::squared()}, 0),
               InvalidArgument);
}

TEST(WhitenedThreeLayer, SameValueAsTwoLayersAndAttained) {
  const TrainingProblem problem = theory_problem(theory_orthogonal());
  const DeepClosedForm result = whitened_three_layer_optimum(problem, 2);
  EXPECT_NEAR(result.value, 1.3680339887, 1e-10);
  EXPECT_NEAR(result.lower_bound, result.value, 1e-14);
  const ParallelNetwork architecture(3, {2}, BranchCost::kConstrained);
  EXPECT_NEAR(attained(architecture, problem, result), result.value, 1e-14);
}

TEST(WhitenedPath, TheoryNumberAndAttained) {
  for (const Matrix& X : {Matrix(Matrix::Identity(3, 3)), theory_orthogonal()}) {
    const TrainingProblem problem = theory_problem(X);
    const std::vector<std::pair<std::vector<Index>, double>> cases = {
        {{}, 1.3680339887}, {{1}, 1.3680339887}, {{2}, 1.0191228}, {{2, 1}, 1.0191228}};
    for (const auto& [fan_ins, expected] : cases) {
      const DeepClosedForm result = whitened_path_optimum(problem, fan_ins);
      EXPECT_NEAR(result.value, expected, 1e-7);
      EXPECT_NEAR(result.lower_bound, result.value, 1e-14);
      const ParallelNetwork architecture(3, fan_ins, BranchCost::kPath);
      EXPECT_NEAR(attained(architecture, problem, result), result.value, 1e-14);
    }
  }
}

/// The convex programs over all pieces of the architectures, by other code.
TEST(WhitenedDeep, AgreesWithTheCompletePrograms) {
  for (std::uint64_t seed = 0; seed < 2; ++seed) {
    Random random(300 + seed);
    const Index d = 3 + static_cast<Index>(seed);
    const Matrix X = rational_orthogonal(random, d).topRows(3);
    const TrainingProblem problem(X, random_vector(random, 3), 0.2, Loss::squared());
    testing::expect_optimum(ParallelNetwork(d, {2}, BranchCost::kPath), X, problem.y(), 0.2,
                            whitened_path_optimum(problem, {2}).value, 1e-8);
    testing::expect_optimum(ParallelNetwork(d, {2}, BranchCost::kConstrained), X, problem.y(), 0.2,
                            whitened_three_layer_optimum(problem, 2).value, 1e-8);
  }
}

TEST(WhitenedPath, NoRandomTreeIsBelow) {
  Random random(11);
  const TrainingProblem problem = theory_problem(theory_orthogonal());
  const ParallelNetwork architecture(3, {2, 3}, BranchCost::kPath);
  const double bound = whitened_path_optimum(problem, {2, 3}).lower_bound;
  for (int trial = 0; trial < 300; ++trial) {
    BranchNetwork network;
    for (const Index size : {18, 6, 3, 1}) {
      network.layers.push_back(0.5 * testing::random_matrix(random, 2, size));
    }
    const Vector fit = architecture.predict(problem.X(), network);
    EXPECT_GE(problem.loss().value(fit, problem.y()) + 0.5 * architecture.penalty(network), bound);
  }
}

TEST(WhitenedOneHot, AgreesWithTrainingOfBothModels) {
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    Random random(100 + seed);
    const Matrix X = rational_orthogonal(random, 6);
    const Matrix Y =
        class_indicators(Vector{{0, 1, 2, 1, 0, 1}}, 3) * (1.0 + 0.5 * random.uniform());
    const LossScale scale = seed % 2 == 0 ? LossScale::kSum : LossScale::kMean;
    const double beta = seed % 2 == 0 ? 0.6 : 0.2;  // the third class is below the threshold in one
    const MultiOutputProblem problem(X, Y, beta, VectorLoss::separable(Loss::squared(scale)));
    const MultiOutputClosedForm result = whitened_one_hot_optimum(problem);
    EXPECT_NEAR(result.value, result.objective, 1e-13);
    EXPECT_NEAR(result.value, result.lower_bound, 1e-13);
    problem.check(result.network, OutputModel::kIndependent);
    EXPECT_LE((problem.fit(result.network) - result.fit).norm(), 1e-13);
    for (const OutputModel model : {OutputModel::kShared, OutputModel::kIndependent}) {
      const MultiOutputBound trained = train_multi_output(problem, model, {}).bound;
      EXPECT_GE(result.value, trained.lower_bound - 1e-12) << name(model);
      EXPECT_LE(result.value, trained.objective + 1e-12) << name(model);
      EXPECT_LE(trained.relative_gap, 1e-5) << name(model);
    }
  }
}

TEST(WhitenedOneHot, RefusesOtherTargets) {
  const Matrix X = Matrix::Identity(2, 2);
  const VectorLoss squared = VectorLoss::separable(Loss::squared());
  Matrix Y(2, 2);
  Y << 1, 0, 0, 2;
  EXPECT_NO_THROW((void)whitened_one_hot_optimum({X, Y, 0.1, squared}));
  Y(0, 1) = 0.5;
  EXPECT_THROW((void)whitened_one_hot_optimum({X, Y, 0.1, squared}), InvalidArgument);
  Y << -1, 0, 0, 2;
  EXPECT_THROW((void)whitened_one_hot_optimum({X, Y, 0.1, squared}), InvalidArgument);
  Y << 1, 0, 0, 1;
  EXPECT_THROW((void)whitened_one_hot_optimum({X, Y, 0.1, VectorLoss::softmax()}), InvalidArgument);
  EXPECT_THROW((void)whitened_one_hot_optimum({2 * X, Y, 0.1, squared}), InvalidArgument);
}

TEST(RankOneOptimum, TheoryNumber) {
  const Vector c{{1, -2, 3, -1}};
  const Vector a{{3, 4}};
  const TrainingProblem problem(c * a.transpose(), Vector{{2, 1, 3, -1}}, 2, Loss::squared());
  const ClosedForm result = rank_one_optimum(problem);
  EXPECT_NEAR(result.value, 1.846, 1e-13);
  EXPECT_NEAR(result.objective, 1.846, 1e-13);
  EXPECT_NEAR(result.lower_bound, 1.846, 1e-12);
}

TEST(RankOneOptimum, AgreesWithTraining) {
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    Random random(200 + seed);
    const Vector c = random_vector(random, 7);
    const Vector a = random_vector(random, 3);
    const double beta = seed < 3 ? 0.4 : 0.05;
    const TrainingProblem problem(c * a.transpose(), random_vector(random, 7), beta,
                                  Loss::squared(seed < 3 ? LossScale::kSum : LossScale::kMean));
    const ClosedForm result = rank_one_optimum(problem);
    EXPECT_NEAR(result.value, result.objective, 1e-12);
    EXPECT_NEAR(result.value, result.lower_bound, 1e-12);
    const TrainingResult trained = train(problem, {});
    EXPECT_GE(result.value, trained.lower_bound - 1e-11);
    EXPECT_LE(result.value, trained.objective + 1e-11);
  }
}

TEST(RankOneOptimum, RefusesOtherData) {
  const Vector y = Vector::Ones(2);
  EXPECT_THROW((void)rank_one_optimum({Matrix::Identity(2, 2), y, 0.1, Loss::squared()}),
               InvalidArgument);
  EXPECT_THROW((void)rank_one_optimum({Matrix::Zero(2, 2), y, 0.1, Loss::squared()}),
               InvalidArgument);
  EXPECT_THROW((void)rank_one_optimum({Matrix::Ones(2, 2), y, 0.1, Loss::huber(1)}),
               InvalidArgument);
}

}  // namespace
}  // namespace thalweg
