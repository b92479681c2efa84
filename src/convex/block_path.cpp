#include "thalweg/convex/block_path.hpp"

#include "thalweg/convex/block_coordinate.hpp"

namespace thalweg {

void block_path(const TrainingProblem& problem, const BlockMaps& maps,
                const std::vector<double>& betas, BlockMethod method,
                const SolverSettings& settings,
                const std::function<bool(double beta, const BlockSolution&)>& deliver) {
  BlockMemory memory;
  BlockSolution last;
  bool warm = false;
  for (const double beta : betas) {
    const TrainingProblem here = problem.with_beta(beta);
    const BlockProgram program(here, maps);
    const BlockMethod chosen =
        method == BlockMethod::kAutomatic ? choose_block_method(program, settings, true) : method;
    const BlockSolution* start = warm ? &last : nullptr;
    BlockSolution next = chosen == BlockMethod::kBlockCoordinate
                             ? block_coordinate_descent(program, settings, start, &memory)
                             : solve_blocks(program, chosen, settings, start);
    if (!deliver(beta, next)) return;
    last = std::move(next);
    warm = true;
  }
}

}  // namespace thalweg
