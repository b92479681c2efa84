#include "thalweg/arrangement/cell_graph.hpp"

#include <algorithm>

#include "arrangement/pattern_order.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

bool plus_at(std::span<const PatternWord> pattern, Index i) {
  return pattern_sign(pattern, i) == Sign::kPlus;
}

void put_plus(std::vector<PatternWord>& pattern, Index i) {
  pattern[static_cast<std::size_t>(i / 64)] |= PatternWord{1} << (i % 64);
}

/// Over hyperplanes; nothing when zero rows or parallel rows contradict each other.
std::optional<std::vector<PatternWord>> to_hyperplanes(const HyperplaneArrangement& arrangement,
                                                       std::span<const PatternWord> samples) {
  std::vector<PatternWord> pattern(
      static_cast<std::size_t>(pattern_words(arrangement.hyperplanes())), 0);
  for (Index h = 0; h < arrangement.hyperplanes(); ++h) {
    const Index first = arrangement.first_rows()[static_cast<std::size_t>(h)];
    if (plus_at(samples, first)) put_plus(pattern, h);
  }
  for (Index i = 0; i < arrangement.samples(); ++i) {
    const Index h = arrangement.hyperplane_of_sample()[static_cast<std::size_t>(i)];
    const Sign side = arrangement.orientation_of_sample()[static_cast<std::size_t>(i)];
    const bool expected = h < 0 || plus_at(pattern, h) == (side == Sign::kPlus);
    if (plus_at(samples, i) != expected) return std::nullopt;
  }
  return pattern;
}

/// Turns all signs.
void negate(std::vector<PatternWord>& pattern, Index count) {
  for (PatternWord& word : pattern) word = ~word;
  if (count % 64 != 0) pattern.back() &= (PatternWord{1} << (count % 64)) - 1;
}

}  // namespace

std::optional<CellEdge> CellGraph::edge_across(Vertex v, Index hyperplane) const {
  const auto [first, last] = out_edges(v);
  const auto found = std::lower_bound(
      first, last, hyperplane, [](const CellEdge& edge, Index h) { return edge.hyperplane < h; });
  if (found == last || (*found).hyperplane != hyperplane) return std::nullopt;
  return *found;
}

std::vector<PatternWord> CellGraph::pattern(Vertex v, PatternOver over) const {
  const PatternWord* words = stored_pattern(v);
  std::vector<PatternWord> planes(words, words + words_);
  if (!stored(v)) negate(planes, arrangement_.hyperplanes());
  if (over == PatternOver::kHyperplanes) return planes;
  std::vector<PatternWord> samples(static_cast<std::size_t>(pattern_words(arrangement_.samples())),
                                   0);
  for (Index i = 0; i < arrangement_.samples(); ++i) {
    const Index h = arrangement_.hyperplane_of_sample()[static_cast<std::size_t>(i)];
    const Sign side = arrangement_.orientation_of_sample()[static_cast<std::size_t>(i)];
    if (h < 0 || plus_at(planes, h) == (side == Sign::kPlus)) put_plus(samples, i);
  }
  return samples;
}

std::string CellGraph::pattern_text(Vertex v) const {
  const std::vector<PatternWord> samples = pattern(v);
  std::string text(static_cast<std::size_t>(arrangement_.samples()), '-');
  for (Index i = 0; i < arrangement_.samples(); ++i) {
    if (plus_at(samples, i)) text[static_cast<std::size_t>(i)] = '+';
  }
  return text;
}

std::optional<CellGraph::Vertex> CellGraph::find(std::span<const PatternWord> pattern,
                                                 PatternOver over) const {
  const Index signs =
      over == PatternOver::kSamples ? arrangement_.samples() : arrangement_.hyperplanes();
  if (static_cast<Index>(pattern.size()) != pattern_words(signs)) {
    throw InvalidArgument("pattern has " + std::to_string(pattern.size()) + " words instead of " +
                          std::to_string(pattern_words(signs)));
  }
  std::optional<std::vector<PatternWord>> key(std::in_place, pattern.begin(), pattern.end());
  if (over == PatternOver::kSamples) key = to_hyperplanes(arrangement_, pattern);
  if (!key.has_value()) return std::nullopt;
  if (key->empty()) return Vertex{0};
  const bool upper = (key->front() & 1) != 0;
  if (upper) negate(*key, arrangement_.hyperplanes());

  const auto row = [&](std::size_t i) { return std::span(patterns_).subspan(i * words_, words_); };
  std::size_t low = 0;
  std::size_t high = patterns_.size() / words_;
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (precedes(row(middle), *key)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low == patterns_.size() / words_ || !std::ranges::equal(row(low), *key)) return std::nullopt;
  return upper ? antipode(low) : low;
}

}  // namespace thalweg
