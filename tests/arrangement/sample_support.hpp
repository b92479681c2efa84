#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "support/exact_cells.hpp"
#include "thalweg/arrangement/sample_cells.hpp"

namespace thalweg::testing {

/// How often each cell was drawn; every sample must be one of `cells`.
inline std::map<PatternText, double> frequencies(const std::vector<PatternText>& cells,
                                                 const CellList& sample) {
  std::map<PatternText, double> counts;
  for (const PatternText& cell : cells) counts[cell] = 0;
  for (Index i = 0; i < sample.size(); ++i) {
    const PatternText text = to_text(sample.pattern(i), sample.samples);
    const auto entry = counts.find(text);
    if (entry == counts.end()) {
      ADD_FAILURE() << text << " is not a cell";
      continue;
    }
    ++entry->second;
  }
  return counts;
}

/// Pearson's statistic for given probabilities, minus its mean, in standard deviations.
inline double chi_square_score(const std::map<PatternText, double>& counts,
                               const std::map<PatternText, double>& probabilities) {
  double total = 0;
  for (const auto& [cell, count] : counts) total += count;
  double statistic = 0;
  for (const auto& [cell, count] : counts) {
    const double expected = total * probabilities.at(cell);
    statistic += (count - expected) * (count - expected) / expected;
  }
  const auto freedom = static_cast<double>(counts.size()) - 1;
  return (statistic - freedom) / std::sqrt(2 * freedom);
}

/// The same against the uniform law.
inline double uniformity_score(const std::vector<PatternText>& cells, const CellList& sample) {
  const std::map<PatternText, double> counts = frequencies(cells, sample);
  std::map<PatternText, double> uniform;
  for (const auto& [cell, count] : counts) uniform[cell] = 1.0 / static_cast<double>(cells.size());
  return chi_square_score(counts, uniform);
}

/// What no honest sample exceeds and no other law stays below, in standard deviations.
inline constexpr double kHonest = 4.5;

inline SampleSettings sample_settings(std::uint64_t count, std::uint64_t seed) {
  SampleSettings settings;
  settings.count = count;
  settings.seed = seed;
  return settings;
}

}  // namespace thalweg::testing
