#include "landscape/rational_optimum.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "landscape/polytope_fixtures.hpp"
#include "landscape/rational_solver.hpp"
#include "landscape/simplest_fraction.hpp"
#include "support/fixtures.hpp"
#include "support/groundtruth.hpp"
#include "thalweg/landscape/connectivity.hpp"
#include "thalweg/landscape/optimal_set.hpp"

namespace thalweg::landscape {
namespace {

using testing::Fixture;
using testing::make_fixture;

Fixture fixture_F1x() {
  return make_fixture("F1x", {{1, 1, 1, 1}, {-1, -1, -1, 1}}, {1, 1}, 0.0975);
}

Fixture fixture_F2x() {
  return make_fixture("F2x", {{0.5, 0.5, 0.5, 0.5}, {-0.5, -0.5, -0.5, 0.5}, {0, 0, 0, -1}},
                      {1, 1, 1}, 0.285);
}

Fixture rounded_F1() {
  const double root = std::sqrt(3.0);
  return make_fixture("F1", {{-root, 1}, {root, 1}}, {1, 1}, 0.0975);
}

Fixture rounded_F2() {
  const double half = std::sqrt(3.0) / 2;
  return make_fixture("F2", {{1, 0}, {-0.5, half}, {-0.5, -half}}, {1, 1, 1}, 0.285);
}

/// Masses of all vertices, each ascending, with their numbers.
std::map<std::vector<mpq_class>, int> vertex_masses(const RationalOptimum& optimum) {
  std::map<std::vector<mpq_class>, int> count;
  for (std::vector<mpq_class> masses : optimum.vertices.masses) {
    std::sort(masses.begin(), masses.end());
    ++count[masses];
  }
  return count;
}

using Masses = std::map<std::vector<mpq_class>, int>;
const mpq_class kEighth(1, 8);

/// Components by width, slot orders counted, from m* on.
std::vector<std::string> components(const OptimalSet& set) {
  std::vector<std::string> result;
  for (const WidthComponents& step : connectivity_staircase(set.polytope).steps) {
    result.push_back(step.components_with_permutations);
  }
  return result;
}

std::vector<Index> components_modulo_order(const OptimalSet& set) {
  std::vector<Index> result;
  for (const WidthComponents& step : connectivity_staircase(set.polytope).steps) {
    result.push_back(step.components);
  }
  return result;
}

struct Counts {
  Index m_star;
  Index M_star;
  std::size_t vertices;
  std::size_t edges;
  Index dimension;
  std::vector<std::string> ordered;
  std::vector<Index> modulo_order;
};

// Theory, section 10.
const Counts kF1 = {1, 2, 2, 1, 1, {"1", "3", "1"}, {1, 2, 1}};
const Counts kF2 = {2, 3, 5, 9, 3, {"6", "15", "1"}, {3, 5, 1}};
const Counts kF7 = {2, 3, 2, 1, 1, {"2", "7", "1"}, {1, 2, 1}};

void expect_counts(const OptimalSet& set, const Counts& counts) {
  EXPECT_EQ(set.m_star_lower, counts.m_star);
  EXPECT_EQ(set.m_star_upper, counts.m_star);
  EXPECT_EQ(set.M_star_lower, counts.M_star);
  EXPECT_EQ(set.M_star_upper, counts.M_star);
  EXPECT_TRUE(set.complete);
  EXPECT_EQ(set.polytope.supports.size(), counts.vertices);
  EXPECT_EQ(set.polytope.edges.size(), counts.edges);
  EXPECT_EQ(set.dimension, counts.dimension);
  EXPECT_EQ(components(set), counts.ordered);
  EXPECT_EQ(components_modulo_order(set), counts.modulo_order);
}

TEST(RationalOptimum, SetsOfDyadicFixturesAreExact) {
  for (const auto& [fixture, counts] :
       {std::pair(fixture_F1x(), kF1), std::pair(fixture_F2x(), kF2)}) {
    SCOPED_TRACE(fixture.name);
    const OptimalSet set = optimal_set(fixture.problem(), {});
    EXPECT_EQ(set.level, ClaimLevel::kExact);
    EXPECT_EQ(set.unique, Uniqueness::kNo);
    EXPECT_EQ(set.proof, PolytopeProof::kRational);
    EXPECT_NEAR(set.optimum, fixture.optimum, 1e-15);
    EXPECT_LE(set.lower_bound, set.optimum);
    expect_counts(set, counts);
  }
}

TEST(RationalOptimum, SetsOfRoundedFixturesArePossible) {
  for (const auto& [fixture, counts] : {std::pair(rounded_F1(), kF1), std::pair(rounded_F2(), kF2),
                                        std::pair(testing::chain_fixture(), kF7)}) {
    SCOPED_TRACE(fixture.name);
    const OptimalSet set = optimal_set(fixture.problem(), {});
    EXPECT_EQ(set.level, ClaimLevel::kPossible);
    EXPECT_EQ(set.unique, Uniqueness::kPossible);
    EXPECT_EQ(set.proof, PolytopeProof::kNone);
    expect_counts(set, counts);
    EXPECT_FALSE(testing::solve_rational(fixture.problem()).has_value());
  }
}

/// nu* = beta/2 (1, 1) and the vertices (1 - beta/2), (1/2 - beta/4)(1, 1) for the stored beta.
TEST(RationalOptimum, NumbersOfF1xAreThoseOfTheStoredBeta) {
  const auto found = testing::solve_rational(fixture_F1x().problem());
  ASSERT_TRUE(found.has_value());
  const mpq_class beta(0.1);
  EXPECT_EQ(found->dual, (std::vector<mpq_class>{beta / 2, beta / 2}));
  ASSERT_EQ(found->vertices.masses.size(), 2U);
  for (const std::vector<mpq_class>& masses : found->vertices.masses) {
    const mpq_class mass = (1 - beta / 2) / static_cast<unsigned long>(masses.size());
    for (const mpq_class& value : masses) EXPECT_EQ(value, mass);
  }
  for (const OptimumAtom& atom : found->optimum.atoms) {
    EXPECT_EQ(atom.star.value_square, beta * beta);
  }
}

/// nu* = beta 1; masses by support size from the theory: 2 singles and a pair 1 - beta each, or a
/// single and the opposite pair 1 - beta and 2 (1 - beta).
TEST(RationalOptimum, NumbersOfF2xAreThoseOfTheStoredBeta) {
  const auto found = testing::solve_rational(fixture_F2x().problem());
  ASSERT_TRUE(found.has_value());
  const mpq_class beta(0.1);
  EXPECT_EQ(found->dual, std::vector<mpq_class>(3, beta));
  const mpq_class fit = 1 - beta;
  const std::map<std::vector<mpq_class>, int> wanted = {{{fit, 2 * fit}, 3}, {{fit, fit, fit}, 2}};
  EXPECT_EQ(vertex_masses(*found), wanted);
}

/// F3: one rational direction, (1, 0); here the doubles 0.6 and 0.8 miss unit rows, nothing else.
TEST(RationalOptimum, OneDirection) {
  const Fixture fixture = make_fixture("F3", {{0.75, 1}, {0.75, -1}}, {1, 1}, 0);
  const auto found = testing::solve_rational(fixture.problem());
  ASSERT_TRUE(found.has_value());
  const mpq_class beta(0.1);
  // s nu^T X u = 2 * 3/4 nu = beta.
  EXPECT_EQ(found->dual, std::vector<mpq_class>(2, 2 * beta / 3));
  EXPECT_EQ(found->dimension, 0);
  EXPECT_EQ(found->supports.m_star_lower, 1);
  EXPECT_EQ(found->supports.M_star_upper, 1);
}

/// F6: the kinked directions (1, -1) / sqrt 2 and (0, 1): the first is irrational.
TEST(RationalOptimum, IrrationalDirectionsAreNotClaimed) {
  const Fixture fixture = make_fixture("F6", {{1, 0}, {1, 1}}, {1, -1}, 0);
  EXPECT_FALSE(testing::solve_rational(fixture.problem()).has_value());
}

/// F1x moved up by b = 1^T nu / beta = 1: the penalised bias takes it.
TEST(RationalOptimum, PenalisedBias) {
  const TrainingProblem problem(fixture_F1x().X, Vector::Constant(2, 2), 0.125, Loss::squared(),
                                OutputBias::kPenalised);
  const auto found = testing::solve_rational(problem);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->dual, (std::vector<mpq_class>{kEighth / 2, kEighth / 2}));
  const mpq_class mass = 1 - kEighth / 2;
  EXPECT_EQ(vertex_masses(*found), (Masses{{{mass}, 1}, {{mass / 2, mass / 2}, 1}}));
  // (1, 1)^T nu b = beta b^2: half of it in the objective.
  EXPECT_EQ(found->optimum.upper, 0.0625 * 0.0625 + 0.125 * 0.9375 + 0.0625);
}

/// F1x moved up by a free bias 1, with a zero row that makes 1^T nu = 0.
TEST(RationalOptimum, FreeBias) {
  const Fixture fixture =
      make_fixture("", {{1, 1, 1, 1}, {-1, -1, -1, 1}, {0, 0, 0, 0}}, {2, 2, 0.875}, 0);
  const TrainingProblem problem(fixture.X, fixture.y, 0.125, Loss::squared(), OutputBias::kFree);
  const auto found = testing::solve_rational(problem);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->dual, (std::vector<mpq_class>{kEighth / 2, kEighth / 2, -kEighth}));
  const mpq_class mass = 1 - kEighth / 2;
  EXPECT_EQ(vertex_masses(*found), (Masses{{{mass}, 1}, {{mass / 2, mass / 2}, 1}}));
}

