#pragma once

#include <vector>

#include "reformulation/piece_blocks.hpp"
#include "thalweg/model/training_problem.hpp"
#include "thalweg/reformulation/piece_program.hpp"

namespace thalweg {

/// One piece in its conic form, over some rows of its cone.
struct ConicPiece {
  const BlockNorm& norm;
  BranchPiece piece;  ///< its map with the sign
  PieceLayout layout;
  std::vector<Index> rows;  ///< ascending
};

/// All rows of small cones, none of large ones.
[[nodiscard]] std::vector<ConicPiece> conic_pieces(const std::vector<BranchForm>& forms,
                                                   const std::vector<Piece>& pieces);

/// A solution over the pieces, with a block for each.
struct RowSolution {
  ConicSolution conic;         ///< multipliers of the rows that were brought in; see solve_by_rows
  std::vector<Vector> blocks;  ///< in the whole cones, but for rounding
};

/// The program over the pieces and the affine part. Rows of large cones are brought in as blocks
/// violate them, first on rough solutions: few of them are facets. A block of no weight outside its
/// cone becomes 0. A penalised output bias is the second entry of the last x; seconds and steps are
/// those of all rounds.
[[nodiscard]] RowSolution solve_by_rows(std::vector<ConicPiece>& pieces,
                                        const TrainingProblem& affine,
                                        const SolverSettings& settings);

}  // namespace thalweg
