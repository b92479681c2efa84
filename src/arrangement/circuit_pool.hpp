#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "thalweg/arrangement/cell_block.hpp"
#include "thalweg/core/types.hpp"

namespace thalweg::sign_tree {

/// What no cell contains: proved positive relations among signed rows, kept by their last row.
///
/// *Lemma.* Let sum_i l_i s_i x_i = 0 with signs s_i, all l_i > 0, i in a set C. No cell has the
/// signs s_i on C, nor -s_i on C. *Proof.* For u in such a cell every s_i x_i^T u is positive (or
/// every one negative), so sum_i l_i s_i x_i^T u is not 0. QED
///
/// A relation is two masks, and whether a sign vector contains it two bit operations a word. Used
/// relations move forward; a full level forgets relations that are not.
class CircuitPool {
 public:
  /// For patterns of `rows` signs.
  explicit CircuitPool(Index rows);

  /// Remembers a proved relation: rows with their signs, in any order. `pattern` buffers nothing.
  void learn(std::span<const std::pair<Index, Sign>> relation);

  /// Whether a known relation with last row `row` excludes the signs of `pattern` on rows < row
  /// (bits from `row` on are 0) together with `sign` on it.
  [[nodiscard]] bool excludes(const PatternWord* pattern, Index row, Sign sign);

  [[nodiscard]] Index size() const { return size_; }

 private:
  /// Relations of one last row, whose sign is plus. (count x words) masks, or, with one word,
  /// padded for the kernel.
  struct Level {
    Index count = 0;
    Index oldest = 0;
    std::vector<PatternWord> plus;
    std::vector<PatternWord> support;
  };
  [[nodiscard]] Index find(const Level& level, const PatternWord* pattern, Index row, Sign sign);
  [[nodiscard]] Index place(Level& level, Index row);
  void exchange(Level& level, Index a, Index b);

  Index words_;
  Index capacity_;
  Index size_ = 0;
  std::vector<Level> levels_;
};

}  // namespace thalweg::sign_tree
