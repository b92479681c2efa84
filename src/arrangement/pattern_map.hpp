#pragma once

#include <vector>

#include "thalweg/arrangement/cell_block.hpp"
#include "thalweg/arrangement/hyperplane_arrangement.hpp"

namespace thalweg {

/// Turns patterns over hyperplanes (bit 1 = plus) into patterns over samples.
class PatternMap {
 public:
  explicit PatternMap(const HyperplaneArrangement& arrangement);

  /// Whether both kinds of patterns are the same.
  [[nodiscard]] bool identity() const { return identity_; }
  [[nodiscard]] Index sample_words() const { return sample_words_; }
  [[nodiscard]] Index hyperplane_words() const { return hyperplane_words_; }

  /// `in` (hyperplane_words()) to `out` (sample_words()). O(N / 8) table look-ups.
  void to_samples(const PatternWord* in, PatternWord* out) const;

 private:
  bool identity_ = true;
  Index sample_words_ = 0;
  Index hyperplane_words_ = 0;
  std::vector<PatternWord> constant_;  ///< the samples' bits when every hyperplane bit is 0
  std::vector<PatternWord> flips_;     ///< (bytes x 256 x sample words)
};

}  // namespace thalweg
