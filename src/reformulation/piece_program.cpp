#include "thalweg/reformulation/piece_program.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "reformulation/piece_blocks.hpp"
#include "thalweg/core/error.hpp"
#include "thalweg/model/training_problem.hpp"

namespace thalweg {
namespace {

void check_pieces(const std::vector<BranchForm>& forms, const std::vector<Piece>& pieces,
                  const Vector& targets) {
  for (const Piece& piece : pieces) {
    if (piece.form < 0 || piece.form >= static_cast<Index>(forms.size())) {
      throw InvalidArgument("pieces: expected forms 0 .. " + std::to_string(forms.size()) +
                            " - 1, got " + std::to_string(piece.form));
    }
    const Index samples = forms[static_cast<std::size_t>(piece.form)].samples();
    if (samples != targets.size()) {
      throw InvalidArgument("targets: expected " + std::to_string(samples) + " numbers, got " +
                            std::to_string(targets.size()));
    }
  }
}

/// The loss and the free columns, whose dual has U^T nu = 0; U as a skip connection.
TrainingProblem dual_problem(const Vector& targets, const Loss& loss, double beta,
                             const Matrix& free_columns) {
  if (free_columns.cols() == 0) {
    return {Matrix::Zero(targets.size(), 1), targets, beta, loss};
  }
  return {free_columns, targets, beta, loss, OutputBias::kNone, SkipConnection::kFree};
}

/// One piece in its conic form.
struct ConicPiece {
  const BlockNorm& norm;
  BranchPiece piece;  ///< its map with the sign
  PieceLayout layout;
};

std::vector<ConicPiece> conic_pieces(const std::vector<BranchForm>& forms,
                                     const std::vector<Piece>& pieces) {
  std::vector<ConicPiece> result;
  for (const Piece& piece : pieces) {
    const BranchForm& form = forms[static_cast<std::size_t>(piece.form)];
    ConicPiece& conic = result.emplace_back(
        ConicPiece{form.norm(), form.piece(piece.pattern), piece_layout(form.norm())});
    conic.piece.map *= to_double(piece.sign);
  }
  return result;
}

/// The point of the dual that the solver's nu and multipliers prove, and what it bounds.
void set_bound(const TrainingProblem& problem, const std::vector<ConicPiece>& pieces,
               PieceSolution& solution) {
  const Vector nu = problem.project_to_dual_domain(solution.dual);
  double worst = 0;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const Vector slope = pieces[i].piece.map.transpose() * nu +
                         pieces[i].piece.cone.transpose() * solution.multipliers[i];
    worst = std::max(worst, pieces[i].norm.dual(slope));
  }
  const double limit = worst > 0 ? problem.beta() / worst : std::numeric_limits<double>::infinity();
  solution.scale = problem.best_dual_scale(nu, limit);
  solution.dual = solution.scale * nu;
  solution.lower_bound = problem.dual_objective(solution.dual);
}

}  // namespace

PieceSolution solve_pieces(const std::vector<BranchForm>& forms, const std::vector<Piece>& pieces,
                           const Vector& targets, const Loss& loss, double beta,
                           const Matrix& free_columns, const SolverSettings& settings) {
  check_pieces(forms, pieces, targets);
  const TrainingProblem problem = dual_problem(targets, loss, beta, free_columns);
  const std::vector<ConicPiece> conic = conic_pieces(forms, pieces);
  ConicProgram program{loss, targets, {}, free_columns};
  for (const ConicPiece& piece : conic) {
    program.blocks.push_back(
        piece_block(piece.norm, piece.layout, piece.piece.map, piece.piece.cone, beta));
  }
  if (program.blocks.empty()) {  // a variable that is 0 and fits nothing
    program.blocks.push_back(piece_block(BlockNorm::l2(1), piece_layout(BlockNorm::l2(1)),
                                         Matrix::Zero(targets.size(), 1), Matrix(0, 1), beta));
  }
  const ConicSolution solved = solve_conic(program, settings);

  PieceSolution solution;
  solution.info = solved.info;
  solution.free = solved.free;
  solution.dual = solved.dual;
  solution.fit = Vector::Zero(targets.size());
  if (free_columns.cols() > 0) solution.fit = free_columns * solved.free;
  double cost = 0;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const Vector w = conic[i].layout.read(solved.x[i]);
    solution.fit += conic[i].piece.map * w;
    cost += conic[i].norm.value(w);
    solution.blocks.push_back({pieces[i].form, pieces[i].sign, w});
    solution.multipliers.push_back(
        solved.multipliers[i].head(conic[i].piece.cone.rows()).cwiseMax(0));
  }
  solution.objective = loss.value(solution.fit, targets) + beta * cost;
  set_bound(problem, conic, solution);
  return solution;
}

}  // namespace thalweg
