#include "reformulation/piece_rows.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <utility>

#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

/// Cones of at most this many rows for each parameter enter with all of them.
constexpr Index kFewRows = 40;
/// Relative gap of the solutions over which rows are collected first.
constexpr double kRoughGap = 1e-4;
/// Share of the largest block's norm below which a block is noise of the solver.
constexpr double kNoWeight = 1e-7;
/// Cosine by which a block may leave a half-space.
constexpr double kCornerRounding = 1e-12;

/// A penalised output bias b as a block (t, b) of cost t >= beta/2 b^2, a rotated cone.
ConicBlock bias_block(Index samples, double beta) {
  ConicBlock block;
  block.map = Matrix::Zero(samples, 2);
  block.map.col(1).setOnes();
  block.cost = Vector{{1.0, 0.0}};
  block.rows = Matrix{{1.0, 0.0}, {1.0, 0.0}, {0.0, std::sqrt(beta)}};
  block.offset = Vector{{0.5, -0.5, 0.0}};
  block.cone.second_order = {3};
  return block;
}

ConicSolution solve_over_rows(const std::vector<ConicPiece>& pieces, const TrainingProblem& affine,
                              const SolverSettings& settings) {
  ConicProgram program{affine.loss(), affine.y(), {}, affine.free_columns()};
  for (const ConicPiece& piece : pieces) {
    program.blocks.push_back(piece_block(piece.norm, piece.layout, piece.piece.map,
                                         piece.piece.cone(piece.rows, Eigen::all), affine.beta()));
  }
  if (affine.output_bias() == OutputBias::kPenalised) {
    program.blocks.push_back(bias_block(affine.samples(), affine.beta()));
  }
  if (program.blocks.empty()) {  // a variable that is 0 and fits nothing
    const BlockNorm number = BlockNorm::l2(1);
    program.blocks.push_back(piece_block(number, piece_layout(number),
                                         Matrix::Zero(affine.samples(), 1), Matrix(0, 1),
                                         affine.beta()));
  }
  return solve_conic(program, settings);
}

/// Rows left out that w violates, the worst first.
std::vector<Index> violated_rows(const ConicPiece& piece, const Vector& w) {
  const Matrix& cone = piece.piece.cone;
  if (static_cast<Index>(piece.rows.size()) == cone.rows()) return {};
  const Vector slack = cone * w;
  std::vector<std::pair<double, Index>> violated;
  for (Index r = 0; r < cone.rows(); ++r) {
    const double cosine = slack[r] / (cone.row(r).norm() * w.norm());
    if (cosine < -kCornerRounding && !std::ranges::binary_search(piece.rows, r)) {
      violated.emplace_back(cosine, r);
    }
  }
  std::ranges::sort(violated);
  std::vector<Index> rows;
  for (const auto& [cosine, row] : violated) rows.push_back(row);
  return rows;
}

/// Adds to each piece the rows that its block violates most; blocks of no weight outside their
/// cones become 0. Returns whether there were rows to add.
bool add_violated_rows(std::vector<ConicPiece>& pieces, std::vector<Vector>& blocks) {
  double largest = 0;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    largest = std::max(largest, pieces[i].norm.value(blocks[i]));
  }
  bool grown = false;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    std::vector<Index> violated = violated_rows(pieces[i], blocks[i]);
    if (violated.empty()) continue;
    if (pieces[i].norm.value(blocks[i]) <= kNoWeight * largest) {
      blocks[i].setZero();
      continue;
    }
    violated.resize(std::min(violated.size(), static_cast<std::size_t>(blocks[i].size() + 4)));
    pieces[i].rows.insert(pieces[i].rows.end(), violated.begin(), violated.end());
    std::ranges::sort(pieces[i].rows);
    grown = true;
  }
  return grown;
}

/// The rows that a piece brings, each once.
std::vector<Index> known_rows(const Piece& piece, Index count) {
  std::vector<Index> rows = piece.rows;
  std::ranges::sort(rows);
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  if (!rows.empty() && (rows.front() < 0 || rows.back() >= count)) {
    throw InvalidArgument("pieces: expected rows 0 .. " + std::to_string(count - 1) + ", got " +
                          std::to_string(rows.front()) + " .. " + std::to_string(rows.back()));
  }
  return rows;
}

}  // namespace

std::vector<ConicPiece> conic_pieces(const std::vector<BranchForm>& forms,
                                     const std::vector<Piece>& pieces) {
  std::vector<ConicPiece> result;
  for (const Piece& piece : pieces) {
    const BranchForm& form = forms[static_cast<std::size_t>(piece.form)];
    ConicPiece& conic = result.emplace_back(
        ConicPiece{form.norm(), form.piece(piece.pattern), piece_layout(form.norm()), {}});
    conic.piece.map *= to_double(piece.sign);
    if (conic.piece.cone.rows() <= kFewRows * form.parameters()) {
      conic.rows.resize(static_cast<std::size_t>(conic.piece.cone.rows()));
      std::iota(conic.rows.begin(), conic.rows.end(), 0);
    } else {
      conic.rows = known_rows(piece, conic.piece.cone.rows());
    }
  }
  return result;
}

/// A penalised bias is the last block.
RowSolution solve_by_rows(std::vector<ConicPiece>& pieces, const TrainingProblem& affine,
                          const SolverSettings& settings) {
  const Stopwatch watch;
  SolverSettings rough = settings;
  rough.relative_gap = std::max(settings.relative_gap, kRoughGap);
  bool last = std::all_of(pieces.begin(), pieces.end(), [](const ConicPiece& piece) {
    return static_cast<Index>(piece.rows.size()) == piece.piece.cone.rows();
  });
  std::int64_t steps = 0;
  while (true) {
    RowSolution solution{solve_over_rows(pieces, affine, last ? settings : rough), {}};
    steps += solution.conic.info.steps;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      solution.blocks.push_back(pieces[i].layout.read(solution.conic.x[i]));
    }
    const bool grown = add_violated_rows(pieces, solution.blocks);
    if (settings.control.should_stop() || (last && !grown)) {
      solution.conic.info.steps = steps;
      solution.conic.info.seconds = watch.seconds();
      return solution;
    }
    last = last || !grown;
  }
}

}  // namespace thalweg
