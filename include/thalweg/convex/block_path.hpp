#pragma once

#include <functional>
#include <vector>

#include "thalweg/convex/block_solver.hpp"

namespace thalweg {

/// Solves a block program for a list of beta, each from the solution before: a warm-started
/// regularisation path with a duality gap at every value.
///
/// `betas` positive, best in descending order. kAutomatic takes block coordinate descent for gaps
/// of 1e-3 and more until a beta needs more than a hundred sweeps, else choose_block_method.
/// `deliver` receives every solution in order; it returns whether to go on. Throws InvalidArgument
/// when a beta is not positive and finite.
void block_path(const TrainingProblem& problem, const BlockMaps& maps,
                const std::vector<double>& betas, BlockMethod method,
                const SolverSettings& settings,
                const std::function<bool(double beta, const BlockSolution&)>& deliver);

}  // namespace thalweg
