#include "oracle/branch_cone_program.hpp"

#include "oracle/branch_balance.hpp"
#include "oracle/branch_interior_point.hpp"

namespace thalweg::oracle {

ConeProgramSolution solve_cone_program(const BlockNorm& norm, const ConeProgram& program,
                                       const ConeProgramGoal& goal) {
  return norm.is_nuclear() ? follow_path(norm, program, goal) : balance_groups(norm, program, goal);
}

}  // namespace thalweg::oracle
