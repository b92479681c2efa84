// The laws of the samplers that are not uniform, where they are known.
#include <gtest/gtest.h>

#include <Eigen/Geometry>
#include <algorithm>
#include <cmath>
#include <numbers>
#include <set>

#include "arrangement/sample_support.hpp"
#include "support/arrangement_families.hpp"

namespace thalweg::testing {
namespace {

/// Angles of the cells of lines in the plane, as shares of the circle.
std::map<PatternText, double> solid_angles(const Matrix& X) {
  std::vector<double> walls;
  for (Index i = 0; i < X.rows(); ++i) {
    const double angle = std::atan2(X(i, 0), -X(i, 1));
    walls.push_back(angle);
    walls.push_back(angle > 0 ? angle - std::numbers::pi : angle + std::numbers::pi);
  }
  std::sort(walls.begin(), walls.end());
  walls.push_back(walls.front() + 2 * std::numbers::pi);
  std::map<PatternText, double> shares;
  for (std::size_t i = 0; i + 1 < walls.size(); ++i) {
    const double middle = (walls[i] + walls[i + 1]) / 2;
    PatternText text;
    for (Index k = 0; k < X.rows(); ++k) {
      text += X(k, 0) * std::cos(middle) + X(k, 1) * std::sin(middle) > 0 ? '1' : '0';
    }
    shares[text] = (walls[i + 1] - walls[i]) / (2 * std::numbers::pi);
  }
  return shares;
}

TEST(SampleLaws, GaussianCellsHaveTheirSolidAngle) {
  const Matrix X{{1, 0}, {3, 1}, {0, 2}, {-1, 5}, {1, 1}};
  const std::vector<PatternText> cells = exact_cells(X);
  const CellSample sample =
      sample_gaussian_cells(HyperplaneArrangement(X), sample_settings(20000, 1));
  const auto counts = frequencies(cells, sample.cells);
  EXPECT_LT(std::abs(chi_square_score(counts, solid_angles(X))), kHonest);
  EXPECT_GT(std::abs(uniformity_score(cells, sample.cells)), 100);
}

TEST(SampleLaws, GaussianAnglesAreThoseOfTheDataNotOfItsCoordinates) {
  // The arrangement's own coordinates scale columns; the law is that of u in the data's space.
  const Matrix X{{1000, 1}, {1000, -1}, {0, 1}};
  const CellSample sample =
      sample_gaussian_cells(HyperplaneArrangement(X), sample_settings(20000, 2));
  const auto counts = frequencies(exact_cells(X), sample.cells);
  EXPECT_LT(std::abs(chi_square_score(counts, solid_angles(X))), kHonest);
}

TEST(SampleLaws, LocalCellsInThePlaneAreUniform) {
  // A vertex is one of the 2 n rays, each with the same chance, and either side of it.
  Random random(3);
  const Matrix X = gaussian_rows(random, 9, 2);
  for (const Index neighbours : {1, 9}) {
    const CellSample sample =
        sample_local_cells(HyperplaneArrangement(X), sample_settings(10000, 4), neighbours);
    EXPECT_LT(std::abs(uniformity_score(exact_cells(X), sample.cells)), kHonest);
  }
}

/// Whether a cell touches a line on which two rows of the same half of X vanish (rank 3, small
/// integers: exact).
bool touches_local_vertex(const Matrix& X, const PatternText& cell) {
  const Index half = X.rows() / 2;
  for (Index a = 0; a < X.rows(); ++a) {
    for (Index b = a + 1; b < X.rows(); ++b) {
      if ((a < half) != (b < half)) continue;
      const Eigen::Vector3d vertex = Eigen::Vector3d(X.row(a)).cross(Eigen::Vector3d(X.row(b)));
      bool same = true;
      bool opposite = true;
      for (Index k = 0; k < X.rows(); ++k) {
        if (k == a || k == b) continue;
        const bool plus = X.row(k).dot(vertex) > 0;
        const bool wanted = cell[static_cast<std::size_t>(k)] == '1';
        same = same && plus == wanted;
        opposite = opposite && plus != wanted;
      }
      if (same || opposite) return true;
    }
  }
  return false;
}

TEST(SampleLaws, LocalCellsTouchVerticesOfNeighbours) {
  // Two far groups of points, with a bias column.
  const Matrix X{{0, 0, 1},   {3, 1, 1},   {1, 4, 1},    {-2, 3, 1},
                 {100, 7, 1}, {103, 9, 1}, {101, 14, 1}, {98, 11, 1}};
  std::set<PatternText> reachable;
  const std::vector<PatternText> cells = exact_cells(X);
  for (const PatternText& cell : cells) {
    if (touches_local_vertex(X, cell)) reachable.insert(cell);
  }
  ASSERT_LT(reachable.size(), cells.size());
  const HyperplaneArrangement arrangement(X);
  const auto found = [&](const CellSample& sample) {
    std::set<PatternText> texts;
    for (Index i = 0; i < sample.cells.size(); ++i) {
      texts.insert(to_text(sample.cells.pattern(i), X.rows()));
    }
    return texts;
  };
  EXPECT_EQ(found(sample_local_cells(arrangement, sample_settings(5000, 5), 4)), reachable);
  EXPECT_FALSE(std::ranges::includes(
      reachable, found(sample_local_cells(arrangement, sample_settings(5000, 5), 8))));
}

/// A cell occurs at most once in a pencil, so that its frequency is binomial.
void expect_pencil_law(const Matrix& X, double share, std::uint64_t pencils) {
  const HyperplaneArrangement arrangement(X);
  const auto rows = static_cast<std::uint64_t>(arrangement.hyperplanes());
  const CellSample sample = sample_pencils(arrangement, sample_settings(pencils * rows, 6));
  ASSERT_EQ(sample.trials, pencils);
  std::map<PatternText, double> counts = frequencies(exact_cells(X), sample.cells);
  const double deviation = std::sqrt(static_cast<double>(pencils) * share * (1 - share));
  for (const auto& [cell, count] : counts) {
    const double both = count + counts.at(opposite(X, cell));
    EXPECT_NEAR(both, share * static_cast<double>(pencils), kHonest * deviation + 0.5) << cell;
  }
}

TEST(SampleLaws, PencilsMeetEveryCellEquallyOften) {
  Random random(7);
  // Rank 2: the plane is the one pencil. Rank 3: n sets S of one row, half a share each, and 1.
  expect_pencil_law(gaussian_rows(random, 7, 2), 1.0, 10);
  expect_pencil_law(gaussian_rows(random, 8, 3), 1.0 / 5, 4000);
  expect_pencil_law(grid_with_bias(3, 2), 1.0 / 5.5, 4000);
  // Rank 4: 105 pairs, a third each, and one empty set for level 2.
  expect_pencil_law(resonance(4).X, 1.0 / 36, 10000);
}

TEST(SampleLaws, CellsAroundNeuronsAreTheirNeighbours) {
  Random random(8);
  for (int round = 0; round < 60; ++round) {
    const auto [kind, X] = random_arrangement(random, 9, 4);
    const HyperplaneArrangement arrangement(X);
    const Matrix W = small_integer_rows(random, 1, X.cols(), 1);
    const CellSample sample = cells_around(arrangement, W, X.rows());
    const std::vector<PatternText> cells = exact_cells(X);
    ASSERT_GE(sample.cells.size(), 1);
    const PatternText home = to_text(sample.cells.pattern(0), X.rows());
    for (Index i = 0; i < X.rows(); ++i) {
      const double value = X.row(i).dot(W.row(0));
      if (kind != "small integers" || value == 0) continue;
      EXPECT_EQ(home[static_cast<std::size_t>(i)] == '1', value > 0);
    }
    const auto differing = [&](const PatternText& cell) {
      return std::ranges::count_if(arrangement.first_rows(), [&](Index row) {
        return cell[static_cast<std::size_t>(row)] != home[static_cast<std::size_t>(row)];
      });
    };
    std::set<PatternText> expected;
    for (const PatternText& cell : cells) {
      if (differing(cell) <= 1) expected.insert(cell);
    }
    std::set<PatternText> found;
    for (Index i = 0; i < sample.cells.size(); ++i) {
      found.insert(to_text(sample.cells.pattern(i), X.rows()));
    }
    EXPECT_EQ(found, expected) << kind << "\n" << X;
    EXPECT_EQ(sample.distinct, found.size());
    EXPECT_EQ(static_cast<std::size_t>(sample.cells.size()), found.size());
  }
}

TEST(SampleLaws, NearestWallsComeFirst) {
  const Matrix X{{1, 0, 0}, {0, 10, 0}, {0, 0, 1}};
  const Matrix W{{3, 1, 2}};
  const CellSample sample = cells_around(HyperplaneArrangement(X), W, 2);
  EXPECT_EQ(sample.cells.patterns, (std::vector<PatternWord>{0b111, 0b101, 0b011}));
  // A neuron on every hyperplane belongs to the cell of the lexicographic direction.
  EXPECT_EQ(cells_around(HyperplaneArrangement(-X), Matrix::Zero(2, 3), 0).cells.patterns,
            std::vector<PatternWord>{0});
}

}  // namespace
}  // namespace thalweg::testing
