#include "arrangement/cell_graph_builder.hpp"

#include <algorithm>
#include <exception>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>

#include "arrangement/pattern_order.hpp"
#include "thalweg/arrangement/count_cells.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

/// A flag is unlucky with probability about 2^-8.
constexpr std::uint64_t kMostSeeds = 32;

/// Cells and their antipodes are numbered with 32 bits, one value means none.
constexpr std::uint64_t kMostCells = 0xfffffffe;

PatternWord last_word_mask(Index signs) {
  return signs % 64 == 0 ? ~PatternWord{0} : (PatternWord{1} << (signs % 64)) - 1;
}

}  // namespace

/// The pairs of cells along one hyperplane.
class CellGraphBuilder::WallJoin {
 public:
  WallJoin(const CellGraph& graph, const PatternTable& table, PatternWord last_mask)
      : table_(table),
        words_(graph.words_),
        restricted_words_(
            static_cast<std::size_t>(pattern_words(graph.arrangement().hyperplanes() - 1))),
        last_mask_(last_mask) {}

  /// Patterns over all hyperplanes but `wall`.
  void add(Index wall, const PatternWord* patterns, std::size_t count, std::vector<Pair>& pairs) {
    keys_.resize(2 * count * words_);
    found_.resize(2 * count);
    for (std::size_t i = 0; i < count; ++i) {
      PatternWord* near = keys_.data() + 2 * i * words_;
      insert_sign(patterns + i * restricted_words_, wall, near);
      make_pair_of_keys(wall, near, near + words_);
    }
    table_.find(keys_, found_);
    for (std::size_t i = 0; i < count; ++i) {
      const Pair pair{found_[2 * i], found_[2 * i + 1]};
      if (pair.a == PatternTable::kAbsent || pair.b == PatternTable::kAbsent) {
        throw std::logic_error("a wall between cells that were not listed");
      }
      pairs.push_back(pair);
    }
  }

 private:
  /// Bit `wall` becomes 0, those behind it move up; as one of an antipodal pair the pattern may be
  /// read as plus or as minus signs.
  void insert_sign(const PatternWord* in, Index wall, PatternWord* out) const {
    const auto at = static_cast<std::size_t>(wall / 64);
    const PatternWord below = (PatternWord{1} << (wall % 64)) - 1;
    for (std::size_t w = 0; w < words_; ++w) {
      const PatternWord word = w < restricted_words_ ? in[w] : 0;
      const PatternWord carry = w == 0 ? 0 : in[w - 1] >> 63;
      out[w] = w < at ? word : word << 1 | carry;
    }
    const PatternWord word = at < restricted_words_ ? in[at] : 0;
    out[at] = (word & below) | (word & ~below) << 1;
    out[words_ - 1] &= last_mask_;
  }

  /// Stored cells of the two sides: the side `near` with sign minus on the wall comes in.
  void make_pair_of_keys(Index wall, PatternWord* near, PatternWord* far) const {
    if (wall == 0) {
      // The other side is plus on hyperplane 0; its opposite is stored.
      for (std::size_t w = 0; w < words_; ++w) far[w] = ~near[w];
      far[0] &= ~PatternWord{1};
      far[words_ - 1] &= last_mask_;
      return;
    }
    const PatternWord flip = PatternWord{0} - (near[0] & 1);
    const PatternWord bit = PatternWord{1} << (wall % 64);
    for (std::size_t w = 0; w < words_; ++w) near[w] ^= flip;
    near[words_ - 1] &= last_mask_;
    std::copy_n(near, words_, far);
    far[static_cast<std::size_t>(wall / 64)] ^= bit;
  }

  const PatternTable& table_;
  std::size_t words_;
  std::size_t restricted_words_;
  PatternWord last_mask_;
  std::vector<PatternWord> keys_;
  std::vector<std::uint32_t> found_;
};

CellGraphBuilder::CellGraphBuilder(const HyperplaneArrangement& arrangement,
                                   const CellGraphSettings& settings)
    : arrangement_(arrangement),
      settings_(settings),
      dependence_(arrangement.normals()),
      graph_(arrangement),
      last_mask_(last_word_mask(arrangement.hyperplanes())),
      pairs_(static_cast<std::size_t>(arrangement.hyperplanes())) {
  graph_.words_ = static_cast<std::size_t>(pattern_words(arrangement.hyperplanes()));
}

