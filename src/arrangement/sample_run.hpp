#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "thalweg/arrangement/sample_cells.hpp"
#include "thalweg/core/random.hpp"

namespace thalweg {

/// A run is cut into chunks with random numbers of their own, so that threads do not matter.
struct SampleChunk {
  std::uint64_t wanted = 0;
  std::uint64_t max_trials = 0;
  RunControl control;

  std::vector<PatternWord> patterns;  ///< over hyperplanes, bit 1 where positive
  std::uint64_t done = 0;             ///< of what is wanted
  std::uint64_t trials = 0;
  bool stopped = false;

  /// Whether another trial is due.
  [[nodiscard]] bool open() {
    stopped = stopped || control.should_stop();
    return done < wanted && trials < max_trials && !stopped;
  }
};

/// Draws cells; one for each thread.
class SampleSource {
 public:
  virtual ~SampleSource() = default;
  /// Fills the chunk. May throw UnluckyFlag.
  virtual void draw(Random& random, SampleChunk& chunk) = 0;
  [[nodiscard]] virtual std::uint64_t exact_signs() const = 0;
};

using SourceFactory = std::function<std::unique_ptr<SampleSource>()>;

/// Runs all chunks, maps patterns to samples and handles duplicates. `chunk_size` of the
/// settings.count things that the source draws make a chunk. Errors: InvalidArgument (threads < 1).
[[nodiscard]] CellSample run_samples(const HyperplaneArrangement& arrangement,
                                     const SampleSettings& settings, std::uint64_t chunk_size,
                                     const SourceFactory& make_source);

/// The cell of an arrangement without hyperplanes, settings.count times.
[[nodiscard]] CellSample sample_everything(const HyperplaneArrangement& arrangement,
                                           const SampleSettings& settings);

/// Turns a pattern with bit 1 where negative into one with bit 1 where positive, of the cell or of
/// its opposite. `last_word` are the bits in use in the last word.
inline void orient(PatternWord* pattern, Index words, PatternWord last_word, bool opposite) {
  const PatternWord flip = opposite ? PatternWord{0} : ~PatternWord{0};
  for (Index w = 0; w < words; ++w) pattern[w] ^= flip;
  pattern[words - 1] &= last_word;
}
/// Bits in use in the last of the words of a pattern of `count` >= 1 signs.
[[nodiscard]] inline PatternWord last_word_bits(Index count) {
  return ~PatternWord{0} >> ((64 - count % 64) % 64);
}

}  // namespace thalweg
