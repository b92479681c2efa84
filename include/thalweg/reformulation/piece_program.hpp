#pragma once

#include <limits>
#include <vector>

#include "thalweg/convex/solver_types.hpp"
#include "thalweg/core/loss.hpp"
#include "thalweg/reformulation/architecture.hpp"

namespace thalweg {

/// A piece of one of several forms under an output sign.
struct Piece {
  Index form = 0;
  BranchPattern pattern;
  Sign sign = Sign::kPlus;
};

/// A solution of the convex program over some pieces.
struct PieceSolution {
  SolverInfo info;  ///< of the conic solver; its lower bound is an estimate
  /// A block for each piece, in their order; many are nearly zero, none exactly.
  std::vector<ActiveBlock> blocks;
  /// lambda_i >= 0 for each row of the piece's cone.
  std::vector<Vector> multipliers;
  Vector free;  ///< (r) coefficients of the free columns
  Vector fit;   ///< (n) of blocks and free columns
  /// l(fit) + beta sum N(w_i) of the blocks as they are.
  double objective = std::numeric_limits<double>::quiet_NaN();
  /// nu (n), in the domain of D with U^T nu = 0, scaled: max_i N_*(s_i A_i^T nu + G_i^T scale
  /// lambda_i) <= beta.
  Vector dual;
  double scale = 0;  ///< by which nu and the multipliers were scaled, at most about 1
  /// D(nu): a lower bound of the program over these pieces, up to rounding of this evaluation.
  double lower_bound = -std::numeric_limits<double>::infinity();
};

/// Solves the convex program over pieces (A_i, G_i) of forms, with signs s_i and columns U that are
/// not penalised,
///   min l(sum_i s_i A_i w_i + U v, y) + beta sum_i N_i(w_i)   s.t.  G_i w_i >= 0.
///
/// *Lemma.* For nu in the domain of D with U^T nu = 0 and lambda_i >= 0 with N_i*(s_i A_i^T nu +
/// G_i^T lambda_i) <= beta, the value is at least D(nu). *Proof.* beta N(w) >= (s A^T nu + G^T
/// lambda)^T w >= s nu^T A w on the cone, so l(f) + beta sum N >= l(f) + nu^T f >= D(nu). QED
/// The returned bound evaluates this for the solver's nu and multipliers, whatever their quality.
///
/// As a conic program: a group of a norm is a second-order cone (t, w_g) at cost beta weight t; a
/// nuclear norm of W is the half trace of [P W; W^T Q] semidefinite. Without pieces the dual is
/// that of the free columns alone. targets (n), the forms' samples; free_columns (n x r), or 0 x 0.
/// Throws InvalidArgument when sizes do not fit, beta is not positive, or a piece names no form.
/// Time: solve_conic, with p + groups columns for each block.
[[nodiscard]] PieceSolution solve_pieces(const std::vector<BranchForm>& forms,
                                         const std::vector<Piece>& pieces, const Vector& targets,
                                         const Loss& loss, double beta, const Matrix& free_columns,
                                         const SolverSettings& settings);

}  // namespace thalweg
