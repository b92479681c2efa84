#include "thalweg/reformulation/piece_program.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "reformulation/piece_rows.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

/// Share of beta below which the multiplier of a row of length 1 is noise of the solver.
constexpr double kWeight = 1e-6;

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

/// Rows whose multipliers matter beside beta.
std::vector<Index> weighty_rows(const Matrix& cone, const Vector& multipliers, double beta) {
  std::vector<Index> rows;
  for (Index r = 0; r < cone.rows(); ++r) {
    if (multipliers[r] * cone.row(r).norm() > kWeight * beta) rows.push_back(r);
  }
  return rows;
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
                           const TrainingProblem& affine, const SolverSettings& settings) {
  check_pieces(forms, pieces, affine.y());
  std::vector<ConicPiece> conic = conic_pieces(forms, pieces);
  const RowSolution found = solve_by_rows(conic, affine, settings);
  const ConicSolution& solved = found.conic;

  PieceSolution solution;
  solution.info = solved.info;
  solution.dual = solved.dual;
  Vector coefficients(affine.affine_size());
  coefficients.tail(solved.free.size()) = solved.free;
  const bool penalised = affine.output_bias() == OutputBias::kPenalised;
  if (penalised) coefficients[0] = solved.x.back()[1];
  solution.affine = affine.unstack(coefficients);
  solution.fit = affine.affine_fit(solution.affine);
  double cost = 0;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const Vector& w = found.blocks[i];
    solution.fit += conic[i].piece.map * w;
    cost += conic[i].norm.value(w);
    solution.blocks.push_back({pieces[i].form, pieces[i].sign, w});
    Vector& multipliers =
        solution.multipliers.emplace_back(Vector::Zero(conic[i].piece.cone.rows()));
    multipliers(conic[i].rows) =
        solved.multipliers[i].head(static_cast<Index>(conic[i].rows.size())).cwiseMax(0);
    solution.rows.push_back(weighty_rows(conic[i].piece.cone, multipliers, affine.beta()));
  }
  const double bias = penalised ? solution.affine.bias : 0;
  solution.objective =
      affine.loss().value(solution.fit, affine.y()) + affine.beta() * (cost + bias * bias / 2);
  set_bound(affine, conic, solution);
  return solution;
}

}  // namespace thalweg
