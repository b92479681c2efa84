#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "oracle/outside_brute_force.hpp"
#include "support/groundtruth.hpp"
#include "thalweg/oracle/outside_stars.hpp"

namespace thalweg {
namespace {

using testing::all_groundtruth;
using testing::atom_at;
using testing::brute_force_outside;
using testing::GroundTruth;
using testing::random_data;
using testing::random_dual;

/// The kinks of each atom and the margin as stored.
struct StoredStars {
  std::vector<StarAtom> atoms;
  double margin;
};

StoredStars load_stars(const GroundTruth& truth) {
  std::ifstream file(std::filesystem::path(THALWEG_TEST_DATA) / "groundtruth" /
                     (truth.name + ".json"));
  const nlohmann::json json = nlohmann::json::parse(file);
  StoredStars stars{{}, json.at("next_inactive_margin")};
  for (std::size_t q = 0; q < truth.atoms.size(); ++q) {
    stars.atoms.push_back({truth.atoms[q].u, truth.atoms[q].sign,
                           json.at("atoms").at(q).at("zero_rows").get<std::vector<Index>>()});
  }
  return stars;
}

TEST(OutsideStarsGroundTruth, TheMarginOfTheNextDirectionIsTheStoredOne) {
  for (const GroundTruth& truth : all_groundtruth()) {
    SCOPED_TRACE(truth.name);
    const StoredStars stars = load_stars(truth);
    OutsideSettings settings;
    settings.beta = truth.beta;
    const OutsideResult result =
        DualOracle(truth.X).maximise_outside(truth.nu, stars.atoms, settings);
    EXPECT_EQ(result.status, DualNormStatus::kClosed);
    const double rounding = 4e-15 * (1 + truth.y.norm() * truth.X.norm() / truth.beta);
    EXPECT_NEAR(1 - result.upper / truth.beta, stars.margin, 1.1e-3 * stars.margin + rounding);
    EXPECT_NEAR(1 - result.lower / truth.beta, stars.margin, 1.1e-3 * stars.margin + rounding);
    EXPECT_LE(1 - result.upper / truth.beta, stars.margin * (1 + 1e-6) + rounding);
    EXPECT_GE(1 - result.lower / truth.beta, stars.margin * (1 - 1e-6) - rounding);
  }
}

TEST(OutsideStarsGroundTruth, EachAtomLeftOutIsFound) {
  for (const GroundTruth& truth : all_groundtruth()) {
    SCOPED_TRACE(truth.name);
    const StoredStars stars = load_stars(truth);
    const DualOracle oracle(truth.X);
    for (std::size_t missing = 0; missing < stars.atoms.size(); ++missing) {
      std::vector<StarAtom> atoms = stars.atoms;
      atoms.erase(atoms.begin() + static_cast<std::ptrdiff_t>(missing));
      OutsideSettings settings;
      settings.beta = truth.beta;
      const OutsideResult result = oracle.maximise_outside(truth.nu, atoms, settings);
      ASSERT_FALSE(result.directions.empty());
      const DualDirection& best = result.directions.front();
      EXPECT_GE(best.value, truth.beta * (1 - 1e-8));
      EXPECT_EQ(best.sign, stars.atoms[missing].sign);
      // On a wall shared with another star the maximum beyond the wall is the atom itself.
      EXPECT_LT((best.u - stars.atoms[missing].u).norm(), 2e-4);
    }
  }
}

/// Some local maximisers with their kinks, and directions of every kind: any, on a row, integer.
std::vector<StarAtom> random_atoms(const Matrix& X, const Vector& nu, const DualOracle& oracle,
                                   Random& random) {
  std::vector<StarAtom> atoms;
  for (const DualDirection& direction : oracle.climb(nu, 0, 8, 1)) {
    if (random.below(4) != 0) atoms.push_back(atom_at(X, direction.u, direction.sign));
  }
  for (std::uint64_t extra = random.below(random.below(3) == 0 ? 12 : 3); extra > 0; --extra) {
    Vector u = random.direction(X.cols());
    const std::uint64_t kind = random.below(4);
    if (kind == 1) {
      const auto row = static_cast<Index>(random.below(static_cast<std::uint64_t>(X.rows())));
      const Vector normal = X.row(row).transpose().normalized();
      for (int i = 0; i < 2; ++i) u -= normal.dot(u) * normal;
    }
    if (kind == 2) u = (2 * u).array().round();
    if (u.norm() < 0.1) continue;
    atoms.push_back(atom_at(X, u, random.below(2) == 0 ? Sign::kPlus : Sign::kMinus));
  }
  return atoms;
}

TEST(OutsideStarsOracle, BoundsEncloseTheMaximumOverTheCellsOutside) {
  Random random(9112);
  int held = 0;
  for (int instance = 0; instance < 420; ++instance) {
    SCOPED_TRACE("instance " + std::to_string(instance));
    const auto n = static_cast<Index>(1 + random.below(9));
    const auto d = static_cast<Index>(1 + random.below(4));
    const Matrix X = random_data(n, d, instance, random);
    Vector nu = random_dual(n, instance % 3 == 0, random);
    if (instance % 5 == 0) nu[static_cast<Index>(random.below(static_cast<std::uint64_t>(n)))] = 0;
    const DualOracle oracle(X);
    const std::vector<StarAtom> atoms = random_atoms(X, nu, oracle, random);
    // Between two rows that are parallel up to rounding the enumeration sees cells of their own.
    if (!oracle.geometry().near_rows().empty()) continue;
    const double sigma = brute_force_outside(X, nu, {});
    const double outside = brute_force_outside(X, nu, atoms);
    OutsideSettings settings;
    settings.beta = sigma > 0 ? sigma : 1;
    const OutsideResult result = oracle.maximise_outside(nu, atoms, settings);
    ASSERT_LE(result.lower, outside + 1e-12 * settings.beta);
    ASSERT_GE(result.upper, outside - 1e-12 * settings.beta);
    EXPECT_EQ(result.status, DualNormStatus::kClosed);
    EXPECT_EQ(result.lower, result.directions.empty() ? 0 : result.directions.front().value);
    // A tree that cannot make use of walls grows to millions.
    EXPECT_LE(result.nodes, 20000);
    // A threshold on either side of the maximum is decided.
    settings.threshold = outside + 1e-5 * settings.beta;
    EXPECT_EQ(oracle.maximise_outside(nu, atoms, settings).status, DualNormStatus::kThresholdHolds);
    ++held;
    settings.threshold = outside - 1e-5 * settings.beta;
    if (!(settings.threshold > 0)) continue;
    EXPECT_EQ(oracle.maximise_outside(nu, atoms, settings).status,
              DualNormStatus::kThresholdExceeded);
  }
  EXPECT_GE(held, 350);
}

TEST(OutsideStarsOracle, ATieTooManyEnlargesTheStarAsDocumented) {
  Random random(31);
  for (int instance = 0; instance < 40; ++instance) {
    const Matrix X = random_data(7, 3, 0, random);
    const Vector nu = random_dual(7, false, random);
    // A direction on row 0 up to 1e-10: its star with the tie holds that without.
    Vector u = random.direction(3);
    u -= X.row(0).dot(u) / X.row(0).squaredNorm() * X.row(0).transpose();
    u.normalize();
    u += 1e-10 * X.row(0).transpose().normalized();
    const StarAtom without{u, Sign::kPlus, {}};
    const StarAtom with{u, Sign::kPlus, {0}};
    const DualOracle oracle(X);
    OutsideSettings settings;
    settings.beta = brute_force_outside(X, nu, {});
    for (const StarAtom& atom : {without, with}) {
      const double outside = brute_force_outside(X, nu, {atom});
      const OutsideResult result = oracle.maximise_outside(nu, {atom}, settings);
      EXPECT_LE(result.lower, outside * (1 + 1e-12));
      EXPECT_GE(result.upper, outside * (1 - 1e-12));
      EXPECT_EQ(result.status, DualNormStatus::kClosed);
    }
  }
}

TEST(OutsideStarsOracle, TheResultDoesNotDependOnTheNumberOfThreads) {
  Random random(78);
  for (int instance = 0; instance < 10; ++instance) {
    const auto d = static_cast<Index>(2 + random.below(4));
    const Matrix X = random_data(60, d, instance, random);
    const Vector nu = random_dual(60, false, random);
    const DualOracle oracle(X);
    std::vector<StarAtom> atoms;
    for (const DualDirection& direction : oracle.climb(nu, 0, 3, 1)) {
      atoms.push_back(atom_at(X, direction.u, direction.sign));
    }
    OutsideSettings settings;
    settings.beta = oracle.maximise(nu, {}).lower;
    const OutsideResult one = oracle.maximise_outside(nu, atoms, settings);
    settings.threads = 2;
    const OutsideResult two = oracle.maximise_outside(nu, atoms, settings);
    EXPECT_EQ(one.lower, two.lower);
    EXPECT_EQ(one.upper, two.upper);
    EXPECT_EQ(one.nodes, two.nodes);
    ASSERT_EQ(one.directions.size(), two.directions.size());
    for (std::size_t i = 0; i < one.directions.size(); ++i) {
      EXPECT_EQ(one.directions[i].u, two.directions[i].u);
    }
  }
}

}  // namespace
}  // namespace thalweg
