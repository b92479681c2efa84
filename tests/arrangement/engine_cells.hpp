#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "arrangement/pencil_engine.hpp"
#include "arrangement/sign_tree_cells.hpp"
#include "support/exact_cells.hpp"
#include "thalweg/arrangement/enumerate.hpp"

namespace thalweg::testing {

/// Patterns of the pencil engine as text over the flag's hyperplanes ('1' where positive), with
/// their opposites, ascending. The wall's own character is '0'.
struct FlagCells {
  PencilOutcome outcome;
  std::vector<PatternText> cells;
};

inline FlagCells flag_cells(const FlagCoordinates& flag, const PencilRun& run = {}) {
  FlagCells result;
  std::vector<Index> rows;
  for (Index i = 0; i < flag.hyperplanes(); ++i) {
    if (i != flag.wall()) rows.push_back(i);
  }
  const Index words = pattern_words(static_cast<Index>(rows.size()));
  result.outcome = enumerate_pencils(flag, run, [&](const PatternWord* patterns, Index count) {
    for (Index i = 0; i < count; ++i) {
      const std::span pattern(patterns + i * words, static_cast<std::size_t>(words));
      PatternText text(static_cast<std::size_t>(flag.hyperplanes()), '0');
      PatternText negative = text;
      for (std::size_t k = 0; k < rows.size(); ++k) {
        const bool minus = pattern_sign(pattern, static_cast<Index>(k)) == Sign::kPlus;
        (minus ? negative : text)[static_cast<std::size_t>(rows[k])] = '1';
      }
      result.cells.push_back(text);
      result.cells.push_back(negative);
    }
    return true;
  });
  std::sort(result.cells.begin(), result.cells.end());
  return result;
}

/// Whether a list is what list_cells promises: samples and words, bits beyond the samples 0,
/// strictly ascending (sample 0 first, minus before plus), and, if antipodal, the first nonzero row
/// minus.
inline bool well_formed(const Matrix& X, const CellList& list, bool antipodal) {
  if (list.samples != X.rows() || list.words != pattern_words(X.rows())) return false;
  Index first = 0;
  while (first < X.rows() && X.row(first).isZero(0)) ++first;
  PatternText previous;
  for (Index c = 0; c < list.size(); ++c) {
    const PatternText text = to_text(list.pattern(c), X.rows());
    if (c > 0 && !(previous < text)) return false;
    if (antipodal && text[static_cast<std::size_t>(first)] != '0') return false;
    if (X.rows() % 64 != 0 && list.pattern(c).back() >> (X.rows() % 64) != 0) return false;
    previous = text;
  }
  return true;
}

/// The cells of list_cells, both signs, ascending; checks the form of the list and that it is
/// complete with a proof.
inline std::vector<PatternText> listed_cells(const Matrix& X, const EnumerationSettings& settings) {
  const HyperplaneArrangement arrangement(X);
  const auto [list, info] = list_cells(arrangement, settings);
  EXPECT_EQ(info.status, EnumerationStatus::kComplete);
  EXPECT_NE(info.proof, CompletenessProof::kNone);
  EXPECT_EQ(info.delivered, static_cast<std::uint64_t>(list.size()));
  EXPECT_EQ(info.antipodal, arrangement.hyperplanes() > 0);
  EXPECT_TRUE(well_formed(X, list, info.antipodal));
  return to_texts(X, list, info.antipodal);
}

inline EnumerationSettings with_engine(Engine engine, std::uint64_t seed = 1) {
  EnumerationSettings settings;
  settings.engine = engine;
  settings.seed = seed;
  return settings;
}

}  // namespace thalweg::testing
