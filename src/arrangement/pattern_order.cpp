#include "arrangement/pattern_order.hpp"

#include <algorithm>
#include <array>
#include <numeric>

namespace thalweg {
namespace {

/// Stable radix sort by a word, least digit first.
template <class Item, class Key>
void sort_by_word(std::vector<Item>& items, const Key& key) {
  constexpr int kDigitBits = 11;
  constexpr std::size_t kDigits = std::size_t{1} << kDigitBits;
  PatternWord used = 0;
  for (const Item& item : items) used |= key(item);
  std::vector<Item> other(items.size());
  std::array<std::size_t, kDigits> starts;
  for (int shift = 0; shift < 64; shift += kDigitBits) {
    if ((used >> shift & (kDigits - 1)) == 0) continue;
    starts.fill(0);
    for (const Item& item : items) ++starts[key(item) >> shift & (kDigits - 1)];
    std::exclusive_scan(starts.begin(), starts.end(), starts.begin(), std::size_t{0});
    for (const Item& item : items) other[starts[key(item) >> shift & (kDigits - 1)]++] = item;
    items.swap(other);
  }
}

struct Row {
  PatternWord first;
  std::size_t start;
};

/// The rows in ascending order: by the first word, then, where that is equal, by the others.
std::vector<Row> order_of_rows(const std::vector<PatternWord>& keys, std::size_t words) {
  std::vector<Row> order;
  order.reserve(keys.size() / words);
  for (std::size_t i = 0; i < keys.size(); i += words) order.push_back({keys[i], i});
  sort_by_word(order, [](const Row& row) { return row.first; });
  const auto by_rest = [&](const Row& a, const Row& b) {
    const PatternWord* rest = keys.data() + a.start;
    const PatternWord* other = keys.data() + b.start;
    return std::lexicographical_compare(rest + 1, rest + words, other + 1, other + words);
  };
  for (auto begin = order.begin(); begin != order.end();) {
    const auto end =
        std::find_if(begin, order.end(), [&](const Row& row) { return row.first != begin->first; });
    std::sort(begin, end, by_rest);
    begin = end;
  }
  return order;
}

void take_rows(std::vector<PatternWord>& keys, std::size_t words, const std::vector<Row>& order) {
  std::vector<PatternWord> sorted;
  sorted.reserve(keys.size());
  for (const Row& row : order) {
    const PatternWord* source = keys.data() + row.start;
    sorted.insert(sorted.end(), source, source + words);
  }
  keys.swap(sorted);
}

/// With the bits reversed, lexicographic order is the order of numbers.
void reverse_all(std::vector<PatternWord>& patterns) {
  for (PatternWord& word : patterns) word = reverse_bits(word);
}

}  // namespace

bool precedes(std::span<const PatternWord> a, std::span<const PatternWord> b) {
  for (std::size_t w = 0; w < a.size(); ++w) {
    if (a[w] != b[w]) return reverse_bits(a[w]) < reverse_bits(b[w]);
  }
  return false;
}

void sort_lexicographically(std::vector<PatternWord>& patterns, Index words) {
  reverse_all(patterns);
  if (words == 1) {
    sort_by_word(patterns, [](PatternWord word) { return word; });
  } else {
    const auto width = static_cast<std::size_t>(words);
    take_rows(patterns, width, order_of_rows(patterns, width));
  }
  reverse_all(patterns);
}

void sort_patterns(CellList& cells) {
  if (cells.witnesses.empty()) {
    sort_lexicographically(cells.patterns, cells.words);
    return;
  }
  const auto words = static_cast<std::size_t>(cells.words);
  const std::size_t d = cells.witnesses.size() / static_cast<std::size_t>(cells.size());
  reverse_all(cells.patterns);
  const std::vector<Row> order = order_of_rows(cells.patterns, words);
  std::vector<double> witnesses;
  witnesses.reserve(cells.witnesses.size());
  for (const Row& row : order) {
    const double* point = cells.witnesses.data() + row.start / words * d;
    witnesses.insert(witnesses.end(), point, point + d);
  }
  cells.witnesses = std::move(witnesses);
  take_rows(cells.patterns, words, order);
  reverse_all(cells.patterns);
}

}  // namespace thalweg
