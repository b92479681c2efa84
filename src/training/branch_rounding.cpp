#include "training/branch_rounding.hpp"

#include <cmath>
#include <utility>

#include "thalweg/convex/block_solver.hpp"

namespace thalweg::detail {

RoundedBlocks rounded_blocks(const BranchProblem& problem, const std::vector<ActiveBlock>& blocks,
                             const RunControl& control) {
  RoundedBlocks result;
  std::vector<Matrix> columns;
  for (const ActiveBlock& block : blocks) {
    ActiveBlock near = problem.architecture().nearest_branch(block);
    const BranchForm& form = problem.forms()[static_cast<std::size_t>(near.form)];
    const double cost = form.norm().value(near.w);
    if (!(cost > 0)) continue;
    near.w /= cost;
    columns.emplace_back(to_double(near.sign) * form.evaluate(near.w).outputs);
    result.blocks.push_back(std::move(near));
  }
  if (columns.empty()) {
    result.affine = problem.affine().best_affine_part();
    return result;
  }
  const DenseMaps maps(std::move(columns));
  const BlockProgram program(problem.affine(), maps);
  SolverSettings settings;
  settings.control = control;
  const BlockSolution solution = solve_blocks(program, BlockMethod::kAutomatic, settings);
  result.affine.bias = solution.bias;
  std::vector<ActiveBlock> kept;
  for (std::size_t k = 0; k < solution.active.size(); ++k) {
    const double weight = solution.W(0, static_cast<Index>(k));
    ActiveBlock block = result.blocks[static_cast<std::size_t>(solution.active[k])];
    block.w *= std::abs(weight);
    // A negative weight turns the output's sign.
    if (weight < 0) block.sign = block.sign == Sign::kPlus ? Sign::kMinus : Sign::kPlus;
    kept.push_back(std::move(block));
  }
  result.blocks = std::move(kept);
  return result;
}

}  // namespace thalweg::detail
