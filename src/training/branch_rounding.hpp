#pragma once

#include <vector>

#include "thalweg/core/run_control.hpp"
#include "thalweg/reformulation/branch_problem.hpp"

namespace thalweg::detail {

/// Blocks that decode, near the given ones, and the output bias for them.
struct RoundedBlocks {
  std::vector<ActiveBlock> blocks;
  AffinePart affine;
};

/// The nearest branches of blocks that do not decode, each scaled anew: the best combination of
/// them, a Lasso. Its objective is an upper bound, no more.
[[nodiscard]] RoundedBlocks rounded_blocks(const BranchProblem& problem,
                                           const std::vector<ActiveBlock>& blocks,
                                           const RunControl& control);

}  // namespace thalweg::detail
