#include "training/regularization_pieces.hpp"

#include <Eigen/QR>
#include <algorithm>
#include <cmath>

#include "thalweg/convex/bounded_least_squares.hpp"

namespace thalweg::detail {
namespace {

constexpr double kSpan = 1e-10;  ///< a wall this close to the span of others belongs to it

/// Normals of some walls as columns, (d x k).
Matrix normals_of(const PathWalls& walls, const std::vector<Index>& which) {
  Matrix columns(walls.normals.cols(), static_cast<Index>(which.size()));
  for (std::size_t k = 0; k < which.size(); ++k) {
    columns.col(static_cast<Index>(k)) = walls.normals.row(which[k]).transpose();
  }
  return columns;
}

void set_gates(const PathWalls& walls, PathPiece& piece) {
  const auto samples = static_cast<Index>(walls.group.size());
  piece.gate.resize(samples);
  for (Index i = 0; i < samples; ++i) {
    const Index g = walls.group[static_cast<std::size_t>(i)];
    const bool active = g >= 0 && walls.multiple[i] * piece.side[static_cast<std::size_t>(g)] > 0;
    piece.gate[i] = active ? 1 : 0;
  }
}

/// Completes `piece` from its sides and the walls that it must keep.
void close(const PathWalls& walls, PathPiece& piece, std::vector<Index> on_walls, Vector& u) {
  const Index d = walls.normals.cols();
  piece.basis = Matrix::Identity(d, d);
  piece.walls.clear();
  piece.independent = true;
  if (!on_walls.empty() && d > 1) {
    const Matrix columns = normals_of(walls, on_walls);
    Eigen::ColPivHouseholderQR<Matrix> qr(columns);
    qr.setThreshold(kSpan);
    // A direction is nonzero, so its walls leave at least one: excess rank is rounding.
    const Index rank = std::min(qr.rank(), d - 1);
    const Matrix q = qr.householderQ();
    piece.basis = q.rightCols(d - rank);
    const Vector outside = (walls.normals * piece.basis).rowwise().norm();
    for (Index g = 0; g < outside.size(); ++g) {
      if (outside[g] <= kSpan) piece.walls.push_back(g);
    }
    piece.independent = static_cast<Index>(piece.walls.size()) == rank;
  }
  for (const Index g : piece.walls) piece.side[static_cast<std::size_t>(g)] = -1;
  u = (piece.basis * (piece.basis.transpose() * u)).normalized();
  set_gates(walls, piece);
}

}  // namespace

PathWalls::PathWalls(const RowGeometry& geometry, const Matrix& X)
    : normals(geometry.groups(), X.cols()),
      first_rows(geometry.first_rows()),
      group(geometry.group_of_row()),
      multiple(Vector::Zero(X.rows())) {
  Vector length(geometry.groups());
  for (Index g = 0; g < geometry.groups(); ++g) {
    const Index row = first_rows[static_cast<std::size_t>(g)];
    length[g] = X.row(row).norm();
    normals.row(g) = X.row(row) / length[g];
  }
  for (Index i = 0; i < X.rows(); ++i) {
    const Index g = group[static_cast<std::size_t>(i)];
    if (g >= 0) multiple[i] = geometry.multiples()[i] * length[g];
  }
}

PathPiece make_piece(const PathWalls& walls, double sign, Vector& u, std::vector<Index> on_walls) {
  PathPiece piece;
  piece.s = sign;
  const Vector heights = walls.normals * u;
  piece.side.resize(static_cast<std::size_t>(heights.size()));
  for (Index g = 0; g < heights.size(); ++g) {
    piece.side[static_cast<std::size_t>(g)] = heights[g] > 0 ? 1 : -1;
  }
  close(walls, piece, std::move(on_walls), u);
  return piece;
}

PathPiece with_wall(const PathWalls& walls, const PathPiece& piece, Index wall, Vector& u) {
  PathPiece result = piece;
  std::vector<Index> on_walls = piece.walls;
  on_walls.push_back(wall);
  close(walls, result, std::move(on_walls), u);
  return result;
}

PathPiece without_wall(const PathWalls& walls, const PathPiece& piece, Index wall,
                       std::int8_t side) {
  PathPiece result = piece;
  std::vector<Index> on_walls = piece.walls;
  std::erase(on_walls, wall);
  result.side[static_cast<std::size_t>(wall)] = side;
  Vector unused = Vector::Zero(walls.normals.cols());
  close(walls, result, std::move(on_walls), unused);
  return result;
}

PathPiece across_wall(const PathWalls& walls, const PathPiece& piece, Index wall) {
  PathPiece result = piece;
  std::int8_t& side = result.side[static_cast<std::size_t>(wall)];
  side = static_cast<std::int8_t>(-side);
  set_gates(walls, result);
  return result;
}

Vector pull(const PathPiece& piece, const Matrix& X, const Vector& nu) {
  return piece.s * (X.transpose() * piece.gate.cwiseProduct(nu));
}

Vector wall_weights(const PathWalls& walls, const PathPiece& piece, const Vector& nu) {
  Vector all = Vector::Zero(walls.normals.rows());
  for (Index i = 0; i < nu.size(); ++i) {
    const Index g = walls.group[static_cast<std::size_t>(i)];
    if (g >= 0) all[g] += piece.s * std::abs(walls.multiple[i]) * nu[i];
  }
  Vector weights(static_cast<Index>(piece.walls.size()));
  for (std::size_t k = 0; k < piece.walls.size(); ++k) {
    weights[static_cast<Index>(k)] = all[piece.walls[k]];
  }
  return weights;
}

WallMultipliers wall_multipliers(const PathWalls& walls, const PathPiece& piece, const Matrix& X,
                                 const Vector& nu, const Vector& u, double beta) {
  WallMultipliers result;
  if (piece.walls.empty()) return result;
  const Matrix normals = normals_of(walls, piece.walls);
  const Vector target = beta * u - pull(piece, X, nu);
  if (piece.independent) {
    result.values = normals.colPivHouseholderQr().solve(target);
    return result;
  }
  // (t)_+ of weight w < 0 gives w lambda v, lambda in [0, 1]; of weight w > 0 both ends must do.
  const Vector weights = wall_weights(walls, piece, nu);
  std::vector<Index> bounded;
  for (Index k = 0; k < weights.size(); ++k) {
    if (weights[k] < 0) bounded.push_back(k);
  }
  Matrix columns(normals.rows(), static_cast<Index>(bounded.size()));
  for (std::size_t k = 0; k < bounded.size(); ++k) {
    columns.col(static_cast<Index>(k)) = weights[bounded[k]] * normals.col(bounded[k]);
  }
  const auto missing = [&](const Vector& wanted) {
    if (columns.cols() == 0) return wanted.norm();
    return bounded_least_squares(columns, wanted, Vector::Ones(columns.cols())).residual.norm();
  };
  result.missing = missing(target);
  for (Index k = 0; k < weights.size(); ++k) {
    if (weights[k] <= 0) continue;
    const Vector other = target - weights[k] * normals.col(k);
    result.missing = std::max(result.missing, missing(other));
  }
  result.missing /= beta;
  return result;
}

}  // namespace thalweg::detail
