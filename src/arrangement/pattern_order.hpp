#pragma once

#include <span>
#include <vector>

#include "thalweg/arrangement/cell_block.hpp"

namespace thalweg {

/// The word with its bits in reverse order.
[[nodiscard]] constexpr PatternWord reverse_bits(PatternWord word) {
  constexpr PatternWord kMasks[] = {0x5555555555555555, 0x3333333333333333, 0x0f0f0f0f0f0f0f0f,
                                    0x00ff00ff00ff00ff, 0x0000ffff0000ffff, 0x00000000ffffffff};
  int shift = 1;
  for (const PatternWord mask : kMasks) {
    word = (word >> shift & mask) | (word & mask) << shift;
    shift *= 2;
  }
  return word;
}

/// Whether a comes before b in lexicographic order: row 0 first, minus before plus.
[[nodiscard]] bool precedes(std::span<const PatternWord> a, std::span<const PatternWord> b);

/// Sorts patterns (count x words), words at least 1, lexicographically. O(count words) for one
/// word, else O(count words log count).
void sort_lexicographically(std::vector<PatternWord>& patterns, Index words);

/// The same for a list; witnesses go along.
void sort_patterns(CellList& cells);

}  // namespace thalweg
