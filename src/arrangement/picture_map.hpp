#pragma once

#include <optional>

#include "thalweg/core/types.hpp"

namespace thalweg::arrangement {

/// How distinct normals in 2 or 3 coordinates become lines of a picture's plane.
struct PictureMap {
  Matrix rows;          ///< (N x 3), the normals, with a column of zeros in rank 2
  Matrix map;           ///< (3 x 3), invertible; lines are rows * map
  bool points = false;  ///< whether the rows are points of the plane, x / w and y / w
};

/// normals (N x r), r = 2 or 3. In rank 3 with a constant column that one becomes the last; the map
/// then moves the points' mean to the origin and scales their spread to about 1. Without one the
/// map spreads the normals evenly. All entries have few bits, so that exact products stay short.
[[nodiscard]] PictureMap picture_map(const Matrix& normals);

}  // namespace thalweg::arrangement
