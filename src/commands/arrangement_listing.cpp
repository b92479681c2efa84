#include "commands/arrangement_listing.hpp"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "commands/arrangement_file.hpp"
#include "commands/arrangement_graph.hpp"
#include "commands/exit_code.hpp"
#include "thalweg/arrangement/count_cells.hpp"

namespace thalweg::commands {
namespace {

/// About a day of the fastest engine.
constexpr std::uint64_t kMostWalkedCells = 1'000'000'000'000;
constexpr int kMostSeeds = 64;

CellFileForm file_form(const ArrangementOptions& options) {
  return {options.packed, options.witness};
}

std::uint64_t cells_on_disk(const ArrangementOptions& options,
                            const HyperplaneArrangement& arrangement) {
  const std::filesystem::path target = options.out;
  std::error_code unknown;
  const auto space =
      std::filesystem::space(target.has_parent_path() ? target.parent_path() : ".", unknown);
  if (unknown) return std::numeric_limits<std::uint64_t>::max();
  const std::uint64_t rows = space.available / CellFile::row_bytes(arrangement, file_form(options));
  return options.half ? 2 * std::min(rows, std::numeric_limits<std::uint64_t>::max() / 2) : rows;
}

/// What the format, the disk and the memory for sorting allow.
ListingLimit room_in_file(const ArrangementOptions& options,
                          const HyperplaneArrangement& arrangement) {
  ListingLimit limit{cells_on_disk(options, arrangement), "have room on the disk of --out"};
  if (!options.packed) limit.reason += ": use --packed";
  if (!options.unsorted) {
    const std::uint64_t sortable = 2 * cells_in_memory(options, arrangement);
    if (sortable < limit.cells) limit = {sortable, "can be sorted in memory: use --unsorted"};
  }
  if (!options.packed && kMostUnpackedCells < limit.cells) {
    limit = {kMostUnpackedCells, "are written as int8: use --packed"};
  }
  return limit;
}

ListingLimit capacity(const ArrangementOptions& options, const HyperplaneArrangement& arrangement) {
  constexpr std::uint64_t kNone = std::numeric_limits<std::uint64_t>::max();
  ListingLimit limit{options.run.time_limit ? kNone : kMostWalkedCells,
                     "can be listed in a day or so: give a --time-limit"};
  if (!options.out.empty()) limit = room_in_file(options, arrangement);
  if (options.graph) {
    const std::uint64_t connectable = connectable_cells(arrangement);
    if (connectable < limit.cells) limit = {connectable, "can be connected in memory"};
  }
  return limit;
}

std::string in_words(const CellCount& count, const BigCount& bound) {
  if (count.exact) return count.exact->decimal + " activation patterns";
  if (count.method != CountMethod::kEstimate) {
    return "up to " + bound.decimal + " activation patterns";
  }
  char text[128];
  std::snprintf(text, sizeof text, "about %.3g activation patterns (95 %% interval %.3g to %.3g)",
                count.value, count.low, count.high);
  return text;
}

/// Hands cells to the file and to the progress line.
class Delivery {
 public:
  Delivery(const ArrangementOptions& options, const Matrix& X,
           const HyperplaneArrangement& arrangement, const RunControl& control, bool antipodal)
      : options_(options),
        dimension_(arrangement.dimension()),
        both_(antipodal && !options.half),
        factor_(antipodal ? 2 : 1),
        bound_(cells_in_general_position(arrangement.hyperplanes(), arrangement.rank()).decimal),
        progress_(control.progress) {
    if (!options.out.empty()) file_.emplace(options.out, X, arrangement, file_form(options));
  }

  /// Each cell of a block, followed by its opposite where that is wanted; false after an error.
  [[nodiscard]] bool take(const CellBlock& block) {
    cells_ += factor_ * static_cast<std::uint64_t>(block.count);
    show();
    if (!file_) return true;
    for (Index i = 0; i < block.count && error_; ++i) {
      const double* witness =
          block.witnesses == nullptr ? nullptr : block.witnesses + i * dimension_;
      const PatternWord* pattern = block.pattern(i).data();
      error_ = file_->add(pattern, witness, CellSide::kItself);
      if (error_ && both_) error_ = file_->add(pattern, witness, CellSide::kOpposite);
    }
    return error_.has_value();
  }

  /// A sorted list: the opposites are sorted when they follow in reverse.
  void take(const CellList& list) {
    const auto add = [&](Index i, CellSide side) {
      const double* witness =
          list.witnesses.empty() ? nullptr : list.witnesses.data() + i * dimension_;
      require(file_->add(list.pattern(i).data(), witness, side));
    };
    for (Index i = 0; i < list.size(); ++i) add(i, CellSide::kItself);
    if (!both_) return;
    for (Index i = list.size() - 1; i >= 0; --i) add(i, CellSide::kOpposite);
  }

  /// Rows written. Failure when something could not be.
  std::uint64_t finish(CellRows rows) {
    if (!file_) return 0;
    require(std::move(error_));
    require(file_->finish(rows));
    return file_->rows();
  }

 private:
  void show() {
    if (progress_ == nullptr || since_shown_.seconds() < 0.2) return;
    since_shown_ = Stopwatch();
    progress_->report("listing", std::numeric_limits<double>::quiet_NaN(),
                      std::to_string(cells_) + " cells of at most " + bound_);
  }

