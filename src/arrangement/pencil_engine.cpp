#include "arrangement/pencil_engine.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "arrangement/local_topes.hpp"

namespace thalweg {
namespace {

/// Patterns handed on at once: large enough to hide the call, small enough for the cache.
constexpr Index kBlockWords = 4096;

/// Units between looks at the clock.
constexpr std::uint64_t kUnitsPerCheck = 64;

/// Units that a worker takes at once when there are several.
constexpr std::uint64_t kUnitsPerTurn = 8;

/// What the workers share.
struct Shared {
  const HyperplaneSink& sink;
  const RunControl& control;
  std::mutex mutex;
  std::atomic<bool> stop{false};
  bool sink_stopped = false;
  bool interrupted = false;
  std::exception_ptr failure;
};

/// Hands patterns on when full.
class BlockBuffer : public PatternBuffer {
 public:
  BlockBuffer(Shared& shared, Index words) : shared_(shared) {
    reset(words);
    reserve(std::max<Index>(kBlockWords / std::max<Index>(words, 1), 64));
  }

  void flush() {
    {
      const std::lock_guard lock(shared_.mutex);
      if (!shared_.stop.load(std::memory_order_relaxed)) {
        if (size() > 0 && !shared_.sink(pattern(0), size())) {
          shared_.sink_stopped = true;
          shared_.stop.store(true);
        } else if (shared_.control.should_stop()) {
          shared_.interrupted = true;
          shared_.stop.store(true);
        }
      }
    }
    reset(words());
    if (shared_.stop.load(std::memory_order_relaxed)) close();
  }

 protected:
  void make_room(Index patterns) override {
    flush();
    if (patterns > capacity()) reserve(patterns);
  }

 private:
  Shared& shared_;
};

/// The units: levels from the highest, and for each the choices of its first rows.
class UnitList {
 public:
  UnitList(Index rows, Index rank) : rows_(rows) {
    for (Index level = rank; level >= 1; level -= 2) {
      levels_.push_back({level, total_});
      total_ += units(level);
    }
  }

  struct Unit {
    std::uint64_t number = 0;
    Index level = 0;
    Index prefix[2] = {0, 0};
  };
  [[nodiscard]] std::uint64_t total() const { return total_; }
  /// The unit with a number, or the first one after it that has work; total() at the end.
  [[nodiscard]] Unit at(std::uint64_t number) const {
    if (number >= total_) return {total_, 0, {0, 0}};
    auto entry = std::upper_bound(levels_.begin(), levels_.end(), number,
                                  [](std::uint64_t n, const Entry& e) { return n < e.first; });
    --entry;
    Unit unit{number, entry->level, {0, 0}};
    const auto rest = static_cast<Index>(number - entry->first);
    if (VertexPencils::prefix_length(unit.level) == 1) unit.prefix[0] = rest;
    if (VertexPencils::prefix_length(unit.level) == 2) {
      unit.prefix[0] = rest / rows_;
      unit.prefix[1] = rest % rows_;
      // Rows ascend: numbers with the second row first stand for nothing.
      if (unit.prefix[1] <= unit.prefix[0]) {
        const Index skipped = unit.prefix[0] + 1 - unit.prefix[1];
        if (unit.prefix[0] + 1 == rows_) return at(number + static_cast<std::uint64_t>(skipped));
        unit.number += static_cast<std::uint64_t>(skipped);
        unit.prefix[1] = unit.prefix[0] + 1;
      }
    }
    return unit;
  }
  [[nodiscard]] Unit after(const Unit& unit) const {
    if (VertexPencils::prefix_length(unit.level) < 2 || unit.prefix[1] + 1 == rows_) {
      return at(unit.number + 1);
    }
    return {unit.number + 1, unit.level, {unit.prefix[0], unit.prefix[1] + 1}};
  }

 private:
  struct Entry {
    Index level;
    std::uint64_t first;
  };
  [[nodiscard]] std::uint64_t units(Index level) const {
    const auto n = static_cast<std::uint64_t>(rows_);
    switch (VertexPencils::prefix_length(level)) {
      case 0:
        return 1;
      case 1:
        return n;
      default:
        return n * n;
    }
  }
  Index rows_;
  std::uint64_t total_ = 0;
  std::vector<Entry> levels_;
};

class Worker {
 public:
  Worker(const FlagCoordinates& flag, const PencilKernels& kernels, std::vector<Index> rows,
         Shared& shared)
      : rows_(std::move(rows)),
        locals_(flag, kernels, statistics_),
        pencils_(flag, kernels, locals_, statistics_),
        flag_(flag),
        shared_(shared),
        out_(shared, pattern_words(static_cast<Index>(rows_.size()))) {}

