#include "arrangement/pattern_order.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>

#include "support/exact_cells.hpp"
#include "thalweg/core/random.hpp"

namespace thalweg::testing {
namespace {

/// Text compares as the patterns should: sample 0 first, minus before plus.
TEST(PatternOrder, EqualsTheOrderOfTexts) {
  Random random(1401);
  for (const Index samples : {1, 5, 63, 64, 65, 128, 130}) {
    for (const bool witnesses : {false, true}) {
      for (const int count : {0, 1, 2, 700}) {
        CellList list;
        list.samples = samples;
        list.words = pattern_words(samples);
        std::vector<std::pair<PatternText, double>> expected;
        for (int c = 0; c < count; ++c) {
          std::vector<PatternWord> pattern(static_cast<std::size_t>(list.words), 0);
          for (Index i = 0; i < samples; ++i) {
            // Long common beginnings.
            const bool plus = random.below(i < samples - 3 ? 40 : 2) == 0;
            if (plus) pattern[static_cast<std::size_t>(i / 64)] |= PatternWord{1} << (i % 64);
          }
          list.patterns.insert(list.patterns.end(), pattern.begin(), pattern.end());
          const double place = random.uniform();
          if (witnesses) list.witnesses.insert(list.witnesses.end(), {place, -place});
          expected.emplace_back(to_text(pattern, samples), place);
        }
        const auto before = [](const auto& a, const auto& b) { return a.first < b.first; };
        std::sort(expected.begin(), expected.end(), before);
        std::vector<std::pair<PatternText, double>> pairs = expected;
        std::sort(pairs.begin(), pairs.end());
        sort_patterns(list);
        ASSERT_EQ(list.size(), count);
        std::vector<std::pair<PatternText, double>> found;
        for (Index c = 0; c < list.size(); ++c) {
          const auto at = static_cast<std::size_t>(c);
          ASSERT_EQ(to_text(list.pattern(c), samples), expected[at].first);
          if (!witnesses) continue;
          found.emplace_back(expected[at].first, list.witnesses[2 * at]);
          ASSERT_EQ(list.witnesses[2 * at + 1], -list.witnesses[2 * at]);
        }
        std::sort(found.begin(), found.end());
        if (witnesses) {
          ASSERT_EQ(found, pairs) << "witnesses did not go along";
        }
      }
    }
  }
}

}  // namespace
}  // namespace thalweg::testing
