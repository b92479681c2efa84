#include "oracle/branch_cone_program.hpp"

#include "oracle/branch_balance.hpp"
#include "oracle/branch_matrix_balance.hpp"

namespace thalweg::oracle {

ConeProgramSolution solve_cone_program(const BlockNorm& norm, const ConeProgram& program,
                                       const ConeProgramGoal& goal) {
  return norm.is_nuclear() ? balance_matrix(norm, program, goal)
                           : balance_groups(norm, program, goal);
}

}  // namespace thalweg::oracle