  void run(const UnitList::Unit& unit) {
    if (unit.level == 1) {
      const PatternView only = locals_.bounded(1, rows_);
      std::copy_n(only.patterns, only.words, out_.room(1));
      out_.add(1);
      return;
    }
    if (unit.level != level_) {
      pencils_.prepare(unit.level, rows_);
      level_ = unit.level;
    }
    const Index length = VertexPencils::prefix_length(unit.level);
    pencils_.run_prefix({unit.prefix, static_cast<std::size_t>(length)}, out_);
  }

  void finish() { out_.flush(); }
  [[nodiscard]] bool closed() const { return out_.closed(); }
  [[nodiscard]] const PencilStatistics& statistics() const { return statistics_; }

 private:
  std::vector<Index> rows_;
  PencilStatistics statistics_;
  LocalTopes locals_;
  VertexPencils pencils_;
  const FlagCoordinates& flag_;
  Shared& shared_;
  BlockBuffer out_;
  Index level_ = -1;
};

std::vector<Index> all_rows(const FlagCoordinates& flag) {
  std::vector<Index> rows;
  for (Index i = 0; i < flag.hyperplanes(); ++i) {
    if (i != flag.wall()) rows.push_back(i);
  }
  return rows;
}

}  // namespace

std::uint64_t pencil_units(Index hyperplanes, Index rank) {
  return UnitList(hyperplanes, rank).total();
}

PencilOutcome enumerate_pencils(const FlagCoordinates& flag, const PencilRun& run,
                                const HyperplaneSink& sink) {
  const std::vector<Index> rows = all_rows(flag);
  const UnitList units(static_cast<Index>(rows.size()), flag.rank());
  const std::uint64_t end = std::min(run.range.end, units.total());
  Shared shared{sink, run.control, {}, {}, false, false, nullptr};
  const PencilKernels& kernels = run.kernels != nullptr ? *run.kernels : pencil_kernels();
  std::atomic<std::uint64_t> next{std::min(run.range.begin, end)};
  // Alone, a worker takes everything at once.
  const std::uint64_t chunk = run.threads > 1 ? kUnitsPerTurn : std::max<std::uint64_t>(end, 1);
  PencilOutcome outcome;

  const auto work = [&] {
    try {
      Worker worker(flag, kernels, rows, shared);
      std::uint64_t done = 0;
      for (std::uint64_t begin = next.fetch_add(chunk); begin < end && !worker.closed();
           begin = next.fetch_add(chunk)) {
        const std::uint64_t stop = std::min(end, begin + chunk);
        for (UnitList::Unit unit = units.at(begin); unit.number < stop && !worker.closed();
             unit = units.after(unit)) {
          worker.run(unit);
          if (++done % kUnitsPerCheck == 0 && run.control.should_stop()) worker.finish();
        }
      }
      worker.finish();
      const std::lock_guard lock(shared.mutex);
      outcome.statistics.degenerate_vertices += worker.statistics().degenerate_vertices;
      outcome.statistics.exact_signs += worker.statistics().exact_signs;
    } catch (...) {
      const std::lock_guard lock(shared.mutex);
      if (!shared.failure) shared.failure = std::current_exception();
      shared.stop.store(true);
    }
  };
  std::vector<std::thread> helpers;
  for (int t = 1; t < run.threads; ++t) helpers.emplace_back(work);
  work();
  for (std::thread& helper : helpers) helper.join();

  if (shared.failure) {
    try {
      std::rethrow_exception(shared.failure);
    } catch (const UnluckyFlag&) {
      outcome.status = EnumerationStatus::kUnluckyFlag;
      return outcome;
    }
  }
  const bool whole = run.range.begin == 0 && run.range.end >= units.total();
  outcome.status = shared.sink_stopped  ? EnumerationStatus::kSinkStopped
                   : shared.interrupted ? EnumerationStatus::kStopped
                   : whole              ? EnumerationStatus::kComplete
                                        : EnumerationStatus::kRangeComplete;
  return outcome;
}

}  // namespace thalweg
