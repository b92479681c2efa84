#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "thalweg/core/types.hpp"

namespace thalweg {

/// 64 signs of an activation pattern: sample i is bit i % 64 of word i / 64, 1 where x_i^T u > 0 or
/// x_i = 0. Bits beyond the last sample are 0.
using PatternWord = std::uint64_t;

/// Words that a pattern of `count` signs takes.
[[nodiscard]] constexpr Index pattern_words(Index count) { return (count + 63) / 64; }

/// The sign of one sample.
[[nodiscard]] constexpr Sign pattern_sign(std::span<const PatternWord> pattern, Index sample) {
  const auto word = static_cast<std::size_t>(sample / 64);
  return (pattern[word] >> (sample % 64) & 1) != 0 ? Sign::kPlus : Sign::kMinus;
}

/// Some cells on their way to a consumer; the memory is the producer's and valid during the call.
struct CellBlock {
  Index count = 0;
  Index words = 0;                        ///< per pattern
  const PatternWord* patterns = nullptr;  ///< (count x words)
  const double* witnesses = nullptr;      ///< (count x d), an interior point each, or null

  [[nodiscard]] std::span<const PatternWord> pattern(Index cell) const {
    return {patterns + cell * words, static_cast<std::size_t>(words)};
  }
};

/// Takes one block; false stops the enumeration. Called by one thread at a time.
using CellSink = std::function<bool(const CellBlock&)>;

/// Patterns in memory.
struct CellList {
  Index samples = 0;
  Index words = 0;
  std::vector<PatternWord> patterns;  ///< (size() x words)
  std::vector<double> witnesses;      ///< (size() x d) or empty

  [[nodiscard]] Index size() const {
    return words == 0 ? 0 : static_cast<Index>(patterns.size()) / words;
  }
  [[nodiscard]] std::span<const PatternWord> pattern(Index cell) const {
    return std::span(patterns).subspan(static_cast<std::size_t>(cell * words),
                                       static_cast<std::size_t>(words));
  }
};

}  // namespace thalweg
