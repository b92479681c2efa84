#pragma once

#include <cstdint>
#include <vector>

#include "thalweg/convex/neuron.hpp"
#include "thalweg/oracle/row_geometry.hpp"

namespace thalweg::detail {

/// The distinct hyperplanes v_g^T u = 0 of the samples: x_i = k_i v_g with |v_g| = 1.
struct PathWalls {
  /// `geometry` groups the rows of the original data; X (n x d) are the rows in the coordinates of
  /// the solve.
  PathWalls(const RowGeometry& geometry, const Matrix& X);

  Matrix normals;                 ///< (G x d)
  std::vector<Index> first_rows;  ///< (G) the sample that names a wall
  std::vector<Index> group;       ///< (n) wall of each sample, -1 for a zero row
  Vector multiple;                ///< (n) k_i, 0 for a zero row
};

/// One neuron s (X u)_+ z of the path: its linear piece, which is held, and its mass and direction,
/// which move. A mass may be negative while an event is searched.
struct PathPiece {
  Index id = -1;
  double s = 1;
  std::vector<std::int8_t> side;  ///< (G) +-1; on the piece's walls the side of multiplier 0: -1
  std::vector<Index> walls;       ///< v_g^T u = 0, ascending; every wall in their span is one
  bool independent = true;        ///< the walls' normals are linearly independent
  Matrix basis;                   ///< (d x k) orthonormal basis of what the walls leave
  Vector gate;                    ///< (n) slope of each sample's ReLU; on walls that of `side`
};

/// The moving part: one optimum candidate at one beta for given pieces.
struct PathState {
  double beta = 0;
  std::vector<double> mass;
  std::vector<Vector> u;  ///< unit, within the pieces' bases
  Vector affine;          ///< coefficients of the affine part, stacked as TrainingProblem does
  Vector fit;
  Vector nu;
};

/// A piece at direction u (d): sides from the signs of v_g^T u, walls as given and all in their
/// span. u is projected on what the walls leave.
[[nodiscard]] PathPiece make_piece(const PathWalls& walls, double sign, Vector& u,
                                   std::vector<Index> on_walls);

/// The piece with one more wall; u (d) is projected.
[[nodiscard]] PathPiece with_wall(const PathWalls& walls, const PathPiece& piece, Index wall,
                                  Vector& u);
/// The piece without a wall, which it leaves to `side`. Precondition: its walls are independent.
[[nodiscard]] PathPiece without_wall(const PathWalls& walls, const PathPiece& piece, Index wall,
                                     std::int8_t side);
/// The piece on the other side of a wall that is not one of its own.
[[nodiscard]] PathPiece across_wall(const PathWalls& walls, const PathPiece& piece, Index wall);

/// s X^T (gate nu) + the base part of the walls: the pull on the piece, (d), not projected.
[[nodiscard]] Vector pull(const PathPiece& piece, const Matrix& X, const Vector& nu);

/// s times the jump of the pull across each of the piece's walls, per unit normal, (walls).
[[nodiscard]] Vector wall_weights(const PathWalls& walls, const PathPiece& piece, const Vector& nu);

/// How far the multipliers that make the piece stationary within all its walls are from existing.
struct WallMultipliers {
  Vector values;       ///< (walls) mu_g with pull + sum mu_g v_g = beta u; independent walls only
  double missing = 0;  ///< distance of beta u from what multipliers in their bounds reach, / beta
};
[[nodiscard]] WallMultipliers wall_multipliers(const PathWalls& walls, const PathPiece& piece,
                                               const Matrix& X, const Vector& nu, const Vector& u,
                                               double beta);

}  // namespace thalweg::detail
