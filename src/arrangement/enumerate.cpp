#include "thalweg/arrangement/enumerate.hpp"

#include <algorithm>
#include <numeric>
#include <string>

#include "arrangement/pattern_map.hpp"
#include "arrangement/pencil_engine.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

/// Turns the engines' patterns into the caller's: over samples, the half whose first nonzero row is
/// negative, at most so many.
class Delivery {
 public:
  Delivery(const HyperplaneArrangement& arrangement, const EnumerationSettings& settings,
           const CellSink& sink, EnumerationInfo& info)
      : map_(arrangement), sink_(sink), info_(info), limit_(settings.max_cells) {
    const Index rest = arrangement.hyperplanes() % 64;
    last_word_ = rest == 0 ? ~PatternWord{0} : (PatternWord{1} << rest) - 1;
  }

  /// Patterns over hyperplanes, bit 1 where negative; one of each antipodal pair.
  [[nodiscard]] bool take_half(PatternWord* patterns, Index count) {
    const Index words = map_.hyperplane_words();
    for (Index i = 0; i < count; ++i) {
      PatternWord* pattern = patterns + i * words;
      // Bits become those of plus signs, of the pattern or of its negative.
      const PatternWord flip = PatternWord{0} - (pattern[0] & 1);
      for (Index w = 0; w < words; ++w) pattern[w] ^= flip;
      pattern[words - 1] &= last_word_;
    }
    return hand_on(patterns, count);
  }

  [[nodiscard]] bool limited() const { return limited_; }

 private:
  [[nodiscard]] bool hand_on(PatternWord* patterns, Index count) {
    const std::uint64_t each = info_.antipodal ? 2 : 1;
    const std::uint64_t room = limit_ / each - info_.delivered;
    if (static_cast<std::uint64_t>(count) > room) {
      count = static_cast<Index>(room);
      limited_ = true;
    }
    CellBlock block{count, map_.sample_words(), patterns, nullptr};
    if (!map_.identity()) {
      samples_.resize(static_cast<std::size_t>(count * map_.sample_words()));
      for (Index i = 0; i < count; ++i) {
        map_.to_samples(patterns + i * map_.hyperplane_words(),
                        samples_.data() + i * map_.sample_words());
      }
      block.patterns = samples_.data();
    }
    info_.delivered += static_cast<std::uint64_t>(count);
    const bool wanted = count == 0 || sink_(block);
    return wanted && !limited_;
  }

  PatternMap map_;
  const CellSink& sink_;
  EnumerationInfo& info_;
  std::uint64_t limit_;
  bool limited_ = false;
  PatternWord last_word_ = 0;
  std::vector<PatternWord> samples_;
};

void run_pencils(const HyperplaneArrangement& arrangement, const EnumerationSettings& settings,
                 const CellSink& sink, EnumerationInfo& info) {
  Delivery delivery(arrangement, settings, sink, info);
  const RowDependence dependence(arrangement.normals());
  PencilRun run;
  run.threads = settings.threads;
  run.range = settings.range;
  run.control = settings.control;
  PencilOutcome outcome;
  try {
    const FlagCoordinates flag(arrangement, dependence, settings.seed);
    outcome = enumerate_pencils(flag, run, [&](PatternWord* patterns, Index count) {
      return delivery.take_half(patterns, count);
    });
  } catch (const UnluckyFlag&) {
    outcome.status = EnumerationStatus::kUnluckyFlag;
  }
  info.status = delivery.limited() ? EnumerationStatus::kCellLimit : outcome.status;
  info.degenerate_vertices = outcome.statistics.degenerate_vertices;
  info.exact_signs = outcome.statistics.exact_signs;
  if (info.complete()) info.proof = CompletenessProof::kExactAccounting;
}

/// The one cell of no hyperplanes: every direction.
void deliver_everything(const HyperplaneArrangement& arrangement, const CellSink& sink,
                        EnumerationInfo& info) {
  const Index words = pattern_words(arrangement.samples());
  std::vector<PatternWord> pattern(static_cast<std::size_t>(words), 0);
  for (Index i = 0; i < arrangement.samples(); ++i) {
    pattern[static_cast<std::size_t>(i / 64)] |= PatternWord{1} << (i % 64);
  }
  info.antipodal = false;
  info.delivered = 1;
  info.proof = CompletenessProof::kExactAccounting;
  info.status = sink({1, words, pattern.data(), nullptr}) ? EnumerationStatus::kComplete
                                                          : EnumerationStatus::kSinkStopped;
}

}  // namespace

EnumerationInfo enumerate_cells(const HyperplaneArrangement& arrangement,
                                const EnumerationSettings& settings, const CellSink& sink) {
  if (settings.threads < 1) {
    throw InvalidArgument("threads must be at least 1, but it is " +
                          std::to_string(settings.threads));
  }
  EnumerationInfo info;
  info.engine = Engine::kVertexPencil;
  if (arrangement.hyperplanes() == 0) {
    deliver_everything(arrangement, sink, info);
    return info;
  }
  run_pencils(arrangement, settings, sink, info);
  return info;
}

std::pair<CellList, EnumerationInfo> list_cells(const HyperplaneArrangement& arrangement,
                                                const EnumerationSettings& settings) {
  CellList list;
  list.samples = arrangement.samples();
  list.words = pattern_words(list.samples);
  const EnumerationInfo info = enumerate_cells(arrangement, settings, [&](const CellBlock& block) {
    list.patterns.insert(list.patterns.end(), block.patterns,
                         block.patterns + block.count * block.words);
    return true;
  });
  return {std::move(list), info};
}

std::uint64_t work_units(const HyperplaneArrangement& arrangement) {
  return pencil_units(arrangement.hyperplanes(), arrangement.rank());
}

}  // namespace thalweg
