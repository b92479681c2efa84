#pragma once

#include "arrangement/sign_tree_rows.hpp"
#include "arrangement/sign_tree_walker.hpp"
#include "thalweg/core/run_control.hpp"

namespace thalweg::sign_tree {

/// Drops the free rows that do not cut the set which the prescribed rows leave: their signs are the
/// same in all cells that meet it, and become `implied`. Each is decided exactly, alone against the
/// prescribed rows. A small box then costs a tree of the few hyperplanes through it. Sets
/// `contradiction` when the set is empty. A control that stops leaves the remaining rows in.
[[nodiscard]] TreeRows without_implied_rows(const TreeRows& rows, const RunControl& control,
                                            Statistics& statistics);

}  // namespace thalweg::sign_tree
