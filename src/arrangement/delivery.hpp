#pragma once

#include <vector>

#include "arrangement/pattern_map.hpp"
#include "thalweg/arrangement/enumerate.hpp"

namespace thalweg {

/// Turns the engines' blocks into the caller's: patterns over samples, at most so many, counted.
class Delivery {
 public:
  Delivery(const HyperplaneArrangement& arrangement, const EnumerationSettings& settings,
           const CellSink& sink, EnumerationInfo& info);

  /// Patterns over hyperplanes, bit 1 where negative, one of each antipodal pair; changes them in
  /// place. Finds witnesses when they are asked for; when that is stopped, only the patterns that
  /// have one are delivered. False when no more are wanted.
  [[nodiscard]] bool take_half(PatternWord* patterns, Index count);
  /// Patterns over hyperplanes, bit 1 where positive, as they are to be delivered, with their
  /// witnesses if they have any.
  [[nodiscard]] bool take(const CellBlock& block);

  /// Whether max_cells ended it.
  [[nodiscard]] bool limited() const { return limited_; }
  /// Whether deadline or cancellation ended the search for witnesses.
  [[nodiscard]] bool stopped() const { return stopped_; }

 private:
  /// Returns of how many patterns it found one.
  [[nodiscard]] Index find_witnesses(const PatternWord* patterns, Index count);

  const HyperplaneArrangement& arrangement_;
  PatternMap map_;
  const CellSink& sink_;
  EnumerationInfo& info_;
  std::uint64_t limit_;
  const RunControl& control_;
  bool witnesses_;
  bool limited_ = false;
  bool stopped_ = false;
  PatternWord last_word_;
  std::vector<PatternWord> samples_;
  std::vector<double> points_;
};

}  // namespace thalweg