/// d = 1, X = (1, -1, 0): nu = beta (1, 1, *), y = (z)(1, 1, 0) / 1 + X v + b + nu. A mass z on
/// either side, or on both, with the skip connection moved along.
TEST(RationalOptimum, SkipConnection) {
  for (const OutputBias bias : {OutputBias::kNone, OutputBias::kPenalised, OutputBias::kFree}) {
    SCOPED_TRACE(static_cast<int>(bias));
    // b = 0; 1^T nu / beta = 2; any, here 1/4.
    const double b = bias == OutputBias::kNone ? 0 : bias == OutputBias::kPenalised ? 2 : 0.25;
    const double nu = bias == OutputBias::kFree ? -0.25 : 0;
    const Fixture fixture =
        make_fixture("", {{1}, {-1}, {0}}, {1.625 + b, 0.625 + b, b + nu}, 0, 0.125);
    const TrainingProblem problem(fixture.X, fixture.y, fixture.beta, Loss::squared(), bias,
                                  SkipConnection::kFree);
    const auto found = testing::solve_rational(problem);
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->dual, (std::vector<mpq_class>{kEighth, kEighth, mpq_class(nu)}));
    // (x)_+ + (-x)_+ = |x| and (x)_+ - (-x)_+ = x: z (1, 1) = (2 z)(x)_+ - z x.
    EXPECT_EQ(vertex_masses(*found), (Masses{{{2}, 2}}));
    EXPECT_EQ(found->dimension, 1);
  }
}

