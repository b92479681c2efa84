#include "thalweg/convex/block_path.hpp"

#include "thalweg/convex/block_coordinate.hpp"

namespace thalweg {
namespace {

/// Hundreds of sweeps of block coordinate descent at one beta before another solver takes over.
constexpr std::int64_t kMostSweeps = 1;

}  // namespace

void block_path(const TrainingProblem& problem, const BlockMaps& maps,
                const std::vector<double>& betas, BlockMethod method,
                const SolverSettings& settings,
                const std::function<bool(double beta, const BlockSolution&)>& deliver) {
  BlockMemory memory;
  BlockMethod chosen = method;
  BlockSolution last;
  bool warm = false;
  for (const double beta : betas) {
    const TrainingProblem here = problem.with_beta(beta);
    const BlockProgram program(here, maps);
    if (chosen == BlockMethod::kAutomatic) chosen = choose_block_method(program, settings, true);
    const BlockSolution* start = warm ? &last : nullptr;
    BlockSolution next;
    if (chosen == BlockMethod::kBlockCoordinate) {
      SolverSettings sweeps = settings;
      if (method == BlockMethod::kAutomatic) sweeps.max_steps = kMostSweeps;
      next = block_coordinate_descent(program, sweeps, start, &memory);
      if (method == BlockMethod::kAutomatic && next.info.status == SolverStatus::kStepLimit) {
        // Nearly dependent columns: from here on Newton steps are cheaper.
        chosen = choose_block_method(program, settings, false);
        next = solve_blocks(program, chosen, settings, &next);
      }
    } else {
      next = solve_blocks(program, chosen, settings, start);
    }
    if (!deliver(beta, next)) return;
    last = std::move(next);
    warm = true;
  }
}

}  // namespace thalweg
