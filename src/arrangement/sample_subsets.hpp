#pragma once

#include <gmpxx.h>

#include <cstdint>
#include <span>
#include <vector>

#include "thalweg/core/random.hpp"
#include "thalweg/core/types.hpp"

namespace thalweg {

/// Draws positions with probabilities proportional to whole numbers of any size, exactly.
///
/// *Proof.* The digits drawn so far leave an interval of reals. When it lies between two of the
/// cumulated weights, divided by their total, every further digit would give the same position;
/// otherwise one more digit is drawn. QED
class ExactChoice {
 public:
  /// At least one weight, none negative, not all 0.
  explicit ExactChoice(std::span<const mpz_class> weights);

  [[nodiscard]] std::size_t draw(Random& random) const;
  [[nodiscard]] const mpz_class& total() const { return cumulated_.back(); }

 private:
  [[nodiscard]] std::size_t refine(mpz_class digits, Random& random) const;

  std::vector<mpz_class> cumulated_;
  std::vector<std::uint64_t> first_digits_;  ///< of cumulated / total, rounded down
};

/// The binomial coefficient.
[[nodiscard]] mpz_class binomial(Index n, Index k);

/// A random subset of {0, ..., count - 1}, every one of that size equally likely, written to
/// subset[0], subset[stride], ... Floyd's method.
void draw_subset(Random& random, Index count, Index size, std::int32_t* subset, Index stride);

/// Levels m = r, r - 2, ... >= 1 with subsets of m - 1 - `less` of N rows (one empty choice where
/// that is negative), every subset of every level equally likely.
class LevelChoice {
 public:
  LevelChoice(Index hyperplanes, Index rank, Index less);

  [[nodiscard]] std::size_t levels() const { return levels_.size(); }
  /// m of the level's position.
  [[nodiscard]] Index level(std::size_t position) const { return levels_[position]; }
  /// The position of a random level.
  [[nodiscard]] std::size_t draw(Random& random) const { return choice_.draw(random); }

 private:
  std::vector<Index> levels_;
  ExactChoice choice_;
};

}  // namespace thalweg
