#include "thalweg/arrangement/cell_interior.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "arrangement/sign_tree_cells.hpp"
#include "support/arrangement_families.hpp"
#include "thalweg/core/error.hpp"
#include "thalweg/exact/linear_feasibility.hpp"

namespace thalweg::testing {
namespace {

std::vector<PatternWord> to_pattern(const PatternText& text) {
  std::vector<PatternWord> pattern(
      static_cast<std::size_t>(pattern_words(static_cast<Index>(text.size()))), 0);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '1') pattern[i / 64] |= PatternWord{1} << (i % 64);
  }
  return pattern;
}

/// The rows that exclude the pattern, signed, admit nothing by themselves: a zero row that is
/// minus, or an infeasible system.
bool excludes(const Matrix& X, const PatternText& text, const std::vector<Index>& rows) {
  if (rows.empty()) return false;
  Matrix A(static_cast<Index>(rows.size()), X.cols());
  for (Index k = 0; k < A.rows(); ++k) {
    const Index i = rows[static_cast<std::size_t>(k)];
    A.row(k) = (text[static_cast<std::size_t>(i)] == '1' ? 1.0 : -1.0) * X.row(i);
  }
  return !strict_feasibility(A).feasible;
}

/// Every sign vector over the samples, against the exact list.
void check_all_patterns(const std::string& kind, const Matrix& X) {
  const std::vector<PatternText> cells = exact_cells(X);
  const HyperplaneArrangement arrangement(X);
  const auto n = static_cast<std::size_t>(X.rows());
  for (std::size_t code = 0; code < std::size_t{1} << n; ++code) {
    PatternText text;
    for (std::size_t i = 0; i < n; ++i) text += (code >> i & 1) != 0 ? '1' : '0';
    const CellInterior answer = interior_point(arrangement, to_pattern(text));
    ASSERT_EQ(answer.is_cell(), std::binary_search(cells.begin(), cells.end(), text))
        << kind << "\n"
        << X;
    if (answer.status == CellStatus::kPoint) {
      EXPECT_TRUE(exactly_inside(X, text, answer.point)) << kind << "\n" << X;
    } else if (answer.status == CellStatus::kNotACell) {
      EXPECT_TRUE(excludes(X, text, answer.excluding)) << kind << "\n" << X;
    } else {
      EXPECT_TRUE(kind == "slivers" || kind == "duplicated gaussian") << kind;
    }
  }
}

TEST(CellInterior, AgreesWithTheExactListOnEveryPattern) {
  Random random(31);
  for (int round = 0; round < 25; ++round) {
    const auto [kind, X] = random_arrangement(random, 6, 3);
    check_all_patterns(kind, X);
  }
}

TEST(CellInterior, ThePointIsInTheMiddle) {
  // The quadrant's widest point is on the diagonal, at distance 1 / sqrt 2 from both lines.
  const HyperplaneArrangement arrangement(Matrix{{1, 0}, {0, 1}});
  const CellInterior corner = interior_point(arrangement, std::vector<PatternWord>{0b11});
  ASSERT_EQ(corner.status, CellStatus::kPoint);
  EXPECT_NEAR(corner.margin_estimate, std::sqrt(0.5), 1e-12);
  EXPECT_NEAR(corner.point[0], corner.point[1], 1e-12);
  EXPECT_GT(corner.point[0], 0);
}

TEST(CellInterior, TheMarginIsTheLargest) {
  // No sampled direction of the cell has a larger margin.
  Random random(5);
  const Matrix X = gaussian_rows(random, 12, 4);
  const HyperplaneArrangement arrangement(X);
  const Matrix& rows = arrangement.normals();
  const Matrix unit = rows.rowwise().normalized();
  for (int round = 0; round < 30; ++round) {
    const Vector start = random.direction(4);
    std::vector<PatternWord> pattern = {0};
    for (Index i = 0; i < 12; ++i) {
      if (unit.row(i).dot(start) > 0) pattern[0] |= PatternWord{1} << i;
    }
    const CellInterior answer = interior_point(arrangement, pattern, PatternOver::kHyperplanes);
    ASSERT_EQ(answer.status, CellStatus::kPoint);
    for (int draw = 0; draw < 200; ++draw) {
      const Vector near = (start + 0.2 * draw / 200 * random.direction(4)).normalized();
      double margin = HUGE_VAL;
      for (Index i = 0; i < 12; ++i) {
        margin = std::min(margin, to_double(pattern_sign(pattern, i)) * unit.row(i).dot(near));
      }
      EXPECT_LE(margin, answer.margin_estimate + 1e-12);
    }
  }
}

TEST(CellInterior, SaysWhichSamplesContradict) {
  const HyperplaneArrangement arrangement(Matrix{{1, 0}, {0, 0}, {-2, 0}, {1, 1}});
  const CellInterior parallel = interior_point(arrangement, to_pattern("1110"));
  EXPECT_EQ(parallel.status, CellStatus::kNotACell);
  EXPECT_EQ(parallel.excluding, (std::vector<Index>{0, 2}));
  const CellInterior zero = interior_point(arrangement, to_pattern("1000"));
  EXPECT_EQ(zero.excluding, std::vector<Index>{1});
  EXPECT_EQ(interior_point(arrangement, to_pattern("1100")).status, CellStatus::kPoint);
}

TEST(CellInterior, SliversAreDecidedExactly) {
  const Matrix X{{1, 1}, {1, std::nextafter(1.0, 2.0)}};
  const HyperplaneArrangement arrangement(X);
  const CellInterior thin = interior_point(arrangement, to_pattern("10"));
  ASSERT_EQ(thin.status, CellStatus::kPoint);
  EXPECT_TRUE(exactly_inside(X, "10", thin.point));
  const HyperplaneArrangement thinner(Matrix{{1, 1}, {1, std::nextafter(1.0, 0.0)}});
  EXPECT_EQ(interior_point(thinner, to_pattern("10")).status, CellStatus::kNoDoublePoint);
  EXPECT_TRUE(interior_point(thinner, to_pattern("10")).is_cell());
}

TEST(CellInterior, NoHyperplanesAndWrongSizes) {
  const HyperplaneArrangement none(Matrix::Zero(1, 2));
  EXPECT_EQ(interior_point(none, to_pattern("1")).status, CellStatus::kPoint);
  EXPECT_EQ(interior_point(none, to_pattern("0")).status, CellStatus::kNotACell);
  EXPECT_THROW((void)interior_point(none, std::vector<PatternWord>(2, 0)), InvalidArgument);
}

}  // namespace
}  // namespace thalweg::testing
