#include <gtest/gtest.h>

#include "convex/random_problem.hpp"
#include "thalweg/training/beta_max.hpp"
#include "training/training_checks.hpp"

namespace thalweg {
namespace {

struct Setting {
  OutputBias bias;
  SkipConnection skip;
};

constexpr Setting kSettings[] = {{OutputBias::kNone, SkipConnection::kNone},
                                 {OutputBias::kPenalised, SkipConnection::kNone},
                                 {OutputBias::kFree, SkipConnection::kNone},
                                 {OutputBias::kNone, SkipConnection::kFree},
                                 {OutputBias::kPenalised, SkipConnection::kFree},
                                 {OutputBias::kFree, SkipConnection::kFree}};
constexpr double kShares[] = {1e-8, 1e-6, 1e-4, 1e-2, 0.5, 1, 10};

TrainingResult trained(const TrainingProblem& problem, double gap = 1e-6) {
  TrainingSettings settings;
  settings.relative_gap = gap;
  settings.control.deadline = Deadline::after(20);
  return train(problem, settings);
}

/// Weak duality against what training did not see: the returned network moved a little or a lot,
/// and the network without neurons.
void expect_bound_holds(const TrainingProblem& problem, const TrainingResult& result,
                        Random& random) {
  testing::expect_valid(problem, result);
  const double bound = result.lower_bound * (1 - 1e-9);
  TwoLayerNetwork zero = TwoLayerNetwork::empty(problem.dimension());
  const AffinePart affine = problem.best_affine_part();
  zero.output_bias[0] = affine.bias;
  zero.skip = affine.skip;
  EXPECT_LE(bound, problem.objective(zero));
  for (int trial = 0; trial < 20; ++trial) {
    TwoLayerNetwork moved = result.network;
    const double size = std::pow(10.0, -8 * random.uniform());
    for (Index j = 0; j < moved.width(); ++j) {
      moved.W.row(j) *= 1 + size * random.normal();
      moved.alpha(j, 0) *= 1 + size * random.normal();
    }
    if (problem.output_bias() != OutputBias::kNone) moved.output_bias[0] += size * random.normal();
    if (moved.has_skip()) moved.skip *= 1 + size * random.normal();
    EXPECT_LE(bound, problem.objective(moved));
  }
}

/// All losses, biases, skip connections and penalties from 1e-8 to 10 beta_max over data from
/// `make`; returns how many runs did not reach the gap.
template <typename Make>
int count_open(std::uint64_t seed, const Make& make, double least_share) {
  int open = 0;
  for (const Loss& loss : testing::all_losses()) {
    for (const Setting& setting : kSettings) {
      Random random(seed);
      Matrix X = testing::random_matrix(random, 20, 3);
      Vector y = testing::random_targets(random, 20, loss);
      make(X, y);
      const double largest = beta_max({X, y, 1, loss, setting.bias, setting.skip}, {}).upper;
      for (const double share : kShares) {
        if (share < least_share || !(share * largest > 1e-300)) continue;
        SCOPED_TRACE(loss.name() + " bias " + std::to_string(static_cast<int>(setting.bias)) +
                     " skip " + std::to_string(static_cast<int>(setting.skip)) + " share " +
                     std::to_string(share));
        const TrainingProblem problem(X, y, share * largest, loss, setting.bias, setting.skip);
        const TrainingResult result = trained(problem);
        expect_bound_holds(problem, result, random);
        if (result.status == TrainingStatus::kSolved) {
          EXPECT_LE(result.relative_gap, 1e-6);
          EXPECT_LE(result.objective - result.lower_bound, 1.01e-6 * result.objective + 1e-25);
        } else {
          ++open;
        }
      }
    }
  }
  return open;
}

TEST(TrainHardInputs, OrdinaryDataOverTheWholeRangeOfPenalties) {
  EXPECT_LE(count_open(
                101, [](Matrix&, Vector&) {}, 0),
            3);
}

TEST(TrainHardInputs, NoiseNearlyInterpolated) {
  // The optimum has nearly as many neurons as samples.
  Random random(1);
  const Matrix X = testing::random_matrix(random, 48, 3);
  const Vector y = testing::random_targets(random, 48, Loss::squared());
  const double largest = beta_max({X, y, 1, Loss::squared()}, {}).upper;
  const TrainingProblem problem(X, y, 1e-8 * largest, Loss::squared());
  const TrainingResult result = trained(problem, 1e-9);
  expect_bound_holds(problem, result, random);
  EXPECT_EQ(result.status, TrainingStatus::kSolved);
}

TEST(TrainHardInputs, UnitsOfXDoNotMatter) {
  for (const double unit : {1e-8, 1e8}) {
    EXPECT_LE(count_open(
                  102, [&](Matrix& X, Vector&) { X *= unit; }, 1e-6),
              2);
  }
}

TEST(TrainHardInputs, ColumnsOfUnlikeUnits) {
  const auto make = [](Matrix& X, Vector&) {
    X.col(0) *= 1e-6;
    X.col(1) *= 1e6;
  };
  EXPECT_LE(count_open(103, make, 1e-4), 2);
}

TEST(TrainHardInputs, DuplicatedSamplesThatContradictEachOther) {
  const auto make = [](Matrix& X, Vector& y) {
    X.bottomRows(10) = X.topRows(10).eval();
    for (Index i = 10; i < 20; i += 2) y[i] = y[i - 10];
  };
  EXPECT_LE(count_open(104, make, 1e-6), 2);
}

TEST(TrainHardInputs, ConstantTargets) {
  // Every class 1: with a free bias the logistic loss has no minimiser.
  EXPECT_LE(count_open(
                105, [](Matrix&, Vector& y) { y.setOnes(); }, 1e-6),
            12);
}

}  // namespace
}  // namespace thalweg
