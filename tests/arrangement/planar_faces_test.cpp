#include "arrangement/planar_faces.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "support/arrangement_families.hpp"
#include "support/exact_cells.hpp"
#include "thalweg/arrangement/count_cells.hpp"

namespace thalweg::testing {
namespace {

using arrangement::planar_faces;
using arrangement::PlanarFaces;

std::set<PatternText> face_patterns(const PlanarFaces& faces) {
  std::set<PatternText> patterns;
  for (const auto& face : faces.faces) {
    PatternText text;
    for (const Sign sign : face.signs) text += sign == Sign::kPlus ? '1' : '0';
    patterns.insert(text);
  }
  return patterns;
}

/// Vertices, edges and faces of a connected plane graph with its rays joined at one far point.
void expect_euler(const PlanarFaces& faces) {
  EXPECT_EQ(static_cast<Index>(faces.vertices.size()) - faces.edges +
                static_cast<Index>(faces.faces.size()),
            1);
}

/// The cells of normals (N x 3) from the faces in the chart of a map.
std::set<PatternText> cells_from_faces(const Matrix& normals, const Matrix& map) {
  const PlanarFaces faces = planar_faces(normals, map);
  expect_euler(faces);
  std::set<PatternText> cells = face_patterns(faces);
  EXPECT_EQ(cells.size(), faces.faces.size());
  for (const PatternText& cell : std::vector(cells.begin(), cells.end())) {
    cells.insert(opposite(normals, cell));
  }
  return cells;
}

/// A chart in which the first hyperplane is the line at infinity: two columns orthogonal to its
/// normal.
Matrix chart_beyond(const Matrix& normals) {
  Index pivot = 0;
  normals.row(0).cwiseAbs().maxCoeff(&pivot);
  Matrix map = Matrix::Zero(3, 3);
  const Index others[2] = {(pivot + 1) % 3, (pivot + 2) % 3};
  for (Index k = 0; k < 2; ++k) {
    map(others[k], k) = normals(0, pivot);
    map(pivot, k) = -normals(0, others[k]);
  }
  map(pivot, 2) = 1;
  return map;
}

TEST(PlanarFaces, CellsInRankThree) {
  Random random(71);
  int compared = 0;
  for (int round = 0; round < 1500; ++round) {
    const auto [kind, X] = random_arrangement(random, 12, 4);
    const HyperplaneArrangement arrangement(X);
    if (arrangement.rank() != 3) continue;
    ++compared;
    const Matrix& normals = arrangement.normals();
    const std::vector<PatternText> exact = exact_cells(normals);
    Matrix map = small_integer_rows(random, 3, 3, 4);
    if (HyperplaneArrangement(map).rank() < 3) map = Matrix::Identity(3, 3);
    const auto cells = cells_from_faces(normals, map);
    EXPECT_TRUE(std::equal(cells.begin(), cells.end(), exact.begin(), exact.end())) << kind << "\n"
                                                                                    << X;
    EXPECT_EQ(count_cells(arrangement).exact->decimal, std::to_string(cells.size()));
  }
  EXPECT_GT(compared, 300);
}

/// With one of the hyperplanes at infinity, no face meets its own opposite: two cells a face.
TEST(PlanarFaces, TwoCellsAFaceBesideAHyperplane) {
  Random random(72);
  for (int round = 0; round < 300; ++round) {
    const Matrix X = small_integer_rows(random, 9, 3, 2);
    const HyperplaneArrangement arrangement(X);
    if (arrangement.rank() != 3) continue;
    const PlanarFaces faces =
        planar_faces(arrangement.normals(), chart_beyond(arrangement.normals()));
    EXPECT_EQ(faces.lines[0][0], 0);
    EXPECT_EQ(faces.lines[0][1], 0);
    EXPECT_EQ(std::to_string(2 * faces.faces.size()), count_cells(arrangement).exact->decimal) << X;
  }
}

TEST(PlanarFaces, WedgesInRankTwo) {
  Random random(73);
  int compared = 0;
  for (int round = 0; round < 300; ++round) {
    const auto [kind, X] = random_arrangement(random, 12, 3);
    const HyperplaneArrangement arrangement(X);
    if (arrangement.rank() != 2) continue;
    ++compared;
    Matrix lines = Matrix::Zero(arrangement.hyperplanes(), 3);
    lines.leftCols(2) = arrangement.normals();
    const PlanarFaces faces = planar_faces(lines, Matrix::Identity(3, 3));
    const auto patterns = face_patterns(faces);
    const auto exact = exact_cells(arrangement.normals());
    EXPECT_TRUE(std::equal(patterns.begin(), patterns.end(), exact.begin(), exact.end())) << X;
    EXPECT_EQ(static_cast<Index>(faces.faces.size()), 2 * arrangement.hyperplanes());
    expect_euler(faces);
  }
  EXPECT_GT(compared, 50);
}

TEST(PlanarFaces, LargeGrid) {
  const KnownArrangement grid = plane_grid(10);
  EXPECT_EQ(cells_from_faces(grid.X, chart_beyond(grid.X)).size(), grid.cells);
}

/// Points on lines through the grid: a vertex knows how many meet in it.
TEST(PlanarFaces, VerticesAndSides) {
  // x = 0, y = 0, x = y, x = 1
  const Matrix lines{{1, 0, 0}, {0, 1, 0}, {1, -1, 0}, {1, 0, -1}};
  const PlanarFaces faces = planar_faces(lines, Matrix::Identity(3, 3));
  ASSERT_EQ(faces.vertices.size(), 3u);
  Index three = 0;
  for (const auto& vertex : faces.vertices) three += vertex.lines == 3 ? 1 : 0;
  EXPECT_EQ(three, 1);
  EXPECT_EQ(faces.edges, 11);
  EXPECT_EQ(faces.faces.size(), 9u);
  std::size_t sides = 0;
  for (const auto& face : faces.faces) {
    for (const auto& side : face.sides) sides += side.line >= 0 ? 1 : 0;
  }
  EXPECT_EQ(sides, 22u);  // every edge twice
}

}  // namespace
}  // namespace thalweg::testing
