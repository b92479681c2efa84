#include "reformulation/piece_blocks.hpp"

#include <cmath>
#include <utility>

namespace thalweg {
namespace {

/// Place of entry (row, col), row >= col, in the triangle of a matrix of that side.
Index triangle_place(Index side, Index row, Index col) {
  return col * side - col * (col - 1) / 2 + row - col;
}

}  // namespace

Vector PieceLayout::read(const Vector& x) const { return scale * x(place); }

PieceLayout piece_layout(const BlockNorm& norm) {
  PieceLayout layout;
  if (norm.is_nuclear()) {
    const Index side = norm.rows() + norm.cols();
    for (Index r = 0; r < norm.rows(); ++r) {
      for (Index c = 0; c < norm.cols(); ++c) {
        layout.place.push_back(triangle_place(side, norm.rows() + c, r));
      }
    }
    layout.scale = std::sqrt(0.5);  // off-diagonal entries carry sqrt 2
    return layout;
  }
  Index place = 0;
  for (const BlockNorm::Group& group : norm.group_list()) {
    ++place;
    for (Index k = 0; k < group.size; ++k) layout.place.push_back(place++);
  }
  return layout;
}

ConicBlock piece_block(const BlockNorm& norm, const PieceLayout& layout, const Matrix& map,
                       const Matrix& cone, double beta) {
  const Index side = norm.rows() + norm.cols();
  const Index q = norm.is_nuclear() ? side * (side + 1) / 2
                                    : norm.size() + static_cast<Index>(norm.group_list().size());
  ConicBlock block;
  block.map = Matrix::Zero(map.rows(), q);
  block.cost = Vector::Zero(q);
  block.rows = Matrix::Zero(cone.rows() + q, q);
  block.rows.bottomRows(q).setIdentity();
  for (Index k = 0; k < norm.size(); ++k) {
    const Index place = layout.place[static_cast<std::size_t>(k)];
    block.map.col(place) = layout.scale * map.col(k);
    block.rows.col(place).head(cone.rows()) = layout.scale * cone.col(k);
  }
  block.cone.orthant = cone.rows();
  if (norm.is_nuclear()) {
    block.cone.semidefinite = {side};
    for (Index k = 0; k < side; ++k) block.cost[triangle_place(side, k, k)] = beta / 2;
    return block;
  }
  Index place = 0;
  for (const BlockNorm::Group& group : norm.group_list()) {
    block.cone.second_order.push_back(group.size + 1);
    block.cost[place] = beta * group.weight;
    place += group.size + 1;
  }
  return block;
}

}  // namespace thalweg
