#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "arrangement/sign_tree.hpp"
#include "arrangement/sign_tree_cells.hpp"
#include "support/arrangement_families.hpp"
#include "thalweg/exact/linear_feasibility.hpp"

namespace thalweg::testing {
namespace {

/// The rows of X with the signs of a cell, zero rows left out, above the constraints on u, as
/// A u > b.
struct Polyhedron {
  Matrix A;
  Vector b;

  void add(const Vector& row, double bound) {
    A.conservativeResize(A.rows() + 1, row.size());
    A.row(A.rows() - 1) = row;
    b.conservativeResize(b.size() + 1);
    b[b.size() - 1] = bound;
  }
};

bool allowed(const Matrix& X, const PatternText& cell, const CellConstraints& constraints) {
  for (const auto& [sample, sign] : constraints.signs) {
    if ((cell[static_cast<std::size_t>(sample)] == '1') != (sign == Sign::kPlus)) return false;
  }
  Polyhedron set{Matrix(0, X.cols()), Vector(0)};
  for (Index i = 0; i < X.rows(); ++i) {
    if (X.row(i).isZero(0)) continue;
    set.add((cell[static_cast<std::size_t>(i)] == '1' ? 1.0 : -1.0) * X.row(i), 0);
  }
  for (Index i = 0; i < constraints.cone.rows(); ++i) set.add(constraints.cone.row(i), 0);
  for (Index c = 0; c < constraints.lower.size(); ++c) {
    set.add(Vector::Unit(X.cols(), c), constraints.lower[c]);
  }
  for (Index c = 0; c < constraints.upper.size(); ++c) {
    set.add(-Vector::Unit(X.cols(), c), -constraints.upper[c]);
  }
  return strict_feasibility(set.A, set.b).feasible;
}

CellConstraints random_constraints(Random& random, const Matrix& X) {
  CellConstraints constraints;
  const Index d = X.cols();
  if (random.below(2) != 0) {
    constraints.cone = small_integer_rows(random, 1 + static_cast<Index>(random.below(3)), d, 1);
  }
  if (random.below(2) != 0) {
    constraints.lower = small_integer_rows(random, d, 1, 2);
    constraints.upper = constraints.lower + small_integer_rows(random, d, 1, 1) + Vector::Ones(d);
    if (random.below(3) == 0) constraints.upper.resize(0);
  }
  for (Index i = 0; i < X.rows(); ++i) {
    if (random.below(6) != 0) continue;
    constraints.signs.emplace_back(i, random.below(2) != 0 ? Sign::kPlus : Sign::kMinus);
  }
  return constraints;
}

TEST(SignTreeOracle, EqualsTheExactListOnDegenerateData) {
  Random random(101);
  EnumerationSettings settings;
  settings.witnesses = true;
  for (int round = 0; round < 1000; ++round) {
    const auto [kind, X] = random_arrangement(random, 11, 5);
    const TreeCells tree = tree_cells(X, settings);
    ASSERT_EQ(tree.outcome.status, EnumerationStatus::kComplete);
    ASSERT_EQ(both_signs(X, tree), exact_cells(X)) << kind << "\n" << X;
  }
}

TEST(SignTreeOracle, BadScalesMixPointsOfBothPrecisions) {
  // Nodes with a point of doubles and a finer one on different sides of the next hyperplane.
  Random random(106);
  EnumerationSettings settings;
  settings.witnesses = true;
  for (int round = 0; round < 150; ++round) {
    const Matrix X = badly_scaled(random, small_integer_rows(random, 9, 4, 1), 300);
    ASSERT_EQ(both_signs(X, tree_cells(X, settings)), exact_cells(X)) << X;
  }
}

TEST(SignTreeOracle, EqualsBruteForceOverAllSignVectors) {
  Random random(102);
  for (int round = 0; round < 150; ++round) {
    const auto [kind, X] = random_arrangement(random, 9, 4);
    std::vector<PatternText> cells;
    for (std::size_t code = 0; code < std::size_t{1} << X.rows(); ++code) {
      PatternText text;
      bool zero_row_is_minus = false;
      for (Index i = 0; i < X.rows(); ++i) {
        text += (code >> i & 1) != 0 ? '1' : '0';
        if (X.row(i).isZero(0) && text.back() == '0') zero_row_is_minus = true;
      }
      if (!zero_row_is_minus && allowed(X, text, {})) cells.push_back(text);
    }
    std::sort(cells.begin(), cells.end());
    EXPECT_EQ(both_signs(X, tree_cells(X)), cells) << kind << "\n" << X;
  }
}

TEST(SignTreeOracle, ConstraintsFilterTheExactList) {
  Random random(103);
  EnumerationSettings settings;
  settings.witnesses = true;
  int some = 0;
  int none = 0;
  for (int round = 0; round < 400; ++round) {
    const auto [kind, X] = random_arrangement(random, 8, 3);
    settings.constraints = random_constraints(random, X);
    if (settings.constraints.empty()) continue;
    std::vector<PatternText> expected = exact_cells(X);
    std::erase_if(expected,
                  [&](const PatternText& cell) { return !allowed(X, cell, settings.constraints); });
    settings.threads = 1 + round % 2;
    const TreeCells tree = tree_cells(X, settings);
    ASSERT_FALSE(tree.outcome.antipodal);
    ASSERT_EQ(tree.cells, expected) << kind << "\n" << X;
    ++(expected.empty() ? none : some);
  }
  EXPECT_GT(some, 100);
  EXPECT_GT(none, 30);
}

TEST(SignTreeOracle, CountsKnownFamiliesAndPrescribedHalves) {
  for (const KnownArrangement& known : known_arrangements(100000)) {
    const HyperplaneArrangement arrangement(known.X);
    EnumerationSettings settings;
    settings.threads = 2;
    std::uint64_t count = 0;
    const CellSink counter = [&](const CellBlock& block) {
      count += static_cast<std::uint64_t>(block.count);
      return true;
    };
    const SignTreeOutcome all = enumerate_sign_tree(arrangement, settings, counter);
    EXPECT_EQ((all.antipodal ? 2 : 1) * count, known.cells) << known.name;
    if (arrangement.hyperplanes() == 0) continue;
    settings.constraints.signs = {{arrangement.samples() - 1, Sign::kPlus}};
    count = 0;
    const SignTreeOutcome half = enumerate_sign_tree(arrangement, settings, counter);
    EXPECT_EQ(half.status, EnumerationStatus::kComplete);
    EXPECT_EQ(2 * count, known.cells) << known.name;
  }
}

TEST(SignTreeOracle, GeneralPositionIsCoversNumber) {
  // 2 sum_{k < r} C(N - 1, k); more than 64 rows use several words.
  Random random(104);
  EXPECT_EQ(2 * tree_cells(gaussian_rows(random, 70, 3)).cells.size(), 4832U);
  EXPECT_EQ(2 * tree_cells(gaussian_rows(random, 130, 3)).cells.size(), 16772U);
  EXPECT_EQ(2 * tree_cells(gaussian_rows(random, 20, 6)).cells.size(), 33328U);
}

TEST(SignTreeOracle, NudgedFamiliesHaveSliverCells) {
  Random random(105);
  for (const KnownArrangement& known : {resonance(3), braid(4), threshold(3), signed_orders(3)}) {
    const Matrix X = nudged(random, known.X);
    const TreeCells tree = tree_cells(X);
    EXPECT_EQ(both_signs(X, tree), exact_cells(X)) << known.name;
    EXPECT_GT(2 * tree.cells.size(), known.cells) << known.name;
  }
}

}  // namespace
}  // namespace thalweg::testing