/// Stored instances with rational directions (d = 1): the answers found by enumeration.
TEST(RationalOptimum, AgreesWithGroundTruth) {
  std::vector<std::string> taken;
  for (const testing::GroundTruth& truth : testing::all_groundtruth()) {
    SCOPED_TRACE(truth.name);
    const auto found = testing::solve_rational(truth.problem());
    if (!found) continue;
    taken.push_back(truth.name);
    EXPECT_EQ(found->optimum.atoms.size(), truth.json["atoms"].size());
    EXPECT_EQ(found->dimension, truth.json["polytope_dim_atoms"].get<Index>());
    EXPECT_EQ(found->vertices.masses.size(), truth.json["vertices"].size());
    EXPECT_EQ(found->supports.m_star_upper, truth.json["m_star"].get<Index>());
    EXPECT_EQ(found->supports.M_star_lower, truth.json["M_star"].get<Index>());
  }
  EXPECT_NE(std::find(taken.begin(), taken.end(), "g03_d1"), taken.end());
}

/// Directions without mass are found again outside the stars.
TEST(RationalOptimum, MissingAtomsAreFound) {
  const TrainingProblem problem = fixture_F2x().problem();
  const DualOracle oracle(problem.X());
  Optimum near = testing::near_optimum(problem, oracle);
  near.atoms.clear();
  const auto found = rational_optimum(problem, oracle, near, {}, {});
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->optimum.atoms.size(), 6U);
  EXPECT_EQ(found->vertices.masses.size(), 5U);
}

