#include "complete_pieces.hpp"

#include <array>

#include "raw_files.hpp"
#include "thalweg/reformulation/piece_enumeration.hpp"

namespace thalweg::bench {
namespace {

using Entry = std::array<double, 3>;

/// Appends factor * block at (row, column) of a sparse matrix.
void append(std::vector<Entry>& entries, const Matrix& block, double factor, Index row,
            Index column) {
  for (Index k = 0; k < block.cols(); ++k) {
    for (Index i = 0; i < block.rows(); ++i) {
      if (block(i, k) == 0) continue;
      entries.push_back(
          {static_cast<double>(row + i), static_cast<double>(column + k), factor * block(i, k)});
    }
  }
}

Matrix as_matrix(const std::vector<Entry>& entries) {
  Matrix matrix(static_cast<Index>(entries.size()), 3);
  for (Index e = 0; e < matrix.rows(); ++e) {
    for (Index k = 0; k < 3; ++k) {
      matrix(e, k) = entries[static_cast<std::size_t>(e)][static_cast<std::size_t>(k)];
    }
  }
  return matrix;
}

}  // namespace

CompletePieces list_pieces(const BranchProblem& problem, std::uint64_t most,
                           const RunControl& control) {
  CompletePieces result{true, {}};
  PieceSettings settings;
  settings.max_pieces = most;
  settings.control = control;
  for (std::size_t f = 0; f < problem.forms().size(); ++f) {
    const BranchForm& form = problem.forms()[f];
    PieceList list = enumerate_pieces(form, settings);
    result.complete = result.complete && list.complete();
    if (!result.complete) return result;
    const auto number = static_cast<Index>(f);
    reduce_pieces(form, problem.architecture().symmetries(number), list);
    for (const BranchPattern& pattern : list.patterns) {
      result.pieces.push_back({number, pattern, Sign::kPlus});
      result.pieces.push_back({number, pattern, Sign::kMinus});
    }
  }
  return result;
}

void write_program(const std::filesystem::path& folder, const BranchProblem& problem,
                   const std::vector<Piece>& pieces) {
  std::vector<Entry> A;
  std::vector<Entry> G;
  std::vector<Entry> groups;
  Index column = 0;
  Index row = 0;
  for (const Piece& piece : pieces) {
    const BranchForm& form = problem.forms()[static_cast<std::size_t>(piece.form)];
    const BranchPiece linear = form.piece(piece.pattern);
    append(A, linear.map, to_double(piece.sign), 0, column);
    append(G, linear.cone, 1, row, column);
    for (const BlockNorm::Group& group : form.norm().group_list()) {
      groups.push_back({static_cast<double>(column + group.first), static_cast<double>(group.size),
                        group.weight});
    }
    row += linear.cone.rows();
    column += form.parameters();
  }
  write_raw(folder, "A", as_matrix(A));
  write_raw(folder, "G", as_matrix(G));
  write_raw(folder, "groups", as_matrix(groups));
  write_raw(folder, "y", problem.targets());
  write_raw(folder, "beta", Matrix::Constant(1, 1, problem.beta()));
}

}  // namespace thalweg::bench
