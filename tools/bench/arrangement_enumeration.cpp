#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>
#include <string>
#include <utility>

#include "arrangement_tables.hpp"
#include "lp_tree.hpp"
#include "repeat.hpp"
#include "thalweg/arrangement/count_cells.hpp"

namespace thalweg::bench {
namespace {

constexpr double kTreeSeconds = 0.5;  ///< that a tree of linear programs may take

struct GenericSize {
  Index samples;
  Index dimension;
  double floor;     ///< asked for, cells a second; 0: nothing asked
  double recorded;  ///< of the prototype: stored up to (1000,3), generated only from (128,5) on
};

constexpr std::array<GenericSize, 17> kSizes{{
    {20, 4, 0, 6.9e7},
    {30, 4, 1e8, 9.8e7},
    {50, 4, 1e8, 9.7e7},
    {100, 3, 0, 8.5e7},
    {20, 6, 0, 5.8e7},
    {15, 8, 5e7, 4.0e7},
    {40, 5, 1e8, 8.6e7},
    {200, 3, 5e7, 6.0e7},
    {1000, 3, 0, 1.8e7},
    {100, 4, 0, 7.7e7},
    {64, 5, 0, 8.0e7},
    {128, 5, 0, 7.1e7},
    {64, 6, 5e7, 7.9e7},
    {40, 7, 0, 5.7e7},
    {30, 8, 0, 5.8e7},
    {20, 10, 0, 3.4e7},
    {25, 12, 2.5e7, 2.6e7},
}};

/// Everything measured on one instance in general position.
struct GenericRow {
  CellInstance instance;
  double floor = 0;
  double recorded = 0;
  double construction = 0;  ///< seconds from here on; NaN: the processor cannot
  double streamed = 0;
  double stored = 0;
  double listed = 0;
  double avx2 = 0;
  double portable = 0;
  std::uint64_t exact_signs = 0;
  LpTreeCount simplex;
  std::optional<LpTreeCount> glpk;
};

/// Into memory that is taken anew each time, as much as the closed form says.
std::uint64_t store(const HyperplaneArrangement& arrangement, const EnumerationSettings& settings,
                    std::uint64_t cells) {
  std::vector<PatternWord> patterns;
  const auto words = static_cast<std::size_t>(pattern_words(arrangement.samples()));
  patterns.reserve(static_cast<std::size_t>(cells / 2) * words);
  const EnumerationInfo info = enumerate_cells(arrangement, settings, [&](const CellBlock& block) {
    patterns.insert(patterns.end(), block.patterns, block.patterns + block.count * block.words);
    return true;
  });
  return info.cells();
}

void measure_pencils(GenericRow& row) {
  const Matrix& X = row.instance.X;
  const HyperplaneArrangement arrangement(X);
  const EnumerationSettings settings = lucky(arrangement, {});
  const StreamedCells best = stream(arrangement, settings);
  require_count(row.instance, best.info);
  row.exact_signs = best.info.exact_signs;
  const auto with = [&](InstructionSet set) {
    return [&, set] {
      EnumerationSettings chosen = settings;
      chosen.instructions = set;
      const StreamedCells cells = stream(arrangement, chosen);
      require(cells.info.cells() == best.info.cells() && cells.checksum == best.checksum,
              row.instance.name + ": instruction sets disagree");
    };
  };
  std::vector<std::function<void()>> functions = {
      [&] { require(HyperplaneArrangement(X).hyperplanes() > 0, "no hyperplanes"); },
      [&] { require(stream(arrangement, settings).checksum == best.checksum, "checksum"); },
      [&] { require(store(arrangement, settings, best.info.cells()) > 0, "nothing stored"); },
      [&] { require(list_cells(arrangement, settings).first.size() > 0, "nothing listed"); },
      with(InstructionSet::kPortable),
  };
  if (available(InstructionSet::kAvx2)) functions.push_back(with(InstructionSet::kAvx2));
  const std::vector<double> seconds = seconds_of_each(functions);
  row.construction = seconds[0];
  row.streamed = seconds[1];
  row.stored = seconds[2];
  row.listed = seconds[3];
  row.portable = seconds[4];
  row.avx2 = seconds.size() > 5 ? seconds[5] : std::numeric_limits<double>::quiet_NaN();
}

/// The median of five by rate.
template <class Make>
LpTreeCount measure_tree(const CellInstance& instance, Make&& make) {
  std::array<LpTreeCount, 5> counts;
  for (LpTreeCount& count : counts) {
    count = lp_tree_cells(instance.X, *make(instance.X), kTreeSeconds);
    require(!count.finished || !instance.cells || count.cells == *instance.cells,
            instance.name + ": a tree of linear programs found " + std::to_string(count.cells));
  }
  std::sort(counts.begin(), counts.end(),
            [](const auto& a, const auto& b) { return a.rate() < b.rate(); });
  return counts[2];
}

std::string tree_rate(const LpTreeCount& count) {
  return shown(count.rate()) + (count.finished ? "" : " *");
}

std::string rate_or_dash(double rate) { return rate > 0 ? shown(rate) : ""; }

std::string percent(double share) { return shown(100 * share) + " %"; }

void print_rates(const std::vector<GenericRow>& rows) {
  std::puts("\nCells a second, general position, one thread:\n");
  print_header({"(n,d)", "cells", "asked for", "recorded", "streamed", "in memory", "sorted list",
                "AVX2", "portable", "LP tree", "GLPK tree", "streamed / best tree"});
  for (const GenericRow& row : rows) {
    const auto cells = static_cast<double>(*row.instance.cells);
    const double tree = std::max(row.simplex.rate(), row.glpk ? row.glpk->rate() : 0);
    print_row({row.instance.name, std::to_string(*row.instance.cells), rate_or_dash(row.floor),
               rate_or_dash(row.recorded), shown(cells / row.streamed), shown(cells / row.stored),
               shown(cells / row.listed), shown(cells / row.avx2), shown(cells / row.portable),
               tree_rate(row.simplex), row.glpk ? tree_rate(*row.glpk) : "not installed",
               shown(cells / row.streamed / tree)});
  }
}

void print_work(const std::vector<GenericRow>& rows, const ReferenceRates& reference) {
  std::puts("\nThe same runs beside the reference kernel:\n");
  print_header({"(n,d)", "multiply-adds, of the reference", "bytes written, of the reference",
                "streamed, s", "HyperplaneArrangement, s", "exact signs",
                "exact signs a million cells", "LPs a cell"});
  for (const GenericRow& row : rows) {
    const auto cells = static_cast<double>(*row.instance.cells);
    const double hyperplanes = static_cast<double>(row.instance.X.rows());
    const double words = static_cast<double>(pattern_words(row.instance.X.rows()));
    print_row({row.instance.name,
               percent(cells / 2 * hyperplanes / reference.multiply_adds / row.streamed),
               percent(cells / 2 * 8 * words / reference.small_bytes / row.streamed),
               shown(row.streamed), shown(row.construction), std::to_string(row.exact_signs),
               shown(1e6 * static_cast<double>(row.exact_signs) / cells),
               shown(static_cast<double>(row.simplex.programs) /
                     static_cast<double>(row.simplex.cells))});
  }
}

struct Recorded {
  const char* name;
  double floor;
  double pencils;
  double tree;
};

constexpr std::array<Recorded, 12> kRecorded{{
    {"resonance-5", 1e6, 1.1e5, 5.8e5},
    {"resonance-6", 0, 2.7e4, 1.6e5},
    {"threshold-4", 0, 1.6e5, 1.6e6},
    {"threshold-5", 1e6, 4.7e4, 5.3e5},
    {"braid-6", 0, 8.2e4, 0},
    {"grid 10x10 with bias", 1e7, 4.4e6, 1.4e5},
    {"grid 4x4x4 with bias", 0, 6.2e5, 2.7e5},
    {"{-2..2}^4, n=40", 0, 6.4e5, 0},
    {"{-1,0,1}^5, n=40", 0, 1.1e5, 0},
    {"duplicated rows (200,4)", 0, 7.4e7, 0},
    {"rank deficient (50,6)->5", 0, 7.9e7, 0},
    {"bias column (50,4)", 0, 9.4e7, 0},
}};

void measure_degenerate(CellInstance instance) {
  const HyperplaneArrangement arrangement(instance.X);
  const auto settings_of = [&](Engine engine) {
    EnumerationSettings settings;
    settings.engine = engine;
    return lucky(arrangement, settings);
  };
  const EnumerationSettings pencils = settings_of(Engine::kVertexPencil);
  const EnumerationSettings tree = settings_of(Engine::kSignTree);
  const EnumerationSettings automatic = settings_of(Engine::kAutomatic);
  if (!instance.cells) {
    // A third count, by deletion and restriction.
    const CellCount count = count_cells(arrangement);
    if (count.exact) instance.cells = count.exact->to_uint64();
  }
  const StreamedCells by_pencils = stream(arrangement, pencils);
  const StreamedCells by_tree = stream(arrangement, tree);
  const EnumerationInfo chosen = stream(arrangement, automatic).info;
  for (const EnumerationInfo& info : {by_pencils.info, by_tree.info, chosen}) {
    require_count(instance, info);
  }
  require(
      by_pencils.info.cells() == by_tree.info.cells() && by_pencils.checksum == by_tree.checksum,
      instance.name + ": the engines disagree");
  const std::vector<double> seconds = seconds_of_each({
      [&] { (void)stream(arrangement, pencils); },
      [&] { (void)stream(arrangement, tree); },
      [&] { (void)stream(arrangement, automatic); },
  });
  const auto* const recorded = std::find_if(kRecorded.begin(), kRecorded.end(),
                                            [&](const auto& r) { return instance.name == r.name; });
  const bool known = recorded != kRecorded.end();
  const auto cells = static_cast<double>(chosen.cells());
  print_row(
      {instance.name, size_name(arrangement.hyperplanes(), arrangement.rank()),
       std::to_string(chosen.cells()), std::to_string(by_pencils.info.degenerate_vertices),
       std::to_string(by_pencils.info.exact_signs), known ? rate_or_dash(recorded->floor) : "",
       known ? rate_or_dash(recorded->pencils) : "", known ? rate_or_dash(recorded->tree) : "",
       shown(cells / seconds[0]), shown(cells / seconds[1]), shown(cells / seconds[2]),
       chosen.engine == Engine::kSignTree ? "sign tree" : "pencils"});
}

}  // namespace

void print_general_position(const Choice& choice, const ReferenceRates& reference) {
  std::vector<GenericRow> rows;
  for (const GenericSize& size : kSizes) {
    if (!choice.wants(size_name(size.samples, size.dimension))) continue;
    GenericRow row;
    row.instance = gaussian(size.samples, size.dimension);
    row.floor = size.floor;
    row.recorded = size.recorded;
    measure_pencils(row);
    row.simplex = measure_tree(row.instance, small_simplex);
    if (glpk_simplex(row.instance.X)) row.glpk = measure_tree(row.instance, glpk_simplex);
    rows.push_back(std::move(row));
  }
  if (rows.empty()) return;
  print_rates(rows);
  print_work(rows, reference);
}

void print_degenerate(const Choice& choice) {
  bool first = true;
  for (CellInstance& instance : degenerate_instances()) {
    if (!choice.wants(instance.name)) continue;
    if (std::exchange(first, false)) {
      std::puts("\nCells a second, degenerate and special data, one thread:\n");
      print_header({"instance", "(N,r)", "cells", "degenerate vertices", "exact signs", "asked for",
                    "recorded pencils", "recorded tree", "pencils", "sign tree", "automatic",
                    "which took"});
    }
    measure_degenerate(std::move(instance));
  }
}

}  // namespace thalweg::bench
