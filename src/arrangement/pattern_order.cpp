#include "arrangement/pattern_order.hpp"

#include <algorithm>
#include <numeric>

namespace thalweg {
namespace {

/// Bit 0 becomes the most significant one, so that words compare as patterns do.
PatternWord reversed(PatternWord word) {
  word = (word >> 1 & 0x5555555555555555u) | (word & 0x5555555555555555u) << 1;
  word = (word >> 2 & 0x3333333333333333u) | (word & 0x3333333333333333u) << 2;
  word = (word >> 4 & 0x0f0f0f0f0f0f0f0fu) | (word & 0x0f0f0f0f0f0f0f0fu) << 4;
  return __builtin_bswap64(word);
}

void reverse_all(std::vector<PatternWord>& words) {
  for (PatternWord& word : words) word = reversed(word);
}

}  // namespace

void sort_patterns(CellList& cells) {
  reverse_all(cells.patterns);
  if (cells.words == 1 && cells.witnesses.empty()) {
    std::sort(cells.patterns.begin(), cells.patterns.end());
    reverse_all(cells.patterns);
    return;
  }
  const auto words = static_cast<std::size_t>(cells.words);
  const auto count = static_cast<std::size_t>(cells.size());
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  const PatternWord* data = cells.patterns.data();
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::lexicographical_compare(data + a * words, data + (a + 1) * words, data + b * words,
                                        data + (b + 1) * words);
  });
  std::vector<PatternWord> patterns;
  patterns.reserve(cells.patterns.size());
  for (const std::size_t i : order) {
    patterns.insert(patterns.end(), data + i * words, data + (i + 1) * words);
  }
  if (!cells.witnesses.empty()) {
    const std::size_t d = cells.witnesses.size() / count;
    std::vector<double> witnesses;
    witnesses.reserve(cells.witnesses.size());
    for (const std::size_t i : order) {
      const auto first = cells.witnesses.begin() + static_cast<std::ptrdiff_t>(i * d);
      witnesses.insert(witnesses.end(), first, first + static_cast<std::ptrdiff_t>(d));
    }
    cells.witnesses = std::move(witnesses);
  }
  reverse_all(patterns);
  cells.patterns = std::move(patterns);
}

}  // namespace thalweg
