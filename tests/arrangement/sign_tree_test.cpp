#include "arrangement/sign_tree.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "arrangement/sign_tree_cells.hpp"
#include "support/arrangement_families.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg::testing {
namespace {

EnumerationSettings with_witnesses() {
  EnumerationSettings settings;
  settings.witnesses = true;
  return settings;
}

TEST(SignTree, CountsKnownFamilies) {
  for (const KnownArrangement& known : known_arrangements(800)) {
    const TreeCells tree = tree_cells(known.X, with_witnesses());
    EXPECT_EQ(tree.outcome.status, EnumerationStatus::kComplete);
    EXPECT_EQ(tree.outcome.missing_witnesses, 0U) << known.name;
    const std::vector<PatternText> all = both_signs(known.X, tree);
    EXPECT_EQ(all.size(), known.cells) << known.name;
    EXPECT_EQ(std::adjacent_find(all.begin(), all.end()), all.end()) << known.name;
  }
}

TEST(SignTree, DeliversTheHalfWhereTheFirstRowIsNegative) {
  for (const PatternText& cell : tree_cells(resonance(4).X).cells) EXPECT_EQ(cell[0], '0');
}

TEST(SignTree, FindsTheCellsOfDegenerateData) {
  Random random(21);
  for (int round = 0; round < 60; ++round) {
    const auto [kind, X] = random_arrangement(random, 8, 3);
    const TreeCells tree = tree_cells(X, with_witnesses());
    EXPECT_EQ(both_signs(X, tree), exact_cells(X)) << kind << "\n" << X;
  }
}

TEST(SignTree, NoHyperplanes) {
  const TreeCells zeros = tree_cells(Matrix::Zero(2, 3), with_witnesses());
  EXPECT_EQ(zeros.cells, std::vector<PatternText>{"11"});
  EXPECT_FALSE(zeros.outcome.antipodal);
  EXPECT_EQ(tree_cells(Matrix(0, 2)).cells, std::vector<PatternText>{""});
  EXPECT_EQ(tree_cells(Matrix(2, 0)).cells, std::vector<PatternText>{"11"});
}

TEST(SignTree, SliversNeedFinePoints) {
  // The rows of the braid arrangement moved by an ulp: circuits become cells of angle 1e-16.
  Random random(3);
  const Matrix X = nudged(random, braid(4).X);
  const TreeCells tree = tree_cells(X, with_witnesses());
  EXPECT_EQ(both_signs(X, tree), exact_cells(X));
  EXPECT_GT(tree.outcome.delivered, 12U);
  EXPECT_GT(tree.outcome.statistics.fine_crossings, 0U);
}

TEST(SignTree, HairsNeedTheExactProgram) {
  // Angles of 2^-200 and 2^-150 are beyond 113 bits, but not beyond doubles of many sizes.
  const double hair = std::ldexp(1.0, -200);
  const Matrix X{{1, 0, 0}, {1, hair, 0}, {1, 0, std::ldexp(1.0, -150)}, {0, 1, 1}};
  const TreeCells tree = tree_cells(X, with_witnesses());
  EXPECT_EQ(both_signs(X, tree), exact_cells(X));
  EXPECT_GT(tree.outcome.statistics.exact_programs, 0U);
}

TEST(SignTree, KeepsACellWithoutPointsOfDoubles) {
  // -y < x < -y + 2^-53 y holds no doubles (see strict_feasibility's test), but it is a cell.
  const Matrix X{{1, 1}, {1, std::nextafter(1.0, 0.0)}, {1, -1}};
  const TreeCells tree = tree_cells(X, with_witnesses());
  EXPECT_EQ(both_signs(X, tree), exact_cells(X));
  EXPECT_EQ(tree.outcome.missing_witnesses, 1U);
}

TEST(SignTree, CellLimitCountsBothSigns) {
  const Matrix X = resonance(4).X;
  EnumerationSettings settings;
  for (const std::uint64_t limit : {0U, 1U, 2U, 7U, 100U, 369U}) {
    settings.max_cells = limit;
    const TreeCells tree = tree_cells(X, settings);
    EXPECT_EQ(tree.outcome.status, EnumerationStatus::kCellLimit);
    EXPECT_EQ(tree.cells.size(), limit / 2);
    EXPECT_EQ(std::adjacent_find(tree.cells.begin(), tree.cells.end()), tree.cells.end());
  }
  settings.max_cells = 370;
  EXPECT_EQ(tree_cells(X, settings).outcome.status, EnumerationStatus::kComplete);
}

TEST(SignTree, StopsWhenToldTo) {
  const HyperplaneArrangement arrangement(resonance(5).X);
  EnumerationSettings settings;
  int blocks = 0;
  const SignTreeOutcome stopped = enumerate_sign_tree(arrangement, settings, [&](const CellBlock&) {
    ++blocks;
    return false;
  });
  EXPECT_EQ(stopped.status, EnumerationStatus::kSinkStopped);
  EXPECT_EQ(blocks, 1);
  settings.control.cancellation.cancel();
  const CellSink ignore = [](const CellBlock&) { return true; };
  for (const int threads : {1, 2}) {
    settings.threads = threads;
    const SignTreeOutcome cancelled = enumerate_sign_tree(arrangement, settings, ignore);
    EXPECT_EQ(cancelled.status, EnumerationStatus::kStopped);
    EXPECT_LT(2 * cancelled.delivered, 11292U);
  }
}

TEST(SignTree, ThreadsFindTheSameCells) {
  const Matrix X = threshold(4).X;
  EnumerationSettings settings = with_witnesses();
  const TreeCells one = tree_cells(X, settings);
  for (const int threads : {2, 5}) {
    settings.threads = threads;
    const TreeCells several = tree_cells(X, settings);
    EXPECT_EQ(several.outcome.status, EnumerationStatus::kComplete);
    EXPECT_EQ(several.cells, one.cells);
  }
  settings.max_cells = 500;
  EXPECT_EQ(tree_cells(X, settings).cells.size(), 250U);
}

TEST(SignTree, PrescribedSigns) {
  // Samples 0 and 2 are opposite, sample 3 is a zero row.
  const Matrix X{{1, 0}, {0, 1}, {-2, 0}, {0, 0}};
  EnumerationSettings settings = with_witnesses();
  settings.constraints.signs = {{2, Sign::kPlus}, {3, Sign::kPlus}};
  const TreeCells tree = tree_cells(X, settings);
  EXPECT_FALSE(tree.outcome.antipodal);
  EXPECT_EQ(tree.cells, (std::vector<PatternText>{"0011", "0111"}));
  settings.constraints.signs = {{0, Sign::kPlus}, {2, Sign::kPlus}};
  EXPECT_TRUE(tree_cells(X, settings).cells.empty()) << "contrary";
  settings.constraints.signs = {{3, Sign::kMinus}};
  const TreeCells none = tree_cells(X, settings);
  EXPECT_TRUE(none.cells.empty()) << "a zero row is never minus";
  EXPECT_EQ(none.outcome.status, EnumerationStatus::kComplete);
}

TEST(SignTree, ConeAndBox) {
  // The lines x = 0, y = 0, x = y.
  const Matrix X{{1, 0}, {0, 1}, {1, -1}};
  EnumerationSettings settings = with_witnesses();
  settings.constraints.cone = Matrix{{1, 2}};
  EXPECT_EQ(tree_cells(X, settings).cells, (std::vector<PatternText>{"010", "101", "110", "111"}));
  settings.constraints.cone = Matrix{{1, 0}};
  EXPECT_EQ(tree_cells(X, settings).cells, (std::vector<PatternText>{"101", "110", "111"}));
  settings.constraints = {};
  settings.constraints.lower = Vector{{1, -1}};
  settings.constraints.upper = Vector{{2, 1}};
  EXPECT_EQ(tree_cells(X, settings).cells, (std::vector<PatternText>{"101", "111"}))
      << "the box touches x = y from outside";
  settings.constraints.upper[1] = std::nextafter(1.0, 2.0);
  EXPECT_EQ(tree_cells(X, settings).cells, (std::vector<PatternText>{"101", "110", "111"}));
  settings.constraints.lower[1] = 1;
  settings.constraints.upper[1] = 1;
  EXPECT_TRUE(tree_cells(X, settings).cells.empty()) << "no interior";
}

TEST(SignTree, ConstraintsWithoutHyperplanes) {
  EnumerationSettings settings;
  settings.constraints.cone = Matrix{{1, 0}, {-1, 1}};
  EXPECT_EQ(tree_cells(Matrix::Zero(1, 2), settings).cells, std::vector<PatternText>{"1"});
  settings.constraints.cone = Matrix{{1, 0}, {-1, 0}};
  EXPECT_TRUE(tree_cells(Matrix::Zero(1, 2), settings).cells.empty());
  settings.constraints.cone = Matrix::Zero(1, 2);
  EXPECT_TRUE(tree_cells(Matrix::Zero(1, 2), settings).cells.empty()) << "0 > 0";
}

TEST(SignTree, InfiniteBoundsAreNone) {
  const Matrix X{{1, 0}, {0, 1}};
  EnumerationSettings settings;
  settings.constraints.lower = Vector{{1, -HUGE_VAL}};
  EXPECT_EQ(tree_cells(X, settings).cells, (std::vector<PatternText>{"10", "11"}));
  settings.constraints.lower = Vector{{HUGE_VAL, 0}};
  EXPECT_TRUE(tree_cells(X, settings).cells.empty());
}

TEST(SignTree, RejectsConstraintsOfTheWrongShape) {
  const Matrix X = Matrix::Identity(2, 2);
  EnumerationSettings settings;
  settings.constraints.cone = Matrix::Ones(1, 3);
  EXPECT_THROW(tree_cells(X, settings), InvalidArgument);
  settings.constraints = {};
  settings.constraints.lower = Vector::Ones(1);
  EXPECT_THROW(tree_cells(X, settings), InvalidArgument);
  settings.constraints = {};
  settings.constraints.upper = Vector::Constant(2, NAN);
  EXPECT_THROW(tree_cells(X, settings), InvalidArgument);
  settings.constraints = {};
  settings.constraints.signs = {{2, Sign::kPlus}};
  EXPECT_THROW(tree_cells(X, settings), InvalidArgument);
}

}  // namespace
}  // namespace thalweg::testing
