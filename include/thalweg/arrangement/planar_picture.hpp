#pragma once

#include <string>

#include "thalweg/core/types.hpp"

namespace thalweg {

/// More hyperplanes than this are not drawn.
inline constexpr Index kMostDrawnHyperplanes = 400;

struct PictureSettings {
  double size = 640;              ///< diameter of the disc in pixels
  bool hyperplane_labels = true;  ///< the samples on each hyperplane, outside the disc
  bool cell_labels = false;       ///< each cell's pattern, '+' and '-' by sample, in the cell
  bool data = true;               ///< the data beside the disc, where they lie in a plane
  std::string title = "Hyperplane arrangement";
};

/// An SVG picture of the arrangement {u : x_i^T u = 0} of rank 2 or 3; X (n x d), rows are samples.
///
/// The picture is a disc of weights. Rank 2: the plane of weights, hyperplanes are diameters and
/// cells wedges. Rank 3: the half sphere of weights with a positive last coordinate, seen
/// stereographically, so that every vertex is visible: hyperplanes are arcs between opposite points
/// of the rim. Each pair of opposite cells shows one of the two, or, when the rim cuts them, a part
/// of both. When X has a constant column (a bias), u is written so that the centre is the weight
/// that is positive on the whole data set, and the data are drawn beside as points in the plane.
/// Otherwise the coordinates are those in which the normals spread evenly. Shading is the share of
/// active samples; dots are vertices on more than r - 1 hyperplanes.
///
/// What meets what is exact (CGAL's Arrangement_2 on the stored doubles); coordinates are rounded
/// to a thousandth of a pixel. The file is self-contained, follows light and dark colour schemes
/// and describes itself for screen readers. The same input gives the same text. O(N^2 log n) for N
/// hyperplanes. Errors: InvalidArgument (rank not 2 or 3, N > kMostDrawnHyperplanes, entries or
/// size not finite, size not positive).
[[nodiscard]] std::string draw_arrangement(const Matrix& X, const PictureSettings& settings = {});

}  // namespace thalweg
