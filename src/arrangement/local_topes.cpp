#include "arrangement/local_topes.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace thalweg {

LocalTopes::LocalTopes(const FlagCoordinates& flag, const PencilKernels& kernels,
                       PencilStatistics& statistics)
    : flag_(flag), statistics_(statistics) {
  // Level rank() itself for rank 1, whose only tope comes from here.
  for (Index level = 0; level <= flag.rank(); ++level) {
    pencils_.push_back(std::make_unique<VertexPencils>(flag, kernels, *this, statistics));
    topes_.push_back(std::make_unique<PatternBuffer>());
    keys_.emplace_back();
  }
}

LocalTopes::~LocalTopes() = default;

/// The sign of a row on W_1.
int LocalTopes::first_sign(Index row) {
  const double value = flag_.rows()(row, 0);
  if (std::abs(value) > flag_.error()) return value > 0 ? 1 : -1;
  ++statistics_.exact_signs;
  const int sign = flag_.sign(std::array{row});
  if (sign == 0) throw UnluckyFlag();
  return sign;
}

/// Whether a's root on the line l_2 = 1 of W_2 comes before b's; a root is -y_2 / y_1.
bool LocalTopes::root_before(Index a, Index b, bool& equal) {
  equal = false;
  const Matrix& Y = flag_.rows();
  const double difference = Y(a, 1) * Y(b, 0) - Y(b, 1) * Y(a, 0);
  // Two products of numbers below 1, each within the error of the exact one.
  const double tolerance = 1.01 * (4 * flag_.error() * (1 + flag_.error()) + 0x1p-51);
  int sign = 0;
  if (std::abs(difference) > tolerance) {
    sign = difference > 0 ? 1 : -1;
  } else if (flag_.dependent(std::array{a, b})) {
    equal = true;
    return false;
  } else {
    ++statistics_.exact_signs;
    sign = -flag_.sign(std::array{a, b});
    if (sign == 0) throw UnluckyFlag();
  }
  return sign * first_sign(a) * first_sign(b) > 0;
}

/// B(rows, 2): the bounded intervals between consecutive roots.
void LocalTopes::line(std::span<const Index> rows, PatternBuffer& out) {
  roots_.resize(rows.size());
  std::iota(roots_.begin(), roots_.end(), Index{0});
  bool equal = false;
  const auto row = [&](Index position) { return rows[static_cast<std::size_t>(position)]; };
  std::sort(roots_.begin(), roots_.end(),
            [&](Index a, Index b) { return root_before(row(a), row(b), equal); });
  std::vector<PatternWord>& pattern = pattern_;
  pattern.assign(static_cast<std::size_t>(out.words()), 0);
  // Before every root a row has the sign opposite to the one on W_1.
  for (Index k = 0; k < static_cast<Index>(rows.size()); ++k) {
    if (first_sign(row(k)) > 0) insert(pattern, k);
  }
  for (std::size_t i = 0; i + 1 < roots_.size(); ++i) {
    const Index k = roots_[i];
    pattern[static_cast<std::size_t>(k / 64)] ^= PatternWord{1} << (k % 64);
    static_cast<void>(root_before(row(k), row(roots_[i + 1]), equal));
    if (equal) continue;
    std::copy(pattern.begin(), pattern.end(), out.room(1));
    out.add(1);
  }
}

/// Keeps the patterns that are not among the unwanted, of the same width.
void LocalTopes::remove(PatternBuffer& patterns, PatternView unwanted) {
  const Index words = patterns.words();
  sorted_.clear();
  const auto before = [words](const PatternWord* a, const PatternWord* b) {
    return std::lexicographical_compare(a, a + words, b, b + words);
  };
  for (Index i = 0; i < unwanted.count; ++i) sorted_.push_back(unwanted.pattern(i));
  std::sort(sorted_.begin(), sorted_.end(), before);
  Index kept = 0;
  for (Index i = 0; i < patterns.size(); ++i) {
    PatternWord* pattern = patterns.pattern(i);
    if (std::binary_search(sorted_.begin(), sorted_.end(), pattern, before)) continue;
    std::copy_n(pattern, words, patterns.pattern(kept++));
  }
  patterns.truncate(kept);
}

PatternView LocalTopes::bounded(Index level, std::span<const Index> rows) {
  PatternBuffer& topes = *topes_[static_cast<std::size_t>(level)];
  // A flat of the highest level is met once.
  const bool remember = level > 1 && level + 1 < flag_.rank();
  std::vector<PatternWord>& key = keys_[static_cast<std::size_t>(level)];
  if (remember) {
    key.assign(static_cast<std::size_t>(pattern_words(flag_.hyperplanes())) + 1, 0);
    for (const Index row : rows) insert(key, row);
    key.back() = static_cast<PatternWord>(level);
    if (const auto known = memo_.find(key)) return *known;
  }
  topes.reset(pattern_words(static_cast<Index>(rows.size())));
  compute(level, rows, topes);
  const PatternView view{topes.pattern(0), topes.size(), topes.words()};
  if (remember) memo_.store(key, view);
  return view;
}

void LocalTopes::compute(Index level, std::span<const Index> rows, PatternBuffer& topes) {
  if (level == 1) {
    PatternWord* pattern = topes.room(1);
    std::fill_n(pattern, topes.words(), PatternWord{0});
    for (std::size_t k = 0; k < rows.size(); ++k) {
      if (first_sign(rows[k]) < 0) pattern[k / 64] |= PatternWord{1} << (k % 64);
    }
    topes.add(1);
  } else if (level == 2) {
    line(rows, topes);
  } else {
    VertexPencils& pencils = *pencils_[static_cast<std::size_t>(level)];
    pencils.prepare(level, rows);
    pencils.run(topes);
    remove(topes, bounded(level - 1, rows));
  }
}

}  // namespace thalweg
