#include "thalweg/landscape/stationarity.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "support/fixtures.hpp"
#include "support/groundtruth.hpp"
#include "thalweg/convex/kink_newton.hpp"
#include "thalweg/core/error.hpp"
#include "thalweg/core/random.hpp"
#include "thalweg/model/transform.hpp"
#include "thalweg/training/train.hpp"

namespace thalweg {
namespace {

bool yes(const ProvedFinding& found) { return found.finding == Finding::kYes && found.proved; }
bool no(const ProvedFinding& found) { return found.finding == Finding::kNo && found.proved; }

Vector vector_of(std::initializer_list<double> values) {
  Vector vector(static_cast<Index>(values.size()));
  std::copy(values.begin(), values.end(), vector.begin());
  return vector;
}

/// The balanced network of products s_j w_j.
TwoLayerNetwork balanced(const std::vector<std::pair<double, Vector>>& weights) {
  std::vector<Neuron> neurons;
  for (const auto& [sign, w] : weights) neurons.push_back({w, sign_of(sign), {}, -1});
  return to_network(neurons, weights.front().second.size(), {});
}

TrainingProblem fixture(const std::string& name) {
  for (const auto& known : testing::closed_form_fixtures()) {
    if (known.name == name) return known.problem();
  }
  throw InvalidArgument(name);
}

TwoLayerNetwork perturbed(const TwoLayerNetwork& network, double size, std::uint64_t seed) {
  Random random(seed);
  TwoLayerNetwork result = network;
  for (Index j = 0; j < network.width(); ++j) {
    const double length = size * network.W.row(j).norm();
    result.W.row(j) += length * random.direction(network.input_dimension()).transpose();
    result.alpha(j, 0) += length * (2 * random.uniform() - 1);
  }
  return result;
}

void expect_stationary(const Stationarity& found, double tolerance) {
  EXPECT_TRUE(yes(found.balanced));
  EXPECT_TRUE(yes(found.clarke));
  EXPECT_TRUE(yes(found.d_stationary));
  EXPECT_LE(found.clarke_residual, tolerance);
  EXPECT_LE(found.moved, StationaritySettings().distance);
}

/// A direction of descent must lower the stored network.
void expect_descent(const TrainingProblem& problem, const TwoLayerNetwork& network,
                    const Stationarity& found) {
  ASSERT_TRUE(found.descent);
  EXPECT_GT(found.descent->decrease, 0);
  TwoLayerNetwork lower = network;
  if (found.descent->kind == DescentKind::kAffine) return;
  lower.W.row(found.descent->neuron) += found.descent->step * found.descent->w.transpose();
  lower.alpha(found.descent->neuron, 0) += found.descent->step * found.descent->alpha;
  EXPECT_LE(problem.objective(lower),
            problem.objective(network) - 0.9 * found.descent->decrease + 1e-15);
  EXPECT_NEAR(std::hypot(found.descent->w.norm(), found.descent->alpha), 1, 1e-12);
}

class StationarityGroundTruth : public ::testing::TestWithParam<testing::GroundTruth> {};

TEST_P(StationarityGroundTruth, EveryStoredNetworkGetsTheRightAnswer) {
  const testing::GroundTruth& truth = GetParam();
  const TrainingProblem problem = truth.problem();
  const double tolerance = 1e-8 * truth.beta;
  for (const testing::GroundTruthNetwork& stored : truth.networks) {
    SCOPED_TRACE(stored.name);
    const Stationarity found = stationarity(problem, stored.network);
    const bool global = stored.name.rfind("global_", 0) == 0 && stored.name != "global_perturbed";
    const bool spurious = stored.name.rfind("spurious_", 0) == 0;
    if (global || spurious) {
      expect_stationary(found, tolerance);
      EXPECT_EQ(found.local_minimum.finding, Finding::kYes);
      EXPECT_FALSE(found.descent);
    }
    if (stored.name == "spurious_smooth") {
      EXPECT_EQ(found.exact_ties, 0);
      EXPECT_LE(found.clarke_residual_stored, tolerance);
    }
    if (stored.name == "zero_network") {
      expect_stationary(found, tolerance);
      EXPECT_EQ(found.clarke_exact, Finding::kYes);
      // Global exactly from beta_max on; a local minimum only then, because its slot is empty.
      const bool minimum = truth.beta >= truth.beta_max * (1 - 1e-12);
      EXPECT_EQ(found.local_minimum.finding, minimum ? Finding::kYes : Finding::kNo);
      if (!minimum) {
        EXPECT_EQ(found.descent->kind, DescentKind::kEmptySlot);
        expect_descent(problem, stored.network, found);
      }
    }
    if (stored.name == "nonstationary" || stored.name == "global_perturbed") {
      EXPECT_TRUE(no(found.clarke));
      EXPECT_TRUE(no(found.d_stationary));
      EXPECT_TRUE(no(found.local_minimum));
      EXPECT_GT(found.clarke_residual_at_least, tolerance);
      EXPECT_LE(found.clarke_residual_at_least, found.clarke_residual_stored * (1 + 1e-9));
      expect_descent(problem, stored.network, found);
    }
    if (stored.name == "unbalanced") {
      EXPECT_TRUE(no(found.balanced));
      EXPECT_TRUE(no(found.clarke));
      EXPECT_EQ(found.clarke_exact, Finding::kNo);
      expect_descent(problem, stored.network, found);
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

INSTANTIATE_TEST_SUITE_P(All, StationarityGroundTruth,
                         ::testing::ValuesIn(testing::all_groundtruth()), name_of);

/// The stored Clarke residuals were computed elsewhere.
TEST(Stationarity, ResidualsAgreeWithStoredOnes) {
  for (const testing::GroundTruth& truth : testing::all_groundtruth()) {
    for (std::size_t k = 0; k < truth.networks.size(); ++k) {
      const auto& json = truth.json.at("networks").at(k);
      const double stored = json.at("clarke_residual");
      if (truth.networks[k].name != "nonstationary") continue;
      SCOPED_TRACE(truth.name);
      const Stationarity found = stationarity(truth.problem(), truth.networks[k].network);
      EXPECT_NEAR(found.clarke_residual_stored, stored, 1e-9 * stored);
      EXPECT_GE(found.clarke_residual_at_least, 0.9 * stored);
    }
  }
}

TEST(Stationarity, OptimaOfTheFixturesAreStationary) {
  for (const testing::Fixture& known : testing::closed_form_fixtures()) {
    SCOPED_TRACE(known.name);
    const TrainingProblem problem = known.problem();
    TrainingSettings settings;
    settings.relative_gap = 1e-12;
    const TrainingResult trained = train(problem, settings);
    EXPECT_NEAR(trained.objective, known.optimum, 1e-11);
    const Stationarity found = stationarity(problem, trained.network);
    expect_stationary(found, 1e-8 * known.beta);
    EXPECT_EQ(found.local_minimum.finding, Finding::kYes);
    // Twice as far away nothing is.
    if (trained.network.width() == 0) continue;
    const Stationarity moved = stationarity(problem, perturbed(trained.network, 1e-6, 1));
    EXPECT_NE(moved.d_stationary.finding, Finding::kYes);
  }
}

TEST(Stationarity, SpuriousMinimaOfTheFixtures) {
  const double root3 = std::sqrt(3.0);
  struct Known {
    std::string name;
    TwoLayerNetwork network;
  };
  const std::vector<Known> all = {
      {"F3", balanced({{1, 0.9 * vector_of({0.6, 0.8})}, {1, 0.9 * vector_of({0.6, -0.8})}})},
      {"F1", balanced({{1, (0.5 - 0.1 / 4) * vector_of({-root3 / 2, 0.5})}})},
      {"F5", balanced({{1, vector_of({-0.9})}})},
      {"F5", balanced({{1, vector_of({1.9})}})},
  };
  for (const Known& known : all) {
    SCOPED_TRACE(known.name);
    const TrainingProblem problem = fixture(known.name);
    const Stationarity found = stationarity(problem, known.network);
    expect_stationary(found, 1e-9);
    EXPECT_TRUE(yes(found.local_minimum));
    EXPECT_EQ(found.strict.status, StrictMinimumStatus::kCertified);
    EXPECT_FALSE(found.descent);
    // A relative move of 1e-6 is out of reach, and found again from there.
    const TwoLayerNetwork moved = perturbed(known.network, 1e-6, 3);
    const Stationarity off = stationarity(problem, moved);
    EXPECT_TRUE(no(off.clarke));
    EXPECT_TRUE(no(off.local_minimum));
    expect_descent(problem, moved, off);
    EXPECT_GT(off.stationary_within, 1e-8);
    EXPECT_LT(off.stationary_within, 3e-6);
    StationaritySettings wider;
    wider.distance = 1.01 * off.stationary_within;
    EXPECT_TRUE(yes(stationarity(problem, moved, wider).clarke));
    // With an empty slot the same point is none: a neuron may grow out of it.
    const TwoLayerNetwork wide = append_neuron(known.network, Vector::Zero(problem.dimension()), 0);
    const Stationarity widened = stationarity(problem, wide);
    expect_stationary(widened, 1e-9);
    EXPECT_TRUE(no(widened.local_minimum));
    EXPECT_EQ(widened.descent->kind, DescentKind::kEmptySlot);
    expect_descent(problem, wide, widened);
  }
}

/// u = sqrt(.9) (1, 0): Clarke stationary with gate 0.1 on the tie x_2, whose kink bends downward.
TEST(Stationarity, F4IsClarkeButNotDStationary) {
  const TrainingProblem problem = fixture("F4");
  const TwoLayerNetwork network = balanced({{1, vector_of({0.9, 0})}});
  const Stationarity found = stationarity(problem, network);
  EXPECT_TRUE(yes(found.balanced));
  EXPECT_TRUE(yes(found.clarke));
  EXPECT_TRUE(no(found.d_stationary));
  EXPECT_TRUE(no(found.local_minimum));
  EXPECT_EQ(found.ties, (std::vector<std::vector<Index>>{{1}}));
  ASSERT_TRUE(found.descent);
  EXPECT_EQ(found.descent->kind, DescentKind::kNeuron);
  EXPECT_NEAR(found.descent->w[0], 0, 1e-12);
  EXPECT_NEAR(found.descent->w[1], 1, 1e-12);
  // Gate 0 leaves 0.1 along x_2 and nu_2 = 1 pulls: the slope is -0.9 sqrt(.9).
  EXPECT_NEAR(found.descent->slope, -0.9 * std::sqrt(0.9), 1e-12);
  EXPECT_NEAR(found.descent_rate, 0.9 * std::sqrt(0.9), 1e-9);
  expect_descent(problem, network, found);
}

TEST(Stationarity, ExactVerdictsOnDyadicNetworks) {
  TwoLayerNetwork network = TwoLayerNetwork::empty(1);
  network.W = Matrix::Constant(1, 1, 0.5);
  network.alpha = Matrix::Constant(1, 1, 0.5);
  const auto line = [](double y) {
    return TrainingProblem(Matrix::Ones(1, 1), vector_of({y}), 0.25, Loss::squared());
  };
  EXPECT_EQ(stationarity(line(0.5), network).clarke_exact, Finding::kYes);
  EXPECT_EQ(stationarity(line(0.5 + 0x1p-50), network).clarke_exact, Finding::kNo);
  EXPECT_TRUE(yes(stationarity(line(0.5 + 0x1p-50), network).clarke));
  // On the tie of F4's data: nu = (1/4, y_2), gate 1 / (4 y_2).
  Matrix X(2, 2);
  X << 1, -1, 0, 1;
  TwoLayerNetwork tied = TwoLayerNetwork::empty(2);
  tied.W = vector_of({0.5, 0}).transpose();
  tied.alpha = Matrix::Constant(1, 1, 0.5);
  const auto plane = [&](double y) {
    return TrainingProblem(X, vector_of({0.5, y}), 0.25, Loss::squared());
  };
  EXPECT_EQ(stationarity(plane(1), tied).clarke_exact, Finding::kYes);
  EXPECT_EQ(stationarity(plane(0.25), tied).clarke_exact, Finding::kYes);
  EXPECT_EQ(stationarity(plane(0.25 - 0x1p-40), tied).clarke_exact, Finding::kNo);
  EXPECT_EQ(stationarity(plane(-1), tied).clarke_exact, Finding::kNo);
  // Duplicated and opposite rows share the gate; a zero row is no tie.
  Matrix more(5, 2);
  more << 1, -1, 0, 1, 0, 2, 0, -1, 0, 0;
  // The pulls add up to (1 + 2 / 4 + 1 / 2) x_2, on top of -1/4 - 1/2 along x_2: gate 3/8.
  const auto shared = [&](double y) {
    return TrainingProblem(more, vector_of({0.5, 1, 0.25, y, 3}), 0.25, Loss::squared());
  };
  const Stationarity found = stationarity(shared(0.5), tied);
  EXPECT_EQ(found.clarke_exact, Finding::kYes);
  EXPECT_EQ(found.ties, (std::vector<std::vector<Index>>{{1, 2, 3}}));
  // Gate 0 leaves -1/4 - y = 0 along x_2, the last that is stationary.
  EXPECT_EQ(stationarity(shared(-0.25), tied).clarke_exact, Finding::kYes);
  EXPECT_EQ(stationarity(shared(-0.25 - 0x1p-40), tied).clarke_exact, Finding::kNo);
  // Unbalanced in the last place.
  TwoLayerNetwork unbalanced = network;
  unbalanced.W(0, 0) += 0x1p-53;
  EXPECT_EQ(stationarity(line(0.5), unbalanced).clarke_exact, Finding::kNo);
}

TEST(Stationarity, LogisticIsNeverExactlyStationaryForUs) {
  const TrainingProblem problem(Matrix::Ones(1, 1), vector_of({1}), 0.25, Loss::logistic());
  const KinkNewtonResult solved =
      kink_newton(problem, {{vector_of({0.5}), Sign::kPlus, {}, -1}}, {}, SolverSettings());
  const TwoLayerNetwork network = to_network(solved.neurons, 1, {});
  const Stationarity found = stationarity(problem, network);
  EXPECT_TRUE(yes(found.clarke));
  EXPECT_NE(found.clarke_exact, Finding::kYes);
  TwoLayerNetwork unbalanced = network;
  unbalanced.W *= 2;
  EXPECT_EQ(stationarity(problem, unbalanced).clarke_exact, Finding::kNo);
}

/// Newton's limits on random data are d-stationary whatever the loss and the affine part; points
/// nearby are not.
TEST(Stationarity, OtherLossesAndAffineParts) {
  Random random(23);
  const std::vector<Loss> losses = {
      Loss::squared(LossScale::kMean), Loss::huber(0.8), Loss::squared_hinge(), Loss::logistic(),
      Loss::squared().with_sample_weights(Vector::LinSpaced(12, 0.5, 2))};
  for (const Loss& loss : losses) {
    for (const OutputBias bias : {OutputBias::kNone, OutputBias::kPenalised, OutputBias::kFree}) {
      for (const SkipConnection skip : {SkipConnection::kNone, SkipConnection::kFree}) {
        const Matrix X = Matrix::NullaryExpr(12, 3, [&] { return random.normal(); });
        Vector y = Vector::NullaryExpr(12, [&] { return random.normal(); });
        if (loss.needs_labels()) y = y.unaryExpr([](double v) { return v < 0 ? -1.0 : 1.0; });
        const double beta = loss.scale() == LossScale::kMean ? 0.02 : 0.2;
        const TrainingProblem problem(X, y, beta, loss, bias, skip);
        SCOPED_TRACE(problem.describe());
        std::vector<Neuron> start;
        for (int j = 0; j < 3; ++j) {
          start.push_back({0.5 * random.direction(3), j == 0 ? Sign::kPlus : Sign::kMinus, {}, -1});
        }
        const KinkNewtonResult solved =
            kink_newton(problem, start, problem.best_affine_part(), SolverSettings());
        const TwoLayerNetwork network = to_network(solved.neurons, 3, solved.affine());
        const Stationarity found = stationarity(problem, network);
        expect_stationary(found, 1e-8 * beta);
        EXPECT_EQ(found.local_minimum.finding, Finding::kYes);
        if (solved.neurons.empty()) continue;
        const Stationarity moved = stationarity(problem, perturbed(network, 1e-5, 5));
        EXPECT_TRUE(no(moved.clarke));
        if (problem.affine_size() == 0) continue;
        TwoLayerNetwork shifted = network;
        if (bias != OutputBias::kNone) {
          shifted.output_bias[0] += 1e-3;
        } else {
          shifted.skip(0, 0) += 1e-3;
        }
        EXPECT_TRUE(no(stationarity(problem, shifted).clarke));
      }
    }
  }
}

/// "No" is about every point of the ball: never near a known local minimum, kinks and all.
TEST(Stationarity, BallsAroundAMinimumAreNotRefuted) {
  int tried = 0;
  int found_again = 0;
  for (const testing::GroundTruth& truth : testing::all_groundtruth()) {
    const TrainingProblem problem = truth.problem();
    for (const testing::GroundTruthNetwork& stored : truth.networks) {
      const bool minimum = stored.name.rfind("spurious_", 0) == 0 || stored.name == "global_solver";
      if (!minimum) continue;
      SCOPED_TRACE(truth.name + " " + stored.name);
      for (const double size : {1e-3, 1e-5, 1e-7}) {
        StationaritySettings settings;
        settings.distance = 2 * size;
        const Stationarity found =
            stationarity(problem, perturbed(stored.network, size, 17), settings);
        EXPECT_NE(found.balanced.finding, Finding::kNo);
        EXPECT_NE(found.clarke.finding, Finding::kNo);
        EXPECT_NE(found.d_stationary.finding, Finding::kNo);
        EXPECT_NE(found.local_minimum.finding, Finding::kNo);
        ++tried;
        found_again += found.d_stationary.finding == Finding::kYes ? 1 : 0;
      }
    }
  }
  EXPECT_GE(tried, 150);
  EXPECT_GE(found_again, tried / 2);
}

TEST(Stationarity, RescaledNeuronsAreUnbalanced) {
  const TrainingProblem problem = fixture("F3");
  TwoLayerNetwork network =
      balanced({{1, 0.9 * vector_of({0.6, 0.8})}, {1, 0.9 * vector_of({0.6, -0.8})}});
  network.W.row(0) *= 1 + 1e-5;
  network.alpha(0, 0) /= 1 + 1e-5;
  const Stationarity found = stationarity(problem, network);
  EXPECT_TRUE(no(found.balanced));
  EXPECT_TRUE(no(found.clarke));
  EXPECT_NEAR(found.balance_defect, 2e-5 * std::sqrt(0.9), 1e-9);
  EXPECT_EQ(found.descent->kind, DescentKind::kRescale);
  expect_descent(problem, network, found);
  StationaritySettings wider;
  wider.distance = 1.1e-5;
  EXPECT_TRUE(yes(stationarity(problem, network, wider).clarke));
  // A neuron with alpha = 0 and w != 0 only costs.
  TwoLayerNetwork dead = network;
  dead.alpha(0, 0) = 0;
  EXPECT_TRUE(no(stationarity(problem, dead).balanced));
  // One that has almost decayed counts as an empty slot.
  const Stationarity decayed = stationarity(
      problem,
      append_neuron(balanced({{1, 0.9 * vector_of({0.6, 0.8})}, {1, 0.9 * vector_of({0.6, -0.8})}}),
                    vector_of({-1e-12, 0}), 1e-12));
  EXPECT_EQ(decayed.empty_slots, (std::vector<Index>{2}));
  EXPECT_TRUE(yes(decayed.clarke));
  EXPECT_EQ(decayed.local_minimum.finding, Finding::kNo);
  EXPECT_FALSE(decayed.local_minimum.proved);  // nothing forces it to vanish
}

TEST(Stationarity, WidthZero) {
  const TrainingProblem none = fixture("F3");
  const Stationarity found = stationarity(none, TwoLayerNetwork::empty(2));
  EXPECT_TRUE(yes(found.clarke));
  EXPECT_EQ(found.clarke_exact, Finding::kYes);
  EXPECT_EQ(found.local_minimum.finding, Finding::kYes);
  const TrainingProblem biased(none.X(), none.y(), 0.1, Loss::squared(), OutputBias::kFree);
  TwoLayerNetwork network = TwoLayerNetwork::empty(2);
  EXPECT_TRUE(no(stationarity(biased, network).clarke));
  EXPECT_EQ(stationarity(biased, network).descent->kind, DescentKind::kAffine);
  network.output_bias[0] = 1;
  EXPECT_TRUE(yes(stationarity(biased, network).clarke));
}

TEST(Stationarity, RefusesWhatDoesNotFit) {
  const TrainingProblem problem = fixture("F3");
  EXPECT_THROW((void)stationarity(problem, TwoLayerNetwork::empty(3)), InvalidArgument);
  StationaritySettings settings;
  settings.distance = 1;
  EXPECT_THROW((void)stationarity(problem, TwoLayerNetwork::empty(2), settings), InvalidArgument);
  settings.distance = 0;
  settings.residual = 0;
  EXPECT_THROW((void)stationarity(problem, TwoLayerNetwork::empty(2), settings), InvalidArgument);
}

}  // namespace
}  // namespace thalweg
