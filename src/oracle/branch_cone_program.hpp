#pragma once

#include "thalweg/core/types.hpp"
#include "thalweg/model/block_norm.hpp"

namespace thalweg::oracle {

/// min over 0 <= mu <= upper of N_*(c + H mu), and with it
///   max over N(w) <= 1 of c^T w - sum_i upper_i (-h_i^T w)_+,
/// its dual; with upper_i = infinity the row demands h_i^T w >= 0. Estimates: whoever claims a
/// bound evaluates it at mu.
struct ConeProgram {
  Vector c;      ///< (p)
  Matrix rows;   ///< H (p x q), columns h_i, none zero
  Vector upper;  ///< (q) positive, infinity allowed
};

struct ConeProgramGoal {
  double target = 0;         ///< N_*(c + H mu) <= target is all that is wanted
  double accuracy = 1e-10;   ///< else this share of N_*(c)
  double undecided = 1e-10;  ///< above the target, this share of the distance to it is enough
};

struct ConeProgramSolution {
  Vector multipliers;  ///< mu (q), within its bounds
  Vector w;            ///< (p), N(w) = 1 or w = 0: nearly the maximiser
  double value = 0;    ///< N_*(c + H mu), to rounding
};

/// By projections: branch_balance.hpp for groups, branch_matrix_balance.hpp for the nuclear norm.
[[nodiscard]] ConeProgramSolution solve_cone_program(const BlockNorm& norm,
                                                     const ConeProgram& program,
                                                     const ConeProgramGoal& goal);

}  // namespace thalweg::oracle
