#pragma once

#include <array>
#include <vector>

#include "thalweg/core/types.hpp"

namespace thalweg::arrangement {

/// A point of the plane, or the end of a ray: then a direction of length 1.
struct PlanarPoint {
  double x = 0;
  double y = 0;
  bool at_infinity = false;
};

/// A piece of a face's boundary: from a point to that of the next side.
struct PlanarSide {
  static constexpr Index kAtInfinity = -1;

  Index line = kAtInfinity;
  PlanarPoint from;
};

struct PlanarFace {
  std::vector<PlanarSide> sides;  ///< counterclockwise
  std::vector<Sign> signs;        ///< of a x + b y + c, one a line
};

struct PlanarVertex {
  PlanarPoint point;
  Index lines = 0;  ///< that meet there
};

/// The subdivision of the plane by lines.
struct PlanarFaces {
  std::vector<std::array<double, 3>> lines;  ///< a x + b y + c = 0, rounded, the largest 1
  std::vector<PlanarFace> faces;
  std::vector<PlanarVertex> vertices;
  Index edges = 0;
};

/// The faces of the lines {(x, y) : r_i^T map (x, y, 1)^T = 0}, r_i the rows of `rows` (n x 3) and
/// map (3 x 3), from CGAL's Arrangement_2: what meets where is exact for the stored doubles, only
/// the coordinates returned are rounded. Preconditions: r_i^T map are pairwise not parallel, and
/// two of the lines cross; one may be the line at infinity. O(n^2 log n).
[[nodiscard]] PlanarFaces planar_faces(const Matrix& rows, const Matrix& map);

}  // namespace thalweg::arrangement
