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

/// Random levels m = r, r - 2, ... >= 1.
class LevelChoice {
 public:
  /// So that, with a uniform subset of m - 1 of N rows, every subset of every level is equally
  /// likely.
  [[nodiscard]] static LevelChoice for_vertices(Index hyperplanes, Index rank);
  /// So that, with a uniform subset of m - 2 rows (of none where m = 1), every set of m - 1 rows of
  /// every level is expected equally often among the sets with one row more. Level 1 has the empty
  /// set only.
  [[nodiscard]] static LevelChoice for_pencils(Index hyperplanes, Index rank);

  [[nodiscard]] std::size_t levels() const { return levels_.size(); }
  /// m of the level's position.
  [[nodiscard]] Index level(std::size_t position) const { return levels_[position]; }
  /// The position of a random level.
  [[nodiscard]] std::size_t draw(Random& random) const { return choice_.draw(random); }

 private:
  LevelChoice(std::vector<Index> levels, std::span<const mpz_class> weights);

  std::vector<Index> levels_;
  ExactChoice choice_;
};

}  // namespace thalweg
