#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "thalweg/arrangement/cell_block.hpp"

namespace thalweg {

/// Patterns owned by somebody else.
struct PatternView {
  const PatternWord* patterns = nullptr;
  Index count = 0;
  Index words = 0;

  [[nodiscard]] const PatternWord* pattern(Index i) const { return patterns + i * words; }
};

/// Remembers lists of patterns by a key of words, in bounded memory: when full it forgets all.
class TopeMemo {
 public:
  using Key = std::span<const PatternWord>;

  /// Valid until the next store().
  [[nodiscard]] std::optional<PatternView> find(Key key) const;
  /// Precondition: the key is not stored.
  void store(Key key, PatternView list);

 private:
  struct Entry {
    std::uint64_t hash;
    std::size_t key;
    std::size_t key_words;
    std::size_t list;
    Index count;
    Index words;
  };
  [[nodiscard]] std::size_t slot(Key key, std::uint64_t hash) const;
  void grow();

  std::vector<PatternWord> arena_;
  std::vector<Entry> entries_;
  std::vector<std::uint32_t> table_;  ///< entry + 1, 0 where free; a power of two
};

}  // namespace thalweg
