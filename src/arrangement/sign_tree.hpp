#pragma once

#include "arrangement/sign_tree_walker.hpp"
#include "thalweg/arrangement/cell_block.hpp"
#include "thalweg/arrangement/enumerate.hpp"
#include "thalweg/arrangement/hyperplane_arrangement.hpp"

namespace thalweg {

struct SignTreeOutcome {
  EnumerationStatus status = EnumerationStatus::kUnsolved;
  bool antipodal = true;                ///< each pattern stands for itself and its negative
  std::uint64_t delivered = 0;          ///< patterns handed to the sink
  std::uint64_t missing_witnesses = 0;  ///< rows of NaN among the witnesses
  sign_tree::Statistics statistics;
};

/// The witness sign tree: delivers the cells one sign at a time, exactly.
///
/// Blocks hold patterns over hyperplanes (N signs, bit 1 = plus), in no promised order, and with
/// settings.witnesses interior points u in R^d of doubles, verified, that satisfy the constraints
/// too; NaN for a cell where none was found. Without constraints (and N > 0) one cell of each
/// antipodal pair comes, with hyperplane 0 negative; else every cell that meets the interior of the
/// constraint set. Obeys max_cells, control, threads; seed, engine and range play no role. Memory
/// O(N (N + r)) a thread plus a block, and learned relations up to 64 MiB. Errors: InvalidArgument
/// (shape of a constraint).
[[nodiscard]] SignTreeOutcome enumerate_sign_tree(const HyperplaneArrangement& arrangement,
                                                  const EnumerationSettings& settings,
                                                  const CellSink& sink);

}  // namespace thalweg
