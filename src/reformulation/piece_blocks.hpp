#pragma once

#include "thalweg/convex/conic_program.hpp"
#include "thalweg/model/branch_form.hpp"

namespace thalweg {

/// Where a block's w stands in its conic variable x: w[k] = scale x[place[k]].
struct PieceLayout {
  std::vector<Index> place;
  double scale = 1;

  [[nodiscard]] Vector read(const Vector& x) const;
};

/// Of a norm: (t_g, w_g) group by group, or the triangle of the semidefinite matrix [P W; W^T Q].
[[nodiscard]] PieceLayout piece_layout(const BlockNorm& norm);

/// The block of beta N(w) with cone w >= 0 and fit map w. The rows of the cone come first, in
/// their order.
[[nodiscard]] ConicBlock piece_block(const BlockNorm& norm, const PieceLayout& layout,
                                     const Matrix& map, const Matrix& cone, double beta);

}  // namespace thalweg
