#pragma once

#include "oracle/branch_cone_program.hpp"

namespace thalweg::oracle {

/// The cone program for a norm of groups, by projections. With r_g = |z_g| / weight_g,
///   min over mu of max_g r_g^2 = max over eta >= 0, sum eta_g = 1, of phi(eta),
///   phi(eta) = min over mu of sum_g eta_g r_g^2,
/// a projection (branch_projection.hpp) with rows scaled by sqrt(eta_g) / weight_g. phi is concave
/// with gradient r_g^2; complementarity eta_g (tau - r_g^2) = 0 is solved by an interior-point
/// method in g variables. max_g r_g and sqrt(phi) enclose the value. Usually 5 to 10 projections;
/// one for a single group.
[[nodiscard]] ConeProgramSolution balance_groups(const BlockNorm& norm, const ConeProgram& program,
                                                 const ConeProgramGoal& goal);

}  // namespace thalweg::oracle
