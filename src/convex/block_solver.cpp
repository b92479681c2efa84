#include "thalweg/convex/block_solver.hpp"

#include <algorithm>

#include "convex/dual_newton_system.hpp"
#include "thalweg/convex/block_coordinate.hpp"
#include "thalweg/convex/proximal_gradient.hpp"
#include "thalweg/convex/semismooth_newton.hpp"

namespace thalweg {
namespace {

constexpr double kLooseGap = 1e-3;

}  // namespace

std::string_view name(BlockMethod method) {
  switch (method) {
    case BlockMethod::kAutomatic:
      return "automatic";
    case BlockMethod::kSemismoothNewton:
      return "semismooth-newton";
    case BlockMethod::kBlockCoordinate:
      return "block-coordinate";
    case BlockMethod::kProximalGradient:
      return "proximal-gradient";
  }
  return "unknown";
}

BlockMethod choose_block_method(const BlockProgram& program, const SolverSettings& settings,
                                bool warm_start) {
  if (warm_start && settings.relative_gap >= kLooseGap) return BlockMethod::kBlockCoordinate;
  const Index n = program.maps.samples();
  const Index p = program.maps.width();
  const Index active = std::min(program.maps.blocks(), n / p + 1);
  return detail::choose_dual_solve(n, active, p) == detail::DualSolve::kConjugate
             ? BlockMethod::kProximalGradient
             : BlockMethod::kSemismoothNewton;
}

BlockSolution solve_blocks(const BlockProgram& program, BlockMethod method,
                           const SolverSettings& settings, const BlockSolution* start,
                           BlockMethod* used) {
  if (method == BlockMethod::kAutomatic) {
    method = choose_block_method(program, settings, start != nullptr);
  }
  if (used != nullptr) *used = method;
  switch (method) {
    case BlockMethod::kBlockCoordinate:
      return block_coordinate_descent(program, settings, start);
    case BlockMethod::kProximalGradient:
      return proximal_gradient(program, settings, start);
    default:
      return semismooth_newton(program, settings, start);
  }
}

}  // namespace thalweg
