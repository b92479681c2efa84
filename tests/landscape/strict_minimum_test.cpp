#include "thalweg/landscape/strict_minimum.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "support/fixtures.hpp"
#include "support/groundtruth.hpp"
#include "thalweg/convex/kink_newton.hpp"
#include "thalweg/core/error.hpp"
#include "thalweg/core/random.hpp"
#include "thalweg/model/transform.hpp"

namespace thalweg {
namespace {

using Status = StrictMinimumStatus;

bool certified(const StrictMinimum& minimum) { return minimum.status == Status::kCertified; }

/// The balanced network of weights s_j w_j.
TwoLayerNetwork balanced(const std::vector<std::pair<double, Vector>>& weights) {
  std::vector<Neuron> neurons;
  for (const auto& [sign, w] : weights) neurons.push_back({w, sign_of(sign), {}, -1});
  return to_network(neurons, weights.front().second.size(), {});
}

Vector vector_of(std::initializer_list<double> values) {
  Vector vector(static_cast<Index>(values.size()));
  std::copy(values.begin(), values.end(), vector.begin());
  return vector;
}

/// Moves every neuron's weights to some distance below `radius`, near and far ones alike.
TwoLayerNetwork perturbed(Random& random, const StrictMinimum& minimum) {
  TwoLayerNetwork network = minimum.network;
  const double most = 0.999 * (minimum.radius - minimum.distance);
  const double scale = std::pow(10.0, -6 * random.uniform());
  const Index d = network.input_dimension();
  for (Index j = 0; j < network.width(); ++j) {
    if (random.uniform() < 0.3 && network.width() > 1) continue;
    network.W.row(j) += most * scale * random.uniform() * random.direction(d).transpose();
    network.alpha(j, 0) += most * scale * (2 * random.uniform() - 1);
  }
  network.output_bias[0] += scale * random.normal() * (network.output_bias[0] != 0 ? 1 : 0);
  return network;
}

/// 2000 networks within the radius: none is lower, but for the rounding of the objective.
void expect_nothing_lower(const TrainingProblem& problem, const StrictMinimum& minimum) {
  Random random(7);
  const double rounding = 1e-14 * (1 + std::abs(minimum.upper)) * 10;
  for (int k = 0; k < 2000; ++k) {
    EXPECT_GE(problem.objective(perturbed(random, minimum)), minimum.lower - rounding);
  }
}

/// What a certificate says must agree with the problem's own evaluation.
void expect_consistent(const TrainingProblem& problem, const StrictMinimum& minimum) {
  ASSERT_TRUE(certified(minimum)) << describe(minimum.status);
  EXPECT_LE(minimum.lower, minimum.upper);
  EXPECT_LE(minimum.upper - minimum.lower, 1e-11 * (1 + minimum.upper));
  EXPECT_NEAR(problem.objective(minimum.network), minimum.upper, 1e-11 * (1 + minimum.upper));
  EXPECT_GT(minimum.radius, minimum.distance);
  EXPECT_LE(balance_defect(minimum.network), 1e-14 * minimum.network.alpha.norm());
}

TEST(StrictMinimum, ClosedFormMinimaAreEnclosed) {
  const double root3 = std::sqrt(3.0);
  const auto fixtures = testing::closed_form_fixtures();
  const auto problem_of = [&](const std::string& name) {
    for (const auto& fixture : fixtures) {
      if (fixture.name == name) return fixture.problem();
    }
    throw InvalidArgument(name);
  };
  struct Known {
    std::string name;
    TwoLayerNetwork network;
    double objective;
  };
  // F1's neuron on one side: residual nu_1 = beta / 2, so its mass is 1/2 - beta / 4.
  const double side = 0.5 - 0.1 / 4;
  const std::vector<Known> all = {
      {"F3", balanced({{1, 0.9 * vector_of({0.6, 0.8})}, {1, 0.9 * vector_of({0.6, -0.8})}}), 0.19},
      {"F1", balanced({{1, side * vector_of({-root3 / 2, 0.5})}}), 0.54875},
      {"F1x", balanced({{1, side * vector_of({0.5, 0.5, 0.5, 0.5})}}), 0.54875},
      {"F5", balanced({{1, vector_of({-0.9})}}), 2.095},
      {"F5", balanced({{1, vector_of({1.9})}}), 0.695},
      {"F5", balanced({{1, vector_of({-0.9})}, {1, vector_of({1.9})}}), 0.29},
      // Neurons on kinks: the optimum of F6, on the ties x_2 and x_1.
      {"F6",
       balanced(
           {{1, (1 - 0.1 * std::sqrt(2.0)) * vector_of({1, -1})}, {-1, 0.9 * vector_of({0, 1})}}),
       0.22642135623730949},
  };
  for (const Known& known : all) {
    SCOPED_TRACE(known.name);
    const TrainingProblem problem = problem_of(known.name);
    const StrictMinimum minimum = strict_minimum(problem, known.network);
    expect_consistent(problem, minimum);
    EXPECT_NEAR(minimum.lower, known.objective, 5e-15);
    EXPECT_NEAR(minimum.upper, known.objective, 5e-15);
    EXPECT_LE(minimum.distance, 1e-13);
    expect_nothing_lower(problem, minimum);
  }
}

TEST(StrictMinimum, KinksAreNamed) {
  const TrainingProblem problem(
      testing::make_fixture("F6", {{1, 0}, {1, 1}}, {1, -1}, 0).problem());
  const StrictMinimum minimum =
      strict_minimum(problem, balanced({{1, (1 - 0.1 * std::sqrt(2.0)) * vector_of({1, -1})},
                                        {-1, 0.9 * vector_of({0, 1})}}));
  ASSERT_TRUE(certified(minimum));
  EXPECT_EQ(minimum.kinks, (std::vector<std::vector<Index>>{{1}, {0}}));
}

/// F4 at width 1 is Clarke stationary on a kink that bends downward: no local minimum.
TEST(StrictMinimum, DownwardKinkIsRejected) {
  const TrainingProblem problem =
      testing::make_fixture("F4", {{1, -1}, {0, 1}}, {1, 1}, 0).problem();
  const StrictMinimum minimum = strict_minimum(problem, balanced({{1, 0.9 * vector_of({1, 0})}}));
  EXPECT_EQ(minimum.status, Status::kMultiplier);
}

/// Rows that are multiples of each other, of different targets: only their sum bends.
TEST(StrictMinimum, ParallelRowsShareAKink) {
  Matrix X(4, 2);
  X << 1, 0, 1, 1, 2, 2, -0.5, -0.5;
  // F6 with its second row split into three; nu of the parts sums to the same pull.
  const Vector y = vector_of({1, -1, 0.25, 0});
  const TrainingProblem problem(X, y, 0.1, Loss::squared());
  SolverSettings settings;
  const KinkNewtonResult solved =
      kink_newton(problem, {{vector_of({0.8, -0.8}), Sign::kPlus, {}, -1}}, {}, settings);
  ASSERT_EQ(solved.neurons.size(), 1U);
  const StrictMinimum minimum = strict_minimum(problem, to_network(solved.neurons, 2, {}));
  if (certified(minimum)) {
    expect_consistent(problem, minimum);
    expect_nothing_lower(problem, minimum);
  }
  EXPECT_TRUE(certified(minimum)) << describe(minimum.status);
}

class StrictMinimumGroundTruth : public ::testing::TestWithParam<testing::GroundTruth> {};

TEST_P(StrictMinimumGroundTruth, EveryStoredNetworkGetsTheRightAnswer) {
  const testing::GroundTruth& truth = GetParam();
  const TrainingProblem problem = truth.problem();
  for (const testing::GroundTruthNetwork& stored : truth.networks) {
    SCOPED_TRACE(stored.name);
    const StrictMinimum minimum = strict_minimum(problem, stored.network);
    if (certified(minimum)) {
      expect_consistent(problem, minimum);
      EXPECT_NEAR(minimum.lower, stored.objective, 1e-12 * (1 + stored.objective));
      expect_nothing_lower(problem, minimum);
    }
    if (stored.name == "spurious_smooth") {
      // Some are split neurons: flat until they are merged.
      const TwoLayerNetwork merged = merge(stored.network, 1e-7);
      const bool split = merged.width() < stored.network.width();
      EXPECT_EQ(minimum.status, split ? Status::kDependent : Status::kCertified);
      const StrictMinimum whole = strict_minimum(problem, merged);
      EXPECT_TRUE(certified(whole)) << describe(whole.status);
      for (const auto& rows : whole.kinks) EXPECT_TRUE(rows.empty());
      EXPECT_NEAR(whole.upper, stored.objective, 1e-12 * (1 + stored.objective));
    }
    for (const char* moving : {"nonstationary", "unbalanced", "global_perturbed", "zero_network",
                               "global_split_permuted", "global_centre", "wide_trained"}) {
      if (stored.name == moving) {
        EXPECT_FALSE(certified(minimum));
        EXPECT_TRUE(std::isnan(minimum.lower) && std::isnan(minimum.radius));
      }
    }
  }
}

std::string name_of(const ::testing::TestParamInfo<testing::GroundTruth>& info) {
  std::string name = info.param.name;
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(All, StrictMinimumGroundTruth,
                         ::testing::ValuesIn(testing::all_groundtruth()), name_of);

TEST(StrictMinimum, SplitAndEmptyNeuronsAreNotIsolated) {
  const TrainingProblem problem =
      testing::make_fixture("F3", {{0.6, 0.8}, {0.6, -0.8}}, {1, 1}, 0).problem();
  const Vector w = vector_of({0.6, 0.8});
  const Vector v = 0.9 * vector_of({0.6, -0.8});
  EXPECT_EQ(strict_minimum(problem, balanced({{1, 0.5 * w}, {1, 0.4 * w}, {1, v}})).status,
            Status::kDependent);
  TwoLayerNetwork network = append_neuron(balanced({{1, 0.9 * w}, {1, v}}), Vector::Zero(2), 0);
  EXPECT_EQ(strict_minimum(problem, network).status, Status::kEmptySlot);
  EXPECT_THROW((void)strict_minimum(problem, TwoLayerNetwork::empty(2)), InvalidArgument);
  EXPECT_THROW((void)strict_minimum(problem, TwoLayerNetwork::empty(3)), InvalidArgument);
}

TEST(StrictMinimum, TheAllowedDistanceIsKept) {
  const TrainingProblem problem =
      testing::make_fixture("F3", {{0.6, 0.8}, {0.6, -0.8}}, {1, 1}, 0).problem();
  const TwoLayerNetwork near = balanced(
      {{1, 0.9 * vector_of({0.6, 0.8}) + vector_of({1e-4, 0})}, {1, 0.9 * vector_of({0.6, -0.8})}});
  EXPECT_EQ(strict_minimum(problem, near).status, Status::kFar);
  StrictMinimumSettings settings;
  settings.distance = 1e-3;
  const StrictMinimum minimum = strict_minimum(problem, near, settings);
  ASSERT_TRUE(certified(minimum));
  EXPECT_GT(minimum.moved, 5e-5);
  EXPECT_LT(minimum.moved, 2e-4);
  EXPECT_LT(minimum.distance, 1e-13);
}

/// The flat valley of Huber's linear part is not strict, and at its rim the curvature jumps.
TEST(StrictMinimum, HuberNeedsCurvature) {
  const TrainingProblem problem(Matrix::Ones(1, 1), vector_of({3}), 0.5, Loss::huber(0.5));
  EXPECT_FALSE(certified(strict_minimum(problem, balanced({{1, vector_of({1})}}))));
  EXPECT_EQ(strict_minimum(problem, balanced({{1, vector_of({2.5})}})).status, Status::kCurvature);
}

/// All losses and affine parts on random data: what Newton finds and is certified is a minimum.
TEST(StrictMinimum, OtherLossesAndAffineParts) {
  Random random(11);
  const std::vector<Loss> losses = {
      Loss::squared(LossScale::kMean), Loss::huber(0.8), Loss::squared_hinge(), Loss::logistic(),
      Loss::squared().with_sample_weights(Vector::LinSpaced(12, 0.5, 2))};
  int proved = 0;
  int tried = 0;
  for (const Loss& loss : losses) {
    for (const OutputBias bias : {OutputBias::kNone, OutputBias::kPenalised, OutputBias::kFree}) {
      for (int draw = 0; draw < 4; ++draw) {
        const Matrix X = Matrix::NullaryExpr(12, 3, [&] { return random.normal(); });
        Vector y = Vector::NullaryExpr(12, [&] { return random.normal(); });
        if (loss.needs_labels()) y = y.unaryExpr([](double v) { return v < 0 ? -1.0 : 1.0; });
        const double beta = loss.scale() == LossScale::kMean ? 0.02 : 0.2;
        const TrainingProblem problem(X, y, beta, loss, bias);
        std::vector<Neuron> start;
        for (int j = 0; j < 2; ++j) {
          start.push_back({0.5 * random.direction(3), j == 0 ? Sign::kPlus : Sign::kMinus, {}, -1});
        }
        const KinkNewtonResult solved =
            kink_newton(problem, start, problem.best_affine_part(), SolverSettings{});
        if (solved.neurons.empty()) continue;
        ++tried;
        const StrictMinimum minimum =
            strict_minimum(problem, to_network(solved.neurons, 3, solved.affine()));
        if (!certified(minimum)) continue;
        ++proved;
        expect_consistent(problem, minimum);
        expect_nothing_lower(problem, minimum);
      }
    }
  }
  // Newton's limits are local minima on generic data.
  EXPECT_GE(proved, 9 * tried / 10);
  EXPECT_GE(tried, 40);
}

/// Small integers: parallel rows, zero rows and hyperplanes that follow from others abound.
TEST(StrictMinimum, DegenerateData) {
  Random random(19);
  int proved = 0;
  int implied = 0;
  for (int draw = 0; draw < 60; ++draw) {
    const auto small = [&](int size) {
      return static_cast<double>(random.below(static_cast<std::uint64_t>(2 * size + 1))) - size;
    };
    Matrix X = Matrix::NullaryExpr(14, 3, [&] { return small(1); });
    const Vector y = Vector::NullaryExpr(14, [&] { return small(3); });
    const TrainingProblem problem(X, y, 0.5, Loss::squared());
    std::vector<Neuron> start;
    for (int j = 0; j < 3; ++j) {
      start.push_back({random.direction(3), j == 0 ? Sign::kPlus : Sign::kMinus, {}, -1});
    }
    const KinkNewtonResult solved = kink_newton(problem, start, {}, SolverSettings{});
    if (solved.neurons.empty()) continue;
    const StrictMinimum minimum = strict_minimum(problem, to_network(solved.neurons, 3, {}));
    if (!certified(minimum)) continue;
    ++proved;
    for (const auto& rows : minimum.kinks) implied += rows.size() > 2 ? 1 : 0;
    expect_consistent(problem, minimum);
    expect_nothing_lower(problem, minimum);
  }
  EXPECT_GE(proved, 20);
  EXPECT_GE(implied, 10);
}

}  // namespace
}  // namespace thalweg
