#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "thalweg/arrangement/cell_block.hpp"

namespace thalweg {

/// Where a pattern stands in a list: a hash table with open addressing and linear probing. Slots
/// hold positions and 32 bits of the hash; patterns themselves are compared in the list, so answers
/// are exact.
class PatternTable {
 public:
  static constexpr std::uint32_t kAbsent = 0xffffffff;

  /// `patterns` (count x words), all different, fewer than 2^31; the memory stays the caller's and
  /// must outlive the table. `words` at least 1.
  PatternTable(std::span<const PatternWord> patterns, Index words);

  /// positions[i] for the i-th of the keys (positions.size() x words), kAbsent when it is not
  /// listed. Fetches ahead: many keys at once are several times faster than one by one.
  void find(std::span<const PatternWord> keys, std::span<std::uint32_t> positions) const;

 private:
  struct Slot {
    std::uint32_t tag = 0;
    std::uint32_t position = kAbsent;
  };

  [[nodiscard]] std::uint64_t hash(const PatternWord* pattern) const;
  [[nodiscard]] std::uint32_t find_hashed(const PatternWord* key, std::uint64_t hash) const;
  [[nodiscard]] std::size_t home(std::uint64_t hash) const { return hash >> shift_; }

  std::span<const PatternWord> patterns_;
  std::size_t words_;
  int shift_ = 0;
  std::vector<Slot> slots_;  ///< a power of two, at most half of them used
};

}  // namespace thalweg