/// Optima of other problems are proposals that the check refuses.
TEST(RationalOptimum, WrongProposalsAreRefused) {
  const Fixture fixture = fixture_F2x();
  const TrainingProblem problem = fixture.problem();
  const DualOracle oracle(problem.X());
  const Optimum near = testing::near_optimum(problem, oracle);
  // One neuron alone spans no optimum: m* = 2.
  for (const Neuron& neuron : near.point.neurons) {
    Optimum fewer = near;
    fewer.point.neurons = {neuron};
    EXPECT_FALSE(rational_optimum(problem, oracle, fewer, {}, {}).has_value());
  }
  // A neuron of the wrong sign, or turned to another rational direction.
  Optimum wrong = near;
  wrong.point.neurons[0].sign = Sign::kMinus;
  EXPECT_FALSE(rational_optimum(problem, oracle, wrong, {}, {}).has_value());
  wrong = near;
  wrong.point.neurons[0].w = Vector::Unit(4, 0);
  EXPECT_FALSE(rational_optimum(problem, oracle, wrong, {}, {}).has_value());
  // Targets whose optimum lies elsewhere: y_1 < 0 asks for a neuron of sign minus.
  Vector y = fixture.y;
  y[0] = -1;
  const TrainingProblem other(fixture.X, y, fixture.beta, Loss::squared());
  EXPECT_FALSE(rational_optimum(other, oracle, near, {}, {}).has_value());
}

TEST(RationalOptimum, OtherLossesAreNotTaken) {
  Fixture fixture = fixture_F1x();
  const TrainingProblem problem(fixture.X, fixture.y, fixture.beta, Loss::huber(0.25));
  EXPECT_FALSE(testing::solve_rational(problem).has_value());
}

TEST(SimplestFraction, IsTheOneOfLeastDenominator) {
  // By search over denominators.
  const auto by_search = [](const mpq_class& lower, const mpq_class& upper) {
    for (long q = 1;; ++q) {
      const mpq_class scaled_lower = lower * q;
      mpz_class p;
      mpz_cdiv_q(p.get_mpz_t(), scaled_lower.get_num_mpz_t(), scaled_lower.get_den_mpz_t());
      if (mpq_class(p) <= upper * q) return testing::ratio(p.get_si(), q);
    }
  };
  Random random(7);
  for (int trial = 0; trial < 500; ++trial) {
    const mpq_class lower(4 * random.uniform());
    const mpq_class upper = lower + mpq_class(random.uniform() * 0.05);
    EXPECT_EQ(simplest_fraction(lower, upper).get_den(), by_search(lower, upper).get_den());
    EXPECT_EQ(simplest_fraction(-upper, -lower), -simplest_fraction(lower, upper));
    EXPECT_GE(simplest_fraction(lower, upper), lower);
    EXPECT_LE(simplest_fraction(lower, upper), upper);
  }
  EXPECT_EQ(simplest_fraction(-1, 1), 0);
  EXPECT_EQ(simplest_fraction(testing::ratio(5, 7), testing::ratio(5, 7)), testing::ratio(5, 7));
  const mpq_class third(1.0 / 3);
  EXPECT_EQ(simplest_fraction(third - mpq_class(1e-13), third + mpq_class(1e-13)),
            testing::ratio(1, 3));
}

}  // namespace
}  // namespace thalweg::landscape
