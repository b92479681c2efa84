#pragma once

#include "thalweg/convex/block_program.hpp"

namespace thalweg {

/// Solves a block program by cyclic descent over its blocks, each minimised exactly: for loose gaps
/// and warm-started paths.
///
/// A block's subproblem is solved in the eigenbasis of A_i^T diag(h) A_i by Newton's method on one
/// secular equation (squared loss: h constant; other losses: h an upper bound of the curvature, so
/// that every update is a majorisation step). A working set of the support and the blocks with the
/// largest |A_i^T nu| grows until the gap over all blocks closes; inside it, Anderson extrapolation
/// of the last five sweeps is taken where it lowers the objective (Bertrand and Massias 2021).
///
/// O(n p) an update and O(n P p) a pass over all blocks; O(n p^2 + p^3) once for every block that
/// enters. max_steps counts sweeps, a hundred for each Newton step of the other solver.
[[nodiscard]] BlockSolution block_coordinate_descent(const BlockProgram& program,
                                                     const SolverSettings& settings,
                                                     const BlockSolution* start = nullptr);

}  // namespace thalweg
