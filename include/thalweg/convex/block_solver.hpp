#pragma once

#include <string_view>

#include "thalweg/convex/block_program.hpp"

namespace thalweg {

/// The solvers of block programs without cones. All stop on the same duality gap.
enum class BlockMethod {
  kAutomatic,         ///< choose_block_method
  kSemismoothNewton,  ///< semismooth_newton: the most accurate; about 30 systems whatever beta
  kBlockCoordinate,   ///< block_coordinate_descent: loose gaps, warm starts
  kProximalGradient,  ///< proximal_gradient: the largest programs; memory O(P p + n)
};

/// "semismooth-newton", "block-coordinate", "proximal-gradient", "automatic".
[[nodiscard]] std::string_view name(BlockMethod method);

/// The rule: block coordinate descent for gaps of 1e-3 and more from a warm start; else proximal
/// gradient where a Newton system cannot be factored (n^2 and (min(P, n / p) p)^2 doubles above
/// 2 GiB); else semismooth Newton.
[[nodiscard]] BlockMethod choose_block_method(const BlockProgram& program,
                                              const SolverSettings& settings, bool warm_start);

/// Solves by the given method. `used` (optional) receives the method.
[[nodiscard]] BlockSolution solve_blocks(const BlockProgram& program, BlockMethod method,
                                         const SolverSettings& settings,
                                         const BlockSolution* start = nullptr,
                                         BlockMethod* used = nullptr);

}  // namespace thalweg
