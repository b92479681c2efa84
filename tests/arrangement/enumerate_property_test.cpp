#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>

#include "arrangement/engine_cells.hpp"
#include "arrangement/hard_arrangements.hpp"
#include "thalweg/arrangement/enumerate.hpp"

namespace thalweg::testing {
namespace {

constexpr Engine kEngines[] = {Engine::kVertexPencil, Engine::kSignTree};

TEST(EnumerateProperty, TheSeedOfTheFlagDoesNotMatter) {
  Random random(1001);
  for (int round = 0; round < 60; ++round) {
    const auto [kind, X] = hard_arrangement(random, 12, 5);
    const HyperplaneArrangement arrangement(X);
    const auto first = list_cells(arrangement, with_engine(Engine::kVertexPencil, 1)).first;
    for (const std::uint64_t seed : {2u, 77u, 123456789u}) {
      const auto other = list_cells(arrangement, with_engine(Engine::kVertexPencil, seed)).first;
      ASSERT_EQ(other.patterns, first.patterns) << kind << ", seed " << seed << "\n" << X;
    }
  }
}

TEST(EnumerateProperty, ThreadsDoNotMatter) {
  Random random(1002);
  for (int round = 0; round < 40; ++round) {
    const auto [kind, X] = hard_arrangement(random, 14, 5);
    const HyperplaneArrangement arrangement(X);
    for (const Engine engine : kEngines) {
      EnumerationSettings settings = with_engine(engine);
      const CellList first = list_cells(arrangement, settings).first;
      for (const int threads : {2, 3}) {
        settings.threads = threads;
        const auto [list, info] = list_cells(arrangement, settings);
        ASSERT_TRUE(info.complete());
        ASSERT_EQ(list.patterns, first.patterns) << kind << ", " << threads << " threads\n" << X;
      }
    }
  }
}

TEST(EnumerateProperty, RangesOfWorkPartitionTheCells) {
  Random random(1003);
  int split = 0;
  for (int round = 0; round < 100; ++round) {
    const auto [kind, X] = hard_arrangement(random, 10, 5);
    const HyperplaneArrangement arrangement(X);
    const std::uint64_t total = work_units(arrangement);
    if (arrangement.hyperplanes() == 0) continue;
    const CellList all = list_cells(arrangement, with_engine(Engine::kVertexPencil)).first;
    std::vector<std::uint64_t> cuts = {0, total};
    for (std::uint64_t k = random.below(6); k > 0; --k) cuts.push_back(random.below(total + 1));
    std::sort(cuts.begin(), cuts.end());
    CellList joined = all;
    joined.patterns.clear();
    bool lucky = true;
    for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
      EnumerationSettings settings = with_engine(Engine::kVertexPencil);
      settings.range = {cuts[i], cuts[i + 1]};
      settings.threads = 1 + static_cast<int>(random.below(2));
      const EnumerationInfo info =
          enumerate_cells(arrangement, settings, [&](const CellBlock& block) {
            joined.patterns.insert(joined.patterns.end(), block.patterns,
                                   block.patterns + block.count * block.words);
            return true;
          });
      lucky = lucky && info.status != EnumerationStatus::kUnluckyFlag;
      if (!lucky) break;
      const bool whole = cuts[i] == 0 && cuts[i + 1] == total;
      ASSERT_EQ(info.status,
                whole ? EnumerationStatus::kComplete : EnumerationStatus::kRangeComplete);
      ASSERT_EQ(info.proof == CompletenessProof::kNone, !whole);
      if (!whole) ++split;
    }
    if (!lucky) continue;
    // As many as all and, once sorted, the same: disjoint, and nothing is missing.
    ASSERT_EQ(joined.size(), all.size()) << kind << "\n" << X;
    std::vector<PatternText> texts = to_texts(X, joined, false);
    ASSERT_EQ(texts, to_texts(X, all, false)) << kind << "\n" << X;
  }
  EXPECT_GT(split, 50);
}

/// Beyond the last unit there is nothing.
TEST(EnumerateProperty, RangesBeyondTheWorkAreEmpty) {
  Random random(1004);
  const HyperplaneArrangement arrangement(gaussian_rows(random, 8, 4));
  EnumerationSettings settings = with_engine(Engine::kVertexPencil);
  settings.range.begin = work_units(arrangement);
  const EnumerationInfo info =
      enumerate_cells(arrangement, settings, [](const CellBlock&) { return true; });
  EXPECT_EQ(info.status, EnumerationStatus::kRangeComplete);
  EXPECT_EQ(info.cells(), 0u);
}

/// Cells do not change with the scale of a row, and go along with permuted and turned rows.
TEST(EnumerateProperty, CellsFollowTheRows) {
  Random random(1005);
  for (int round = 0; round < 60; ++round) {
    const auto [kind, X] = hard_arrangement(random, 10, 4);
    const Index n = X.rows();
    std::vector<Index> order(static_cast<std::size_t>(n));
    std::vector<bool> turned(static_cast<std::size_t>(n));
    Matrix Y(n, X.cols());
    for (std::size_t i = 0; i < order.size(); ++i) {
      order[i] = static_cast<Index>(i);
      std::swap(order[i], order[random.below(i + 1)]);
    }
    for (Index i = 0; i < n; ++i) {
      const auto k = static_cast<std::size_t>(i);
      turned[k] = random.below(2) != 0;
      Y.row(i) = (turned[k] ? -1.0 : 1.0) * X.row(order[k]);
    }
    for (const Engine engine : kEngines) {
      std::vector<PatternText> moved;
      for (const PatternText& cell : listed_cells(X, with_engine(engine))) {
        PatternText text(cell.size(), '1');
        for (Index i = 0; i < n; ++i) {
          const auto k = static_cast<std::size_t>(i);
          const bool plus = cell[static_cast<std::size_t>(order[k])] == '1';
          if (!Y.row(i).isZero(0)) text[k] = plus != turned[k] ? '1' : '0';
        }
        moved.push_back(text);
      }
      std::sort(moved.begin(), moved.end());
      ASSERT_EQ(listed_cells(Y, with_engine(engine)), moved) << kind << "\n" << X;
    }
  }
}

TEST(EnumerateProperty, RandomLimitsGiveDistinctCells) {
  Random random(1006);
  for (int round = 0; round < 60; ++round) {
    const auto [kind, X] = hard_arrangement(random, 10, 4);
    const HyperplaneArrangement arrangement(X);
    const std::vector<PatternText> all = exact_cells(X);
    EnumerationSettings settings = with_engine(kEngines[round % 2]);
    settings.threads = 1 + round % 3;
    settings.max_cells = random.below(all.size() + 2);
    const auto [list, info] = list_cells(arrangement, settings);
    const std::vector<PatternText> cells = to_texts(X, list, false);
    ASSERT_TRUE(std::includes(all.begin(), all.end(), cells.begin(), cells.end()));
    ASSERT_EQ(std::adjacent_find(cells.begin(), cells.end()), cells.end());
    const std::uint64_t each = info.antipodal ? 2 : 1;
    ASSERT_EQ(info.cells(), std::min<std::uint64_t>(settings.max_cells / each * each, all.size()));
    ASSERT_EQ(info.complete(), settings.max_cells >= all.size());
  }
}

}  // namespace
}  // namespace thalweg::testing
