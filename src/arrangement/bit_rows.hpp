#pragma once

#include <bit>
#include <cstddef>
#include <vector>

#include "thalweg/arrangement/cell_block.hpp"

namespace thalweg {

/// A set of rows as bits.
using BitRows = std::vector<PatternWord>;

[[nodiscard]] inline bool contains(const BitRows& set, Index row) {
  return (set[static_cast<std::size_t>(row / 64)] >> (row % 64) & 1) != 0;
}
inline void insert(BitRows& set, Index row) {
  set[static_cast<std::size_t>(row / 64)] |= PatternWord{1} << (row % 64);
}

[[nodiscard]] inline Index size(const BitRows& set) {
  Index count = 0;
  for (const PatternWord word : set) count += std::popcount(word);
  return count;
}

/// Calls visit(row) for the members in ascending order until it returns false; says whether it
/// never did.
template <class Visit>
bool for_each_row(const BitRows& set, const Visit& visit) {
  for (std::size_t w = 0; w < set.size(); ++w) {
    for (PatternWord rest = set[w]; rest != 0; rest &= rest - 1) {
      if (!visit(static_cast<Index>(64 * w) + std::countr_zero(rest))) return false;
    }
  }
  return true;
}

}  // namespace thalweg
