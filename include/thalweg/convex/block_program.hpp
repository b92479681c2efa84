#pragma once

#include <vector>

#include "thalweg/convex/block_maps.hpp"
#include "thalweg/convex/solver_types.hpp"
#include "thalweg/model/training_problem.hpp"

namespace thalweg {

/// A program with blocks and no cones,
///   minimise  l(sum_i A_i w_i + X v + b 1, y) + beta sum_i weight_i |w_i|_2 + gamma/2 b^2,
/// whose dual is  max D(nu)  s.t.  |A_i^T nu| <= beta weight_i,
/// X^T nu = 0 where there is a skip connection v, 1^T nu = 0 where the bias is free.
///
/// `problem` gives loss, targets, beta, bias and skip connection; both references must outlive the
/// program.
struct BlockProgram {
  const TrainingProblem& problem;
  const BlockMaps& maps;
  Vector weights;  ///< (P) positive

  /// All weights 1. Throws InvalidArgument when the maps have not as many samples as the problem.
  BlockProgram(const TrainingProblem& problem, const BlockMaps& maps);
  /// weights (P). Throws InvalidArgument also when one is not positive and finite.
  BlockProgram(const TrainingProblem& problem, const BlockMaps& maps, Vector weights);
};

/// A primal and a dual point of a block program.
struct BlockSolution {
  SolverInfo info;            ///< lower_bound = D(tau nu), relative_gap from it; both hold exactly
                              ///< but for rounding, whatever the status. The gap is 0 where the
                              ///< objective is below 1e-28 times that of the zero network
  std::vector<Index> active;  ///< blocks with w_i != 0, ascending
  Matrix W;                   ///< (p x |active|)
  double bias = 0;            ///< output bias b, 0 when the problem has none
  Vector skip;                ///< (d) weights of the skip connection, empty when there is none
  Vector dual;                ///< nu (n), in the domain of D, before scaling by tau
  double dual_norm = 0;       ///< max_i |A_i^T nu| / weight_i; tau <= beta / dual_norm
  Index screened = 0;         ///< blocks that a gap-safe test proved to be zero at every optimum
};

}  // namespace thalweg
