#include "arrangement/circuit_pool.hpp"

#include <algorithm>

#include "arrangement/sign_tree_kernels.hpp"

namespace thalweg::sign_tree {
namespace {

/// Scanning more relations than this costs more than the linear program that they save.
constexpr Index kMostRelations = 1024;
/// Masks of all levels together, in words.
constexpr Index kMostWords = Index{1} << 23;

PatternWord bit(Index row) { return PatternWord{1} << (row % 64); }

}  // namespace

CircuitPool::CircuitPool(Index rows)
    : words_(pattern_words(rows)), levels_(static_cast<std::size_t>(rows)) {
  const Index each = kMostWords / std::max<Index>(1, 2 * rows * words_);
  capacity_ = std::clamp(each / kCircuitLanes * kCircuitLanes, kCircuitLanes, kMostRelations);
}

Index CircuitPool::place(Level& level, Index row) {
  if (level.count == capacity_) {
    // The last quarter holds what was used least.
    const Index quarter = capacity_ / 4;
    level.oldest = (level.oldest + 1) % quarter;
    return capacity_ - quarter + level.oldest;
  }
  if (level.count * words_ == static_cast<Index>(level.plus.size())) {
    const Index room = std::min(capacity_, std::max(kCircuitLanes, 2 * level.count));
    // Until used, a place asks for a minus in `row`, where every query has a plus.
    level.plus.resize(static_cast<std::size_t>(room * words_), 0);
    level.support.resize(static_cast<std::size_t>(room * words_), bit(row));
  }
  ++size_;
  return level.count++;
}

void CircuitPool::learn(std::span<const std::pair<Index, Sign>> relation) {
  const auto last = *std::max_element(relation.begin(), relation.end());
  Level& level = levels_[static_cast<std::size_t>(last.first)];
  const Index at = place(level, last.first) * words_;
  PatternWord* plus = level.plus.data() + at;
  PatternWord* support = level.support.data() + at;
  std::fill(plus, plus + words_, 0);
  std::fill(support, support + words_, 0);
  for (const auto& [row, sign] : relation) {
    support[row / 64] |= bit(row);
    if (sign == last.second) plus[row / 64] |= bit(row);
  }
}

Index CircuitPool::find(const Level& level, const PatternWord* pattern, Index row, Sign sign) {
  const PatternWord flip = sign == Sign::kPlus ? 0 : ~PatternWord{0};
  if (words_ == 1) {
    const PatternWord query = (pattern[0] ^ flip) | bit(row);
    return find_covered(query, level.plus.data(), level.support.data(), level.count);
  }
  const Index words = row / 64 + 1;
  for (Index i = 0; i < level.count; ++i) {
    const PatternWord* plus = level.plus.data() + i * words_;
    const PatternWord* support = level.support.data() + i * words_;
    PatternWord missed = 0;
    for (Index w = 0; w < words && missed == 0; ++w) {
      const PatternWord here = w == row / 64 ? bit(row) : 0;
      missed = (((pattern[w] ^ flip) | here) ^ plus[w]) & support[w];
    }
    if (missed == 0) return i;
  }
  return -1;
}

bool CircuitPool::excludes(const PatternWord* pattern, Index row, Sign sign) {
  Level& level = levels_[static_cast<std::size_t>(row)];
  if (level.count == 0) return false;
  const Index found = find(level, pattern, row, sign);
  if (found > 0) exchange(level, found, found / 2);
  return found >= 0;
}

void CircuitPool::exchange(Level& level, Index a, Index b) {
  for (auto* masks : {&level.plus, &level.support}) {
    std::swap_ranges(masks->begin() + a * words_, masks->begin() + (a + 1) * words_,
                     masks->begin() + b * words_);
  }
}

}  // namespace thalweg::sign_tree
