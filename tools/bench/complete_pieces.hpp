#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "thalweg/reformulation/branch_problem.hpp"
#include "thalweg/reformulation/piece_program.hpp"

namespace thalweg::bench {

/// All pieces of a problem's forms under both signs, without those that symmetries repeat; forms
/// of more than `most` patterns are given up.
struct CompletePieces {
  bool complete = false;  ///< whether all are listed: within the deadline, and few enough
  std::vector<Piece> pieces;
};
[[nodiscard]] CompletePieces list_pieces(const BranchProblem& problem, std::uint64_t most,
                                         const RunControl& control);

/// Writes the convex program over pieces for the scripts architecture_program_*: with the blocks
/// one after the other in w (N), A (entries x 3: row, column, value) of the fit A w, G of the cones
/// G w >= 0, groups (g x 3: first column, size, weight) of the norms, y (n) and beta. Norms that
/// are sums of groups only.
void write_program(const std::filesystem::path& folder, const BranchProblem& problem,
                   const std::vector<Piece>& pieces);

}  // namespace thalweg::bench
