#pragma once

#include <vector>

#include "thalweg/model/branch_form.hpp"
#include "thalweg/model/training_problem.hpp"

namespace thalweg {

/// The cost of a parallel branch.
enum class BranchCost {
  /// Three layers: (|w_2|^2 + w_3^2) / 2 under |W_1|_F <= 1; the blocks' norm is sum_j |v_j|.
  kConstrained,
  /// The path norm: sqrt(sum over paths of |w_1|^2 w_2^2 .. w_L^2); the blocks' norm is |v|.
  kPath,
};

/// The training problem of parallel networks whose branches are trees, as a certificate states it;
/// reformulation/parallel_network.hpp says what these are and has the forms.
struct ParallelProblem {
  Matrix X;                    ///< (n x d)
  std::vector<Index> fan_ins;  ///< m_1 .. m_{L-2}, at least one
  BranchCost cost = BranchCost::kPath;
  std::vector<BranchForm> forms;  ///< on X, in ParallelNetwork's order
  TrainingProblem outputs;        ///< targets (n), loss, beta and output bias; its X is not used
};

}  // namespace thalweg
