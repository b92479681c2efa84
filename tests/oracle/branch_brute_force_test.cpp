#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "branch_forms.hpp"
#include "thalweg/convex/bounded_least_squares.hpp"
#include "thalweg/oracle/branch_oracle.hpp"
#include "thalweg/reformulation/parallel_network.hpp"
#include "thalweg/reformulation/piece_enumeration.hpp"

namespace thalweg {
namespace {

using testing::constrained_form;
using testing::max_pooling_form;
using testing::path_form;
using testing::random_matrix;
using testing::random_vector;
using testing::residual_form;

/// The length of the projection of c to the cone {w : G w >= 0}: max of c^T w there over |w| <= 1.
double projected_length(const Matrix& G, const Vector& c) {
  const Vector free = Vector::Constant(G.rows(), std::numeric_limits<double>::infinity());
  return bounded_least_squares(-G.transpose(), c, free).residual.norm();
}

/// max of c^T w over the cone with |w_1| + |w_2| <= 1, w_1 and w_2 of one size, from below. The
/// constraint says |w_1|^2 / eta + |w_2|^2 / (1 - eta) <= 1 for some eta; for each eta it is a
/// projection in scaled coordinates, and the maximum is concave in eta.
double two_group_maximum(const Matrix& G, const Vector& c) {
  const Index d = c.size() / 2;
  const auto at = [&](double eta) {
    Vector scale(2 * d);
    scale << Vector::Constant(d, std::sqrt(eta)), Vector::Constant(d, std::sqrt(1 - eta));
    return projected_length(G * scale.asDiagonal(), scale.cwiseProduct(c));
  };
  double low = 0;
  double high = 1;
  for (int step = 0; step < 60; ++step) {
    const double left = low + (high - low) / 3;
    const double right = high - (high - low) / 3;
    (at(left) < at(right) ? low : high) = at(left) < at(right) ? left : right;
  }
  return std::max({at(0), at(1), at(0.5 * (low + high))});
}

/// sigma(nu) over all pieces of the form.
template <typename Maximum>
double brute_force(const BranchForm& form, const Vector& nu, const Maximum& maximum) {
  const PieceList list = enumerate_pieces(form);
  EXPECT_TRUE(list.complete());
  double best = 0;
  for (const BranchPattern& pattern : list.patterns) {
    const BranchPiece piece = form.piece(pattern);
    const Vector pull = piece.map.transpose() * nu;
    best = std::max({best, maximum(piece.cone, pull), maximum(piece.cone, Vector(-pull))});
  }
  return best;
}

void expect_enclosed(const BranchForm& form, std::uint64_t seed) {
  const Vector nu = random_vector(form.samples(), seed);
  const double sigma = form.norm().is_l2() ? brute_force(form, nu, projected_length)
                                           : brute_force(form, nu, two_group_maximum);
  BranchNormSettings settings;
  settings.relative_gap = 1e-8;
  const BranchOracle oracle(form);
  const BranchNormResult result = oracle.maximise(nu, settings);
  EXPECT_EQ(result.status, DualNormStatus::kClosed) << seed;
  EXPECT_LE(sigma, result.upper * (1 + 1e-9)) << seed;
  EXPECT_LE(result.lower, sigma * (1 + 1e-9)) << seed;
}

TEST(BranchOracleBruteForce, PathNormOfThreeLayers) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    expect_enclosed(path_form(random_matrix(5, 2, seed), {1, -1}), 100 + seed);
  }
  expect_enclosed(path_form(random_matrix(4, 3, 7), {1, -1}), 107);
  expect_enclosed(path_form(random_matrix(3, 2, 8), {1, 1, -1}), 108);
  expect_enclosed(path_form(random_matrix(3, 2, 9), {1, -1, -1}), 109);
}

TEST(BranchOracleBruteForce, ConstrainedThreeLayers) {
  for (std::uint64_t seed = 11; seed <= 16; ++seed) {
    expect_enclosed(constrained_form(random_matrix(4, 2, seed), {1, -1}), 100 + seed);
  }
}

TEST(BranchOracleBruteForce, SamplesOnOneLineAndRepeated) {
  Matrix X(5, 2);
  X << -2, 1, -1, 1, 0, 1, 1, 1, 2, 1;
  expect_enclosed(path_form(X, {1, -1}), 121);
  expect_enclosed(constrained_form(X, {1, -1}), 122);
  X.row(3) = X.row(1);
  X.row(4) = -X.row(0);
  expect_enclosed(path_form(X, {1, -1}), 123);
}

TEST(BranchOracleBruteForce, ResidualBlocksAndMaxPooling) {
  for (std::uint64_t seed = 31; seed <= 34; ++seed) {
    expect_enclosed(residual_form(random_matrix(4, 2, seed)), 100 + seed);
    expect_enclosed(max_pooling_form(random_matrix(5, 4, seed), 2), 200 + seed);
    expect_enclosed(max_pooling_form(random_matrix(4, 5, seed), 3), 300 + seed);
  }
}

TEST(BranchOracleBruteForce, TreesOfFourLayers) {
  const ParallelNetwork network(2, {2, 2}, BranchCost::kPath);
  const Matrix X = random_matrix(3, 2, 41);
  std::uint64_t seed = 141;
  for (const BranchForm& form : network.forms(X)) {
    if (form.parameters() <= 4) expect_enclosed(form, ++seed);
  }
}

TEST(BranchOracleBruteForce, ClimbFindsNearlyEveryMaximum) {
  int found = 0;
  int total = 0;
  for (std::uint64_t seed = 51; seed < 71; ++seed) {
    for (const bool path : {false, true}) {
      const Matrix X = random_matrix(6, 2, seed);
      const BranchForm form = path ? path_form(X, {1, -1}) : constrained_form(X, {1, -1, -1});
      const BranchOracle oracle(form);
      const Vector nu = random_vector(6, 100 + seed);
      const auto top = oracle.climb(nu, 0, 4, seed);
      const double sigma = oracle.maximise(nu, {}).lower;
      ++total;
      found += !top.empty() && top.front().value >= sigma * (1 - 2e-6) ? 1 : 0;
    }
  }
  EXPECT_GE(found, total - 2);
}

}  // namespace
}  // namespace thalweg
