#include "arrangement/tope_memo.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "thalweg/core/random.hpp"

namespace thalweg::testing {
namespace {

using Words = std::vector<PatternWord>;

TEST(TopeMemo, FindsWhatWasStoredAndNothingElse) {
  TopeMemo memo;
  EXPECT_FALSE(memo.find(Words{1, 2}).has_value());
  Random random(1201);
  std::map<Words, Words> stored;
  for (int round = 0; round < 3000; ++round) {
    // Keys of one and two words, many of them neighbours.
    Words key = {random.below(50)};
    if (random.below(2) != 0) key.push_back(random.below(100));
    const auto known = stored.find(key);
    const auto found = memo.find(key);
    ASSERT_EQ(found.has_value(), known != stored.end());
    if (found) {
      const Words list(found->patterns, found->patterns + found->count * found->words);
      ASSERT_EQ(list, known->second);
      continue;
    }
    Words list(2 * random.below(5));
    for (PatternWord& word : list) word = random.below(1000);
    memo.store(key, {list.data(), static_cast<Index>(list.size() / 2), 2});
    stored.emplace(key, list);
  }
  EXPECT_GT(stored.size(), 1000u);
}

/// When full it forgets, and never mixes lists up.
TEST(TopeMemo, ForgetsWhenFull) {
  TopeMemo memo;
  const Words list(100'000, 7);
  std::size_t kept = 0;
  for (PatternWord key = 0; key < 50; ++key) {
    Words own = list;
    own.front() = key;
    memo.store(Words{key}, {own.data(), 100'000, 1});
    const auto found = memo.find(Words{key});
    ASSERT_TRUE(found.has_value());
    ASSERT_TRUE(std::equal(own.begin(), own.end(), found->patterns));
  }
  for (PatternWord key = 0; key < 50; ++key) {
    const auto found = memo.find(Words{key});
    if (!found) continue;
    ++kept;
    ASSERT_EQ(found->patterns[0], key);
  }
  EXPECT_GT(kept, 0u);
  EXPECT_LT(kept, 50u);
}

}  // namespace
}  // namespace thalweg::testing
