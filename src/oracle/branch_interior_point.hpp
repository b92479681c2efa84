#pragma once

#include "oracle/branch_cone_program.hpp"

namespace thalweg::oracle {

/// The cone program for the nuclear norm by an interior-point method: the logarithmic barriers of
/// the bounds and of the spectral norm (branch_spectral_barrier.hpp) with one weight epsilon; each
/// step is a Newton step with primal-dual curvature, shortened until the barrier function falls.
/// O(q p^2 + p^3) a step, 10 to 25 steps to a relative accuracy of 1e-9 or so.
[[nodiscard]] ConeProgramSolution follow_path(const BlockNorm& norm, const ConeProgram& program,
                                              const ConeProgramGoal& goal);

}  // namespace thalweg::oracle
