#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "thalweg/core/types.hpp"

namespace thalweg {

/// Activation patterns as bits: sample i of a pattern is bit i % 64 of its word i / 64, 1 where the
/// pattern is active; bits beyond the last sample are 0.
class PatternSet {
 public:
  /// patterns (p x n): entries > 0 mean active.
  explicit PatternSet(const Matrix& patterns);
  /// `words` holds size x ceil(samples / 64) words, pattern by pattern. Throws InvalidArgument when
  /// their number is not a multiple of that, or a bit beyond the last sample is set.
  PatternSet(Index samples, std::vector<std::uint64_t> words);

  [[nodiscard]] Index samples() const { return samples_; }
  [[nodiscard]] Index size() const { return size_; }
  [[nodiscard]] std::span<const std::uint64_t> pattern(Index cell) const {
    const auto per = static_cast<std::size_t>(words_per_pattern());
    return std::span(words_).subspan(static_cast<std::size_t>(cell) * per, per);
  }
  [[nodiscard]] bool active(Index cell, Index sample) const {
    return (pattern(cell)[static_cast<std::size_t>(sample / 64)] >> (sample % 64) & 1) != 0;
  }
  /// The patterns of the given cells, in their order.
  [[nodiscard]] PatternSet subset(const std::vector<Index>& cells) const;
  /// The pattern as 0 and 1, (n).
  [[nodiscard]] Vector gate(Index cell) const;

 private:
  PatternSet() = default;
  [[nodiscard]] Index words_per_pattern() const { return (samples_ + 63) / 64; }

  Index samples_ = 0;
  Index size_ = 0;
  std::vector<std::uint64_t> words_;
};

/// X^T D_i nu of every pattern, (d x p). rows (d x n) holds X^T; nu (n). Eight samples at a time
/// (four when there are few patterns) share a table of their partial sums ("four Russians"):
/// O(p n d / 8 + 32 n d) additions for every 1024 patterns. The result does not depend on the
/// number of threads.
[[nodiscard]] Matrix gated_correlations(const PatternSet& patterns, const Matrix& rows,
                                        const Vector& nu, int threads = 1);

}  // namespace thalweg
