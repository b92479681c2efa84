#pragma once

#include "oracle/branch_cone_program.hpp"

namespace thalweg::oracle {

/// The cone program for the nuclear norm of matrices (k x h), k <= h after laying them down, by
/// projections as for groups (branch_balance.hpp):
///   min over mu of |Z|_2^2 = max over S >= 0, tr S = 1, of phi(S), phi(S) = min over mu of
///   tr S Z Z^T,  Z = c + H mu.
/// phi is concave with gradient Z Z^T, and complementarity S (tau - Z Z^T) = 0 is solved by an
/// interior-point method (HKM direction) in the k (k + 1) / 2 entries of S. w = S Z up to length.
/// Usually 5 to 15 projections.
[[nodiscard]] ConeProgramSolution balance_matrix(const BlockNorm& norm, const ConeProgram& program,
                                                 const ConeProgramGoal& goal);

}  // namespace thalweg::oracle
