#include "thalweg/landscape/optimal_set.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "convex/random_problem.hpp"
#include "support/groundtruth.hpp"
#include "thalweg/core/error.hpp"
#include "thalweg/landscape/connectivity.hpp"
#include "thalweg/landscape/invariances.hpp"
#include "thalweg/landscape/optimal_networks.hpp"
#include "thalweg/training/beta_max.hpp"
#include "thalweg/training/train.hpp"

namespace thalweg {
namespace {

/// The set for every stored instance, made once.
const OptimalSet& set_of(const testing::GroundTruth& truth) {
  static std::map<std::string, OptimalSet> sets;
  const auto found = sets.find(truth.name);
  if (found != sets.end()) return found->second;
  return sets.emplace(truth.name, optimal_set(truth.problem(), {})).first->second;
}

TEST(OptimalSet, GroundTruthIsFoundAndProved) {
  for (const testing::GroundTruth& truth : testing::all_groundtruth()) {
    SCOPED_TRACE(truth.name);
    const OptimalSet& set = set_of(truth);
    const nlohmann::json& json = truth.json;
    EXPECT_LE(set.lower_bound, json["optimum"].get<double>() * (1 + 1e-14));
    EXPECT_GE(set.optimum, json["optimum"].get<double>() * (1 - 1e-14));
    EXPECT_LE(set.relative_gap, 1e-14);
    EXPECT_TRUE(set.enclosed);
    EXPECT_EQ(set.level, ClaimLevel::kExact) << describe(set.proof);
    EXPECT_EQ(set.dimension, json["polytope_dim_atoms"].get<Index>());
    EXPECT_EQ(set.unique, set.dimension == 0 ? Uniqueness::kYes : Uniqueness::kNo);
    EXPECT_TRUE(set.complete);
    EXPECT_EQ(set.polytope.supports.size(), json["vertices"].size());
    EXPECT_EQ(set.m_star_lower, json["m_star"].get<Index>());
    EXPECT_EQ(set.m_star_upper, json["m_star"].get<Index>());
    EXPECT_EQ(set.M_star_lower, json["M_star"].get<Index>());
    EXPECT_EQ(set.M_star_upper, json["M_star"].get<Index>());
    const double margin = json["next_inactive_margin"].get<double>();
    EXPECT_LE(set.margin, margin * (1 + 1e-6));
    EXPECT_GE(set.margin, margin * (1 - 2e-3));
    EXPECT_GE(set.margin_upper, margin * (1 - 1e-6));
  }
}

TEST(OptimalSet, AtomsAreThoseOfTheGroundTruth) {
  for (const testing::GroundTruth& truth : testing::all_groundtruth()) {
    SCOPED_TRACE(truth.name);
    const OptimalSet& set = set_of(truth);
    const nlohmann::json& atoms = truth.json["atoms"];
    ASSERT_EQ(set.atoms.size(), atoms.size());
    for (const nlohmann::json& wanted : atoms) {
      const auto u = wanted["u"].get<std::vector<double>>();
      const Vector direction = Eigen::Map<const Vector>(u.data(), static_cast<Index>(u.size()));
      const Sign sign = wanted["sign"].get<int>() > 0 ? Sign::kPlus : Sign::kMinus;
      const auto found =
          std::find_if(set.atoms.begin(), set.atoms.end(), [&](const OptimalAtom& atom) {
            return atom.sign == sign && (atom.u - direction).norm() < 1e-6;
          });
      ASSERT_NE(found, set.atoms.end());
      EXPECT_LE(found->radius, 1e-6);
      std::vector<Index> kinks;
      for (const Index row : found->kinks) {
        if (!truth.X.row(row).isZero(0)) kinks.push_back(row);
      }
      std::vector<Index> stored;
      for (const nlohmann::json& row : wanted["zero_rows"]) {
        if (!truth.X.row(row.get<Index>()).isZero(0)) stored.push_back(row.get<Index>());
      }
      EXPECT_EQ(kinks, stored);
    }
  }
}

TEST(OptimalSet, ComponentsByWidth) {
  for (const testing::GroundTruth& truth : testing::all_groundtruth()) {
    SCOPED_TRACE(truth.name);
    const OptimalSet& set = set_of(truth);
    for (const auto& [width, components] : truth.json["components_by_width"].items()) {
      EXPECT_EQ(width_components(set.polytope, std::stol(width)).components,
                components.get<Index>())
          << width;
    }
  }
}

/// What must hold of every set: its bounds agree with training's, its centre attains the optimum,
/// and the trained network is a member.
void expect_consistent(const TrainingProblem& problem, const OptimalSet& set) {
  TrainingSettings settings;
  settings.relative_gap = 1e-9;
  const TrainingResult trained = train(problem, settings);
  ASSERT_EQ(trained.status, TrainingStatus::kSolved);
  EXPECT_LE(set.lower_bound, trained.objective * (1 + 1e-12));
  EXPECT_GE(set.optimum, trained.lower_bound * (1 - 1e-12));
  const OptimalNetworks networks(problem, set);
  EXPECT_NEAR(problem.objective(networks.centre()), set.optimum, 1e-8 * set.optimum);
  EXPECT_TRUE(networks.contains(trained.network, 1e-7).member);
  TwoLayerNetwork turned = trained.network;
  if (turned.width() == 0) return;
  turned.W.row(0) *= -1;
  EXPECT_FALSE(networks.contains(turned, 1e-7).member);
}

TEST(OptimalSet, EveryLossBiasAndSkipConnection) {
  int exact = 0;
  for (const Loss& loss : testing::all_losses()) {
    for (const OutputBias bias : {OutputBias::kNone, OutputBias::kPenalised, OutputBias::kFree}) {
      for (const SkipConnection skip : {SkipConnection::kNone, SkipConnection::kFree}) {
        SCOPED_TRACE(loss.name() + " bias " + std::to_string(static_cast<int>(bias)) + " skip " +
                     std::to_string(static_cast<int>(skip)));
        Random random(17);
        const Matrix X = testing::random_matrix(random, 14, 3);
        const Vector y = testing::random_targets(random, 14, loss);
        const double largest = beta_max({X, y, 1, loss, bias, skip}, {}).upper;
        const TrainingProblem problem(X, y, 0.2 * largest, loss, bias, skip);
        const OptimalSet set = optimal_set(problem, {});
        expect_consistent(problem, set);
        EXPECT_TRUE(set.located());
        if (loss.kind() == LossKind::kSquared) {
          EXPECT_EQ(set.level, ClaimLevel::kExact);
        }
        if (loss.kind() == LossKind::kLogistic) {
          EXPECT_EQ(set.level, ClaimLevel::kPossible);
        }
        exact += set.level == ClaimLevel::kExact;
      }
    }
  }
  EXPECT_GE(exact, 6);
}

TEST(OptimalSet, WhatIsNotProvedIsPossible) {
  const testing::GroundTruth truth = testing::all_groundtruth()[5];
  // Rows that are parallel but for rounding, a scaled loss, weights on samples.
  Matrix X(2 * truth.X.rows(), truth.X.cols());
  X << truth.X, truth.X * 3.1;
  Vector y(2 * truth.y.size());
  y << truth.y, truth.y;
  const TrainingProblem near(X, y, truth.beta, Loss::squared());
  const TrainingProblem mean(truth.X, truth.y, truth.beta / 10, Loss::squared(LossScale::kMean));
  const TrainingProblem weighted(
      truth.X, truth.y, truth.beta,
      Loss::squared().with_sample_weights(Vector::Constant(truth.y.size(), 2)));
  for (const TrainingProblem& problem : {near, mean, weighted}) {
    const OptimalSet set = optimal_set(problem, {});
    EXPECT_EQ(set.level, ClaimLevel::kPossible);
    EXPECT_EQ(set.unique, Uniqueness::kPossible);
    expect_consistent(problem, set);
  }
}

TEST(OptimalSet, NoUniqueAnswerWithoutAUniqueFit) {
  const auto expect_possible = [](const TrainingProblem& problem) {
    const OptimalSet set = optimal_set(problem, {});
    EXPECT_EQ(set.unique, Uniqueness::kPossible);
    EXPECT_EQ(set.level, ClaimLevel::kPossible);
  };
  const Matrix one = Matrix::Ones(1, 1);
  // Any mass from 0 to 9 has the objective 9.5.
  expect_possible({one, Vector{{10.0}}, 1, Loss::huber(1)});
  // Any bias from -9 to 9 is optimal; from 1 on for the hinge.
  expect_possible(
      {Matrix::Ones(2, 1), Vector{{10.0, -10.0}}, 3, Loss::huber(1), OutputBias::kFree});
  const Matrix rows = Vector{{1.0, 2.0}};
  expect_possible({rows, Vector{{1.0, 1.0}}, 3, Loss::squared_hinge(), OutputBias::kFree});
  // A skip connection over dependent columns: v and v + (1, -1).
  Matrix X(3, 2);
  X << 1, 1, 2, 2, -1, -1;
  for (const double last : {-1.0, 3.0}) {
    expect_possible({X, Vector{{1.0, 2.0, last}}, 0.1, Loss::squared(), OutputBias::kNone,
                     SkipConnection::kFree});
  }
}

/// X and y of three samples; the largest entries are 1.
struct SmallData {
  SmallData() : X(3, 2), y{{1.0, -1.0, 0.5}} { X << 1, 0, 0, 1, 1, 1; }
  Matrix X;
  Vector y;
};

TEST(OptimalSet, PowersOfTwoInTheUnitsChangeUnitsOnly) {
  const SmallData data;
  for (const Loss& loss : {Loss::squared(), Loss::huber(0.25), Loss::logistic()}) {
    const Vector y = loss.needs_labels() ? Vector{{1.0, -1.0, 1.0}} : data.y;
    const OptimalSet plain = optimal_set({data.X, y, 0.1, loss}, {});
    ASSERT_FALSE(plain.atoms.empty());
    for (const auto& [x, t] : {std::pair{600, 0}, {-600, 0}, {0, 420}, {-500, -410}}) {
      if (loss.needs_labels() && t != 0) continue;
      SCOPED_TRACE(loss.name() + " " + std::to_string(x) + " " + std::to_string(t));
      const double inputs = std::ldexp(1.0, x);
      const double outputs = std::ldexp(1.0, t);
      const bool huber = loss.kind() == LossKind::kHuber;
      const TrainingProblem problem(inputs * data.X, outputs * y, 0.1 * inputs * outputs,
                                    huber ? Loss::huber(0.25 * outputs) : loss);
      const OptimalSet set = optimal_set(problem, {});
      EXPECT_EQ(set.level, plain.level);
      EXPECT_EQ(set.optimum, outputs * outputs * plain.optimum);
      EXPECT_EQ(set.lower_bound, outputs * outputs * plain.lower_bound);
      EXPECT_EQ(set.fit, outputs * plain.fit);
      EXPECT_EQ(set.dual, outputs * plain.dual);
      EXPECT_EQ(set.radius, outputs * plain.radius);
      EXPECT_EQ(set.centre, outputs / inputs * plain.centre);
      EXPECT_EQ(set.vertex_masses, outputs / inputs * plain.vertex_masses);
      EXPECT_EQ(set.activations, inputs * plain.activations);
      ASSERT_EQ(set.atoms.size(), plain.atoms.size());
      for (std::size_t q = 0; q < set.atoms.size(); ++q) {
        EXPECT_EQ(set.atoms[q].u, plain.atoms[q].u);
      }
      const OptimalNetworks networks(problem, set);
      EXPECT_TRUE(networks.contains(networks.smallest()).member);
    }
  }
}

TEST(OptimalSet, RefusesUnitsBeyondDoubles) {
  const SmallData data;
  const Loss squared = Loss::squared();
  const auto expect_refused = [](const TrainingProblem& problem) {
    EXPECT_THROW((void)optimal_set(problem, {}), InvalidArgument);
  };
  expect_refused({1e290 * data.X, data.y, 0.1, squared});
  expect_refused({data.X, 1e200 * data.y, 0.1, squared});
  expect_refused({1e-200 * data.X, 1e130 * data.y, 1e-90, squared});
  // The penalised output bias fixes the units; an entry would be lost.
  expect_refused({1e155 * data.X, data.y, 1e154, squared, OutputBias::kPenalised});
  Matrix X = 1e155 * data.X;
  X(0, 1) = 1e-250;
  expect_refused({X, data.y, 1e154, squared});
  for (const double unit : {1e-200, 1e-100, 1e100, 1e200}) {
    const OptimalSet set = optimal_set({unit * data.X, data.y, 0.1 * unit, squared}, {});
    EXPECT_EQ(set.level, ClaimLevel::kExact);
  }
}

TEST(OptimalSet, WhatALimitLeftIsNotLocated) {
  const testing::GroundTruth truth = testing::all_groundtruth()[5];
  OptimalSetSettings settings;
  EXPECT_TRUE(optimal_set(truth.problem(), settings).located());
  settings.control.cancellation.cancel();
  const OptimalSet set = optimal_set(truth.problem(), settings);
  EXPECT_TRUE(set.stopped_at_limit);
  EXPECT_EQ(set.level, ClaimLevel::kPossible);
  EXPECT_FALSE(set.located());
}

TEST(OptimalNetworks, ReasonOfAnExactOptimum) {
  // One neuron of mass 1/2 is optimal, and doubles hold all numbers.
  const TrainingProblem problem(Matrix::Ones(1, 1), Vector::Ones(1), 0.5, Loss::squared());
  const OptimalSet set = optimal_set(problem, {});
  const OptimalNetworks networks(problem, set);
  const Membership answer = networks.contains(networks.smallest());
  EXPECT_TRUE(answer.member);
  EXPECT_EQ(answer.reason.find("at most 0"), std::string::npos) << answer.reason;
}

TEST(OptimalNetworks, StoredNetworksAreMembersExactlyWhenGlobal) {
  int members = 0;
  int others = 0;
  for (const testing::GroundTruth& truth : testing::all_groundtruth()) {
    const TrainingProblem problem = truth.problem();
    const OptimalNetworks networks(problem, set_of(truth));
    for (const testing::GroundTruthNetwork& stored : truth.networks) {
      SCOPED_TRACE(truth.name + " " + stored.name);
      const Membership answer = networks.contains(stored.network);
      const bool global = stored.gap <= 1e-8 * stored.objective;
      EXPECT_EQ(answer.member, global) << answer.reason;
      (global ? members : others) += 1;
      // The three terms add up to the excess.
      const double scale = problem.objective(stored.network) + 1e-300;
      EXPECT_NEAR(answer.balance + answer.direction + answer.fit, stored.gap, 1e-9 * scale);
      if (stored.name == "unbalanced") {
        EXPECT_NE(answer.reason.find("balanced"), std::string::npos) << answer.reason;
      }
    }
  }
  EXPECT_GE(members, 22);
  EXPECT_GE(others, 40);
}

TEST(OptimalNetworks, EveryConstructionIsOptimal) {
  for (const testing::GroundTruth& truth : testing::all_groundtruth()) {
    SCOPED_TRACE(truth.name);
    const TrainingProblem problem = truth.problem();
    const OptimalSet& set = set_of(truth);
    const OptimalNetworks networks(problem, set);
    const double optimum = truth.json["optimum"].get<double>();
    const auto expect_optimal = [&](const TwoLayerNetwork& network) {
      EXPECT_NEAR(problem.objective(network), optimum, 1e-9 * optimum);
    };
    expect_optimal(networks.centre());
    EXPECT_EQ(networks.smallest().width(), set.m_star_upper);
    expect_optimal(networks.smallest());
    EXPECT_EQ(networks.most_irreducible().width(), set.M_star_lower);
    expect_optimal(networks.most_irreducible());
    Random random(7);
    for (Index extra = 0; extra < 4; ++extra) {
      const TwoLayerNetwork sample = networks.sample(set.m_star_upper + extra, random);
      EXPECT_EQ(sample.width(), set.m_star_upper + extra);
      expect_optimal(sample);
    }
    if (set.m_star_upper > 0) {
      EXPECT_THROW((void)networks.sample(set.m_star_upper - 1, random), InvalidArgument);
    }
  }
}

TEST(OptimalNetworks, RangesHoldAllSamples) {
  int wide = 0;
  for (const testing::GroundTruth& truth : testing::all_groundtruth()) {
    SCOPED_TRACE(truth.name);
    const TrainingProblem problem = truth.problem();
    const OptimalSet& set = set_of(truth);
    const OptimalNetworks networks(problem, set);
    Random random(11);
    Matrix X2(5, problem.dimension());
    Vector y2(5);
    for (Index i = 0; i < X2.rows(); ++i) {
      y2[i] = random.normal();
      for (Index k = 0; k < X2.cols(); ++k) X2(i, k) = random.normal();
    }
    const PredictionRanges ranges = networks.predict(X2, y2);
    EXPECT_TRUE(ranges.complete);
    for (int trial = 0; trial < 20; ++trial) {
      const TwoLayerNetwork sample = networks.sample(set.M_star_upper + 3, random);
      const Vector predictions = predict(X2, sample).col(0);
      for (Index i = 0; i < X2.rows(); ++i) {
        const OptimalRange& range = ranges.predictions[static_cast<std::size_t>(i)];
        EXPECT_GE(predictions[i], range.lower - 1e-6);
        EXPECT_LE(predictions[i], range.upper + 1e-6);
      }
      const double loss = 0.5 * (predictions - y2).squaredNorm();
      EXPECT_LE(loss, ranges.loss.upper * (1 + 1e-6) + 1e-6);
      EXPECT_GE(loss, ranges.loss.lower * (1 - 1e-4) - 1e-6);
    }
    for (Index i = 0; i < X2.rows(); ++i) {
      const OptimalRange& range = ranges.predictions[static_cast<std::size_t>(i)];
      const Vector x = X2.row(i).transpose();
      EXPECT_NEAR(predict(X2.row(i), networks.extreme(x, true))(0, 0), range.upper, 1e-9);
      EXPECT_NEAR(predict(X2.row(i), networks.extreme(x, false))(0, 0), range.lower, 1e-9);
      if (range.upper - range.lower > 1e-3) ++wide;
    }
    if (set.dimension == 0) {
      EXPECT_NEAR(ranges.loss.lower, ranges.loss.upper, 1e-9);
    }
  }
  // Opposite directions trade mass without changing the function (corollary of Lemma A).
  EXPECT_EQ(wide, 0);
}

TEST(OptimalNetworks, RangeOfF1) {
  // Theory, fixture F1: the vertices are one neuron along (0, 1) and the two others together; the
  // prediction at (0, 1) is 0.95 and 0.475.
  Matrix X(2, 2);
  X << -std::sqrt(3.0), 1, std::sqrt(3.0), 1;
  const TrainingProblem problem(X, Vector::Ones(2), 0.1, Loss::squared());
  const OptimalSet set = optimal_set(problem, {});
  const OptimalNetworks networks(problem, set);
  Matrix x(1, 2);
  x << 0, 1;
  const PredictionRanges ranges = networks.predict(x, Vector::Zero(1));
  EXPECT_NEAR(ranges.predictions[0].lower, 0.475, 1e-9);
  EXPECT_NEAR(ranges.predictions[0].upper, 0.95, 1e-9);
  EXPECT_NEAR(ranges.loss.lower, 0.5 * 0.475 * 0.475, 1e-6);
  EXPECT_NEAR(ranges.loss.upper, 0.5 * 0.95 * 0.95, 1e-9);
  Vector middle(1);
  middle[0] = 0.7;
  EXPECT_NEAR(networks.predict(x, middle).loss.lower, 0, 1e-6);
}

TEST(Invariances, GeneratorsKeepTheLossAndRescalingDoesNot) {
  for (const testing::GroundTruth& truth : testing::all_groundtruth()) {
    SCOPED_TRACE(truth.name);
    const TrainingProblem problem = truth.problem();
    const OptimalSet& set = set_of(truth);
    const OptimalNetworks networks(problem, set);
    Random random(3);
    const double optimum = truth.json["optimum"].get<double>();
    const Matrix moves = polytope_moves(set);
    EXPECT_EQ(moves.cols(), set.dimension);
    for (Index k = 0; k < moves.cols(); ++k) {
      EXPECT_LE((set.activations * moves.col(k)).norm(), 1e-5 * set.activations.norm());
      const Vector masses = moved(set.centre, moves.col(k), 0.1 * set.centre.norm());
      EXPECT_NEAR(problem.objective(networks.network(masses)), optimum, 1e-6 * optimum);
    }
    if (set.m_star_upper == 0) continue;
    TwoLayerNetwork network = networks.smallest();
    const Index width = network.width() + 1;
    network.W.conservativeResizeLike(Matrix::Zero(width, problem.dimension()));
    network.alpha.conservativeResizeLike(Matrix::Zero(width, 1));
    network.W.bottomRows(1).setZero();
    const TwoLayerNetwork shared = split(network, 0, width - 1, 0.3);
    EXPECT_NEAR(problem.objective(shared), optimum, 1e-12 * optimum);
    EXPECT_THROW((void)split(shared, 0, width - 1, 0.3), InvalidArgument);
    std::vector<Index> order;
    for (Index k = 0; k < width; ++k) order.push_back(width - 1 - k);
    EXPECT_NEAR(problem.objective(permuted(shared, order)), optimum, 1e-12 * optimum);
    order[0] = order[1];
    EXPECT_THROW((void)permuted(shared, order), InvalidArgument);
    const TwoLayerNetwork scaled = rescaled(network, 2);
    EXPECT_LE((problem.fit(scaled) - problem.fit(network)).norm(), 1e-9);
    EXPECT_GT(problem.objective(scaled), optimum * 1.01);
  }
}

}  // namespace
}  // namespace thalweg
