#pragma once

#include "thalweg/arrangement/cell_block.hpp"

namespace thalweg {

/// Sorts patterns lexicographically, sample 0 first, minus before plus; witnesses go along.
/// O(p W log p) for p patterns of W words.
void sort_patterns(CellList& cells);

}  // namespace thalweg
