#include "thalweg/arrangement/sample_cells.hpp"

#include <algorithm>
#include <vector>

#include "arrangement/sample_flag.hpp"
#include "arrangement/sample_subsets.hpp"
#include "arrangement/sample_vertices.hpp"

namespace thalweg {
namespace {

constexpr std::uint64_t kChunk = 1024;
/// Trials that are drawn together and then sorted by level.
constexpr Index kRound = 256;
constexpr Index kLanes = SampledVertices::kLanes;

class UniformSource : public SampleSource {
 public:
  UniformSource(const HyperplaneArrangement& arrangement, const SampleFlag& flag,
                const LevelChoice& choice)
      : choice_(choice),
        vertices_(arrangement, flag.flag, flag.rows, sample_kernels()),
        hyperplanes_(arrangement.hyperplanes()),
        largest_(arrangement.rank() - 1),
        words_(pattern_words(arrangement.hyperplanes())),
        last_word_(last_word_bits(arrangement.hyperplanes())),
        subsets_(static_cast<std::size_t>(kRound * largest_)),
        patterns_(static_cast<std::size_t>(kRound * words_)),
        trials_at_(choice.levels()) {}

  void draw(Random& random, SampleChunk& chunk) override {
    chunk.patterns.reserve(chunk.wanted * static_cast<std::size_t>(words_));
    while (chunk.open()) {
      const std::uint64_t left = std::min(chunk.wanted - chunk.done, std::uint64_t{kRound});
      const Index trials = (static_cast<Index>(left) + kLanes - 1) / kLanes * kLanes;
      draw_trials(random, trials);
      for (std::size_t position = 0; position < choice_.levels(); ++position) decide(position);
      deliver(trials, chunk);
    }
  }

  [[nodiscard]] std::uint64_t exact_signs() const override { return vertices_.exact_signs(); }

 private:
  void draw_trials(Random& random, Index trials) {
    for (std::vector<Index>& list : trials_at_) list.clear();
    for (Index i = 0; i < trials; ++i) {
      const std::size_t position = choice_.draw(random);
      trials_at_[position].push_back(i);
      opposite_[static_cast<std::size_t>(i)] = random.below(2) == 1;
      draw_subset(random, hyperplanes_, choice_.level(position) - 1, subsets_.data() + i * largest_,
                  1);
    }
  }

  /// All trials of a level, eight at a time; a last batch repeats its first.
  void decide(std::size_t position) {
    const std::vector<Index>& trials = trials_at_[position];
    const Index level = choice_.level(position);
    const auto count = static_cast<Index>(trials.size());
    for (Index first = 0; first < count; first += kLanes) {
      const Index present = std::min(kLanes, count - first);
      for (Index l = 0; l < kLanes; ++l) {
        const Index trial = trials[static_cast<std::size_t>(first + (l < present ? l : 0))];
        for (Index i = 0; i < level - 1; ++i) {
          vertices_.subsets()[i * kLanes + l] =
              subsets_[static_cast<std::size_t>(trial * largest_ + i)];
        }
      }
      vertices_.locate(level);
      for (Index l = 0; l < present; ++l) {
        const Index trial = trials[static_cast<std::size_t>(first + l)];
        accepted_[static_cast<std::size_t>(trial)] =
            vertices_.cell_of_basis(l, patterns_.data() + trial * words_);
      }
    }
  }

  /// In the order of the trials, which alone keeps the law when the last ones are cut off.
  void deliver(Index trials, SampleChunk& chunk) {
    for (Index i = 0; i < trials && chunk.done < chunk.wanted; ++i) {
      ++chunk.trials;
      if (!accepted_[static_cast<std::size_t>(i)]) continue;
      PatternWord* pattern = patterns_.data() + i * words_;
      orient(pattern, words_, last_word_, opposite_[static_cast<std::size_t>(i)]);
      chunk.patterns.insert(chunk.patterns.end(), pattern, pattern + words_);
      ++chunk.done;
    }
  }

  const LevelChoice& choice_;
  SampledVertices vertices_;
  Index hyperplanes_;
  Index largest_;  ///< largest size of a subset
  Index words_;
  PatternWord last_word_;
  std::vector<std::int32_t> subsets_;          ///< (kRound x largest_)
  std::vector<PatternWord> patterns_;          ///< (kRound x words_)
  std::vector<std::vector<Index>> trials_at_;  ///< by position of the level
  std::array<bool, kRound> opposite_ = {};
  std::array<bool, kRound> accepted_ = {};
};

}  // namespace

CellSample sample_cells(const HyperplaneArrangement& arrangement, const SampleSettings& settings) {
  if (arrangement.hyperplanes() == 0) return sample_everything(arrangement, settings);
  const LevelChoice choice =
      LevelChoice::for_vertices(arrangement.hyperplanes(), arrangement.rank());
  return sample_on_flag(arrangement, settings, kChunk, [&](const SampleFlag& flag) {
    return std::make_unique<UniformSource>(arrangement, flag, choice);
  });
}

}  // namespace thalweg