  const ArrangementOptions& options_;
  Index dimension_;
  bool both_;
  std::uint64_t factor_;
  std::string bound_;
  ProgressObserver* progress_;
  std::optional<CellFile> file_;
  Expected<void> error_;
  std::uint64_t cells_ = 0;
  Stopwatch since_shown_;
};

Engine engine_of(const std::string& word) {
  if (word == "pencil") return Engine::kVertexPencil;
  return word == "tree" ? Engine::kSignTree : Engine::kAutomatic;
}

/// Raises the proof of a whole list. A count that differs is a defect of this program.
void confirm(const HyperplaneArrangement& arrangement, const EnumerationSettings& settings,
             EnumerationInfo& info) {
  if (!info.complete() || !settings.constraints.empty()) return;
  constexpr std::uint64_t kQuick = 10'000'000;  // about 0.1 s
  if (confirm_count(arrangement, info, kQuick, settings.control)) return;
  throw std::logic_error("the list has " + std::to_string(info.cells()) +
                         " cells, the characteristic polynomial another number");
}

/// Elsewhere another seed is tried; but the ranges of one partition must have one seed.
void require_lucky(const ArrangementOptions& options, const EnumerationInfo& info) {
  if (info.status != EnumerationStatus::kUnluckyFlag || !options.range) return;
  throw Failure(ExitCode::kUsage, "--seed: expected one whose coordinates are generic, got " +
                                      std::to_string(options.run.seed) +
                                      ": run all ranges with another seed");
}

}  // namespace

std::uint64_t usable_memory() {
  return static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) *
         static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)) / 2;
}

std::uint64_t cells_in_memory(const ArrangementOptions& options,
                              const HyperplaneArrangement& arrangement) {
  const auto words = static_cast<std::uint64_t>(pattern_words(arrangement.samples()));
  const auto reals =
      options.witness ? static_cast<std::uint64_t>(arrangement.dimension()) : std::uint64_t{0};
  // Twice while a list grows or is put in order, and an index of each.
  return usable_memory() / (16 * (words + reals) + 8);
}

ListingLimit plan_listing(const ArrangementOptions& options,
                          const HyperplaneArrangement& arrangement, const RunControl& control) {
  ListingLimit limit = capacity(options, arrangement);
  const std::uint64_t asked = options.max_cells.value_or(std::numeric_limits<std::uint64_t>::max());
  const BigCount bound = cells_in_general_position(arrangement.hyperplanes(), arrangement.rank());
  if (asked <= limit.cells) return {asked, ""};
  const bool fits = bound.to_double() <= static_cast<double>(limit.cells);
  if (fits || options.constrained() || options.range) return limit;
  CountSettings settings;
  settings.seed = options.run.seed;
  settings.control = control;
  const CellCount count = count_cells(arrangement, settings);
  const double at_least = count.method == CountMethod::kUnsolved ? bound.to_double() : count.low;
  if (!(at_least > static_cast<double>(limit.cells))) return limit;
  const std::string most = std::to_string(limit.cells);
  throw Failure(ExitCode::kUsage,
                (options.problem.data.empty() ? options.problem.dataset : options.problem.data) +
                    ": X has " + in_words(count, bound) + ", but at most " + most + ' ' +
                    limit.reason +
                    "; or --count counts them, --sample N draws some, --max-cells N lists up to "
                    "that many, --range A:B lists a share");
}

Listing list_to_file(const ArrangementOptions& options, const Matrix& X,
                     const HyperplaneArrangement& arrangement, const CellConstraints& constraints,
                     const RunControl& control) {
  Listing listing;
  listing.limit = plan_listing(options, arrangement, control);
  EnumerationSettings settings;
  settings.engine = engine_of(options.engine);
  settings.threads = thread_count(options.run);
  settings.seed = options.run.seed;
  settings.max_cells = listing.limit.cells;
  settings.witnesses = options.witness;
  settings.constraints = constraints;
  settings.control = control;
  if (options.range) settings.range = *options.range;
  const auto what_rows_are = [&] {
    if (!listing.info.complete()) return CellRows::kSome;
    const bool whole = constraints.empty() && !options.half;
    return whole ? CellRows::kAllOfSamples : CellRows::kAllAskedFor;
  };
  const bool antipodal = constraints.empty() && arrangement.hyperplanes() > 0;
  if (!options.out.empty() && !options.unsorted) {
    auto [list, info] = list_cells(arrangement, settings);
    listing.info = info;
    require_lucky(options, info);
    confirm(arrangement, settings, listing.info);
    Delivery delivery(options, X, arrangement, control, antipodal);
    delivery.take(list);
    listing.rows = delivery.finish(what_rows_are());
    return listing;
  }
  for (int attempt = 0; attempt < kMostSeeds; ++attempt, ++settings.seed) {
    Delivery delivery(options, X, arrangement, control, antipodal);
    listing.info = enumerate_cells(arrangement, settings,
                                   [&](const CellBlock& block) { return delivery.take(block); });
    require_lucky(options, listing.info);
    if (listing.info.status == EnumerationStatus::kUnluckyFlag) continue;
    confirm(arrangement, settings, listing.info);
    listing.rows = delivery.finish(what_rows_are());
    break;
  }
  return listing;
}

}  // namespace thalweg::commands