CellGraph CellGraphBuilder::single_cell(const HyperplaneArrangement& arrangement) {
  CellGraph graph(arrangement);
  graph.cells_ = 1;
  graph.offsets_ = {0, 0};
  return graph;
}

CellGraphResult CellGraphBuilder::run() {
  CellGraphResult result;
  result.status = list_cells();
  if (result.status != EnumerationStatus::kComplete) return result;
  result.status = connect();
  if (result.status != EnumerationStatus::kComplete) return result;
  fill();
  result.graph = std::move(graph_);
  return result;
}

EnumerationStatus CellGraphBuilder::enumerate(Index wall, int threads, const HyperplaneSink& sink,
                                              const std::function<void()>& restart) const {
  PencilRun run;
  run.threads = threads;
  run.control = settings_.control;
  for (std::uint64_t attempt = 0; attempt < kMostSeeds; ++attempt) {
    restart();
    try {
      const FlagCoordinates flag(arrangement_, dependence_, settings_.seed + attempt, wall);
      const EnumerationStatus status = enumerate_pencils(flag, run, sink).status;
      if (status != EnumerationStatus::kUnluckyFlag) return status;
    } catch (const UnluckyFlag&) {
      continue;
    }
  }
  return EnumerationStatus::kUnluckyFlag;
}

EnumerationStatus CellGraphBuilder::list_cells() {
  std::vector<PatternWord>& patterns = graph_.patterns_;
  const std::size_t words = graph_.words_;
  const std::uint64_t most = std::min(settings_.max_cells, kMostCells) / 2;
  const std::uint64_t bound =
      cells_in_general_position(arrangement_.hyperplanes(), arrangement_.rank())
          .to_uint64()
          .value_or(kMostCells);
  patterns.reserve(std::min(most, bound / 2) * words);
  bool limited = false;
  const EnumerationStatus status = enumerate(
      FlagCoordinates::kNone, settings_.threads,
      [&](PatternWord* block, Index count) {
        const auto size = static_cast<std::size_t>(count);
        limited = patterns.size() / words + size > most;
        if (limited) return false;
        for (std::size_t i = 0; i < size; ++i) {
          PatternWord* pattern = block + i * words;
          const PatternWord flip = PatternWord{0} - (pattern[0] & 1);
          for (std::size_t w = 0; w < words; ++w) pattern[w] ^= flip;
          pattern[words - 1] &= last_mask_;
        }
        patterns.insert(patterns.end(), block, block + size * words);
        return true;
      },
      [&] { patterns.clear(); });
  if (limited) return EnumerationStatus::kCellLimit;
  sort_lexicographically(patterns, static_cast<Index>(words));
  graph_.cells_ = 2 * (patterns.size() / words);
  return status;
}

EnumerationStatus CellGraphBuilder::connect() {
  if (arrangement_.rank() == 1) {
    pairs_[0] = {{0, 0}};
    return EnumerationStatus::kComplete;
  }
  const PatternTable table(graph_.patterns_, static_cast<Index>(graph_.words_));
  const auto walls = static_cast<std::size_t>(arrangement_.hyperplanes());
  std::atomic<std::size_t> next{0};
  std::atomic<EnumerationStatus> failed{EnumerationStatus::kComplete};
  std::mutex reporting;
  std::size_t done = 0;
  on_threads([&](int) {
    WallJoin join(graph_, table, last_mask_);
    for (std::size_t j = next++; j < walls && failed == EnumerationStatus::kComplete; j = next++) {
      std::vector<Pair>& pairs = pairs_[j];
      const auto wall = static_cast<Index>(j);
      const EnumerationStatus status = enumerate(
          wall, 1,
          [&](const PatternWord* block, Index count) {
            join.add(wall, block, static_cast<std::size_t>(count), pairs);
            return true;
          },
          [&] { pairs.clear(); });
      if (status != EnumerationStatus::kComplete) failed = status;
      const std::lock_guard lock(reporting);
      report(++done);
    }
  });
  return failed;
}

