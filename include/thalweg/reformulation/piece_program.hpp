#pragma once

#include <limits>
#include <vector>

#include "thalweg/convex/solver_types.hpp"
#include "thalweg/model/training_problem.hpp"
#include "thalweg/reformulation/architecture.hpp"

namespace thalweg {

/// A piece of one of several forms under an output sign.
struct Piece {
  Index form = 0;
  BranchPattern pattern;
  Sign sign = Sign::kPlus;
  /// Rows of a large cone to begin with, any will do: what an earlier solution listed.
  std::vector<Index> rows = {};
};

/// A solution of the convex program over some pieces.
struct PieceSolution {
  SolverInfo info;  ///< of the conic solver; its lower bound is an estimate
  /// A block for each piece, in their order, inside its cone but for rounding; most are nearly
  /// zero.
  std::vector<ActiveBlock> blocks;
  /// lambda_i >= 0 for each row of the piece's cone.
  std::vector<Vector> multipliers;
  /// Of each piece, the rows of its cone with multipliers of weight, ascending.
  std::vector<std::vector<Index>> rows;
  AffinePart affine;  ///< output bias and skip connection, where the problem has them
  Vector fit;         ///< (n) of blocks and affine part
  /// The objective of the blocks and the affine part as they are.
  double objective = std::numeric_limits<double>::quiet_NaN();
  /// nu (n), in the domain of D, scaled: max_i N_*(s_i A_i^T nu + G_i^T scale
  /// lambda_i) <= beta.
  Vector dual;
  double scale = 0;  ///< by which nu and the multipliers were scaled, at most about 1
  /// D(nu): a lower bound of the program over these pieces, up to rounding of this evaluation.
  double lower_bound = -std::numeric_limits<double>::infinity();
};

/// Solves the convex program over pieces (A_i, G_i) of forms, with signs s_i,
///   min l(sum_i s_i A_i w_i + b 1 + U v, y) + beta sum_i N_i(w_i) + gamma/2 b^2
///   s.t.  G_i w_i >= 0,
/// where `affine` gives loss, targets, beta, output bias b and, with a skip connection, U = its X.
///
/// *Lemma.* For nu in the domain of D and lambda_i >= 0 with N_i*(s_i A_i^T nu + G_i^T lambda_i) <=
/// beta, the value is at least D(nu). *Proof.* beta N(w) >= (s A^T nu + G^T lambda)^T w >= s nu^T A
/// w on the cone, so the loss and the penalties of blocks that put out f are at least l(f) + nu^T f
/// and the penalty of b, hence at least D(nu). QED
/// The returned bound evaluates this for the solver's nu and multipliers, whatever their quality.
///
/// As a conic program: a group of a norm is a second-order cone (t, w_g) at cost beta weight t; a
/// nuclear norm of W is the half trace of [P W; W^T Q] semidefinite; a penalised bias is a rotated
/// cone. Without pieces the dual is that of the affine part alone. `affine` has as many samples as
/// the forms. Throws InvalidArgument when they differ or a piece names no form, or a row
/// that its cone lacks.
///
/// Cones of more than 40 p rows enter by those that blocks violate, over several solutions: a cell
/// of thousands of rows has few facets, and the bound needs multipliers of those only. Rows known
/// from an earlier solution (Piece::rows) save most of these. Time:
/// solve_conic, with p + groups columns for each block.
[[nodiscard]] PieceSolution solve_pieces(const std::vector<BranchForm>& forms,
                                         const std::vector<Piece>& pieces,
                                         const TrainingProblem& affine,
                                         const SolverSettings& settings);

}  // namespace thalweg
