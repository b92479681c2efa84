#include "support/exact_cells.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "support/arrangement_families.hpp"
#include "support/groundtruth.hpp"

namespace thalweg::testing {
namespace {

TEST(ExactCells, LinesInThePlane) {
  const Matrix X{{1, 0}, {0, 1}};
  EXPECT_EQ(exact_cells(X), (std::vector<PatternText>{"00", "01", "10", "11"}));
  const Matrix three{{1, 0}, {0, 1}, {1, 1}};
  EXPECT_EQ(exact_cells(three),
            (std::vector<PatternText>{"000", "010", "011", "100", "101", "111"}));
}

TEST(ExactCells, ZeroParallelAndNoRows) {
  const Matrix X{{0, 0}, {1, 2}, {-2, -4}, {3, 6}};
  EXPECT_EQ(exact_cells(X), (std::vector<PatternText>{"1010", "1101"}));
  EXPECT_EQ(exact_cells(Matrix::Zero(2, 3)), std::vector<PatternText>{"11"});
  EXPECT_EQ(exact_cells(Matrix(0, 3)), std::vector<PatternText>{""});
  EXPECT_EQ(exact_cells(Matrix(2, 0)), std::vector<PatternText>{"11"});
}

TEST(ExactCells, KnownFamilies) {
  for (const KnownArrangement& known : known_arrangements(12000)) {
    const auto cells = exact_cells(known.X);
    EXPECT_EQ(cells.size(), known.cells) << known.name;
    EXPECT_EQ(std::set(cells.begin(), cells.end()).size(), known.cells) << known.name;
  }
}

/// A sample of directions falls into listed cells only.
TEST(ExactCells, RandomDirectionsAreListed) {
  Random random(11);
  for (int round = 0; round < 200; ++round) {
    const auto [kind, X] = random_arrangement(random, 9, 4);
    if (kind == "slivers" || kind == "bad scales") continue;
    const auto cells = exact_cells(X);
    EXPECT_TRUE(std::is_sorted(cells.begin(), cells.end()));
    for (int draw = 0; draw < 50; ++draw) {
      const Vector products = X * random.direction(X.cols());
      PatternText text;
      for (Index i = 0; i < X.rows(); ++i) {
        text += products[i] > 0 || X.row(i).isZero(0) ? '1' : '0';
      }
      EXPECT_TRUE(std::binary_search(cells.begin(), cells.end(), text)) << kind << "\n" << X;
    }
    for (const PatternText& cell : cells) {
      EXPECT_TRUE(std::binary_search(cells.begin(), cells.end(), opposite(X, cell)));
    }
  }
}

TEST(ExactCells, PatternsAsText) {
  const Matrix X{{1, 0}, {0, 0}, {0, 1}};
  const CellList list{3, 1, {0b010, 0b110}, {}};
  EXPECT_EQ(to_texts(X, list, true), exact_cells(X));
  EXPECT_EQ(to_texts(X, list, false), (std::vector<PatternText>{"010", "011"}));
}

}  // namespace
}  // namespace thalweg::testing