void CellGraphBuilder::report(std::size_t walls_done) {
  if (settings_.control.progress == nullptr) return;
  const double fraction =
      static_cast<double>(walls_done) / static_cast<double>(arrangement_.hyperplanes());
  settings_.control.progress->report("cell graph", fraction,
                                     std::to_string(walls_done) + " hyperplanes");
}

void CellGraphBuilder::on_threads(const std::function<void(int)>& work) const {
  std::mutex mutex;
  std::exception_ptr failure;
  const auto guarded = [&](int t) {
    try {
      work(t);
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (!failure) failure = std::current_exception();
    }
  };
  std::vector<std::thread> helpers;
  for (int t = 1; t < settings_.threads; ++t) helpers.emplace_back(guarded, t);
  guarded(0);
  for (std::thread& helper : helpers) helper.join();
  if (failure) std::rethrow_exception(failure);
}

void CellGraphBuilder::split_cells(
    const std::function<void(std::size_t, std::size_t)>& work) const {
  const std::size_t cells = graph_.patterns_.size() / graph_.words_;
  const auto threads = static_cast<std::size_t>(settings_.threads);
  on_threads([&](int t) {
    const auto part = static_cast<std::size_t>(t);
    work(cells * part / threads, cells * (part + 1) / threads);
  });
}

/// Threads own ranges of cells and read all pairs, in the order of the hyperplanes: a cell has at
/// most one wall on each, so the lists come out sorted, whatever the order within a hyperplane.
void CellGraphBuilder::fill() {
  std::vector<std::uint64_t>& offsets = graph_.offsets_;
  offsets.assign(graph_.patterns_.size() / graph_.words_ + 1, 0);
  split_cells([&](std::size_t begin, std::size_t end) { count_degrees(begin, end); });
  std::uint64_t total = 0;
  for (std::uint64_t& offset : offsets) total += std::exchange(offset, total);
  graph_.arcs_.resize(total);
  split_cells([&](std::size_t begin, std::size_t end) { place_arcs(begin, end); });
  // Every offset has moved to the start of the next cell.
  std::move_backward(offsets.begin(), offsets.end() - 1, offsets.end());
  offsets.front() = 0;
}

void CellGraphBuilder::count_degrees(std::size_t begin, std::size_t end) {
  for (const std::vector<Pair>& pairs : pairs_) {
    for (const auto [a, b] : pairs) {
      if (a >= begin && a < end) ++graph_.offsets_[a];
      // In rank 1 the only wall is its own opposite.
      if (b >= begin && b < end && a != b) ++graph_.offsets_[b];
    }
  }
}

void CellGraphBuilder::place_arcs(std::size_t begin, std::size_t end) {
  const auto last = static_cast<std::uint32_t>(graph_.cells_ - 1);
  for (std::size_t j = 0; j < pairs_.size(); ++j) {
    const auto hyperplane = static_cast<std::uint32_t>(j);
    const auto behind = [&](std::uint32_t cell) { return j == 0 ? last - cell : cell; };
    for (const auto [a, b] : pairs_[j]) {
      if (a >= begin && a < end) {
        graph_.arcs_[graph_.offsets_[a]++] = {behind(b), hyperplane};
      }
      if (b >= begin && b < end && a != b) {
        graph_.arcs_[graph_.offsets_[b]++] = {behind(a), hyperplane};
      }
    }
  }
}

CellGraphResult build_cell_graph(const HyperplaneArrangement& arrangement,
                                 const CellGraphSettings& settings) {
  if (settings.threads < 1) {
    throw InvalidArgument("threads must be at least 1, but it is " +
                          std::to_string(settings.threads));
  }
  if (arrangement.hyperplanes() == 0) {
    CellGraphResult result;
    if (settings.max_cells == 0) {
      result.status = EnumerationStatus::kCellLimit;
      return result;
    }
    result.status = EnumerationStatus::kComplete;
    result.graph = CellGraphBuilder::single_cell(arrangement);
    return result;
  }
  return CellGraphBuilder(arrangement, settings).run();
}

}  // namespace thalweg
