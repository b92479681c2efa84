// The graph of the cells, samples, counts, other programs and threads.
#include <array>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <utility>

#include "arrangement_tables.hpp"
#include "polymake_cells.hpp"
#include "repeat.hpp"
#include "thalweg/arrangement/cell_graph.hpp"
#include "thalweg/arrangement/count_cells.hpp"
#include "thalweg/arrangement/sample_cells.hpp"

namespace thalweg::bench {
namespace {

constexpr double kPolymakeSeconds = 120;

/// A table whose header waits for its first row.
class Table {
 public:
  Table(std::string title, std::vector<std::string> columns)
      : title_(std::move(title)), columns_(std::move(columns)) {}
  void row(const std::vector<std::string>& cells) {
    if (!std::exchange(begun_, true)) {
      std::printf("\n%s:\n\n", title_.c_str());
      print_header(columns_);
    }
    print_row(cells);
  }

 private:
  std::string title_;
  std::vector<std::string> columns_;
  bool begun_ = false;
};

struct GraphRow {
  CellInstance instance;
  const char* asked;
  const char* recorded;
};

void measure_graph(Table& table, const std::string& name, const GraphRow& row) {
  const HyperplaneArrangement arrangement(row.instance.X);
  const CellGraphResult result = build_cell_graph(arrangement);
  require(result.graph.has_value(), name + ": no graph");
  require(!row.instance.cells || result.graph->cells() == *row.instance.cells,
          name + ": wrong number of cells");
  const double seconds =
      seconds_of_each({[&] { require(build_cell_graph(arrangement).graph.has_value(), name); }})[0];
  const auto edges = static_cast<double>(result.graph->edges());
  table.row({name, std::to_string(result.graph->cells()), std::to_string(result.graph->edges()),
             shown(2 * edges / static_cast<double>(result.graph->cells())), row.asked, row.recorded,
             shown(edges / seconds), shown(seconds)});
}

using Sampler = CellSample (*)(const HyperplaneArrangement&, const SampleSettings&);

double sample_seconds(const HyperplaneArrangement& arrangement, Sampler sampler,
                      std::uint64_t count) {
  SampleSettings settings;
  settings.count = count;
  double drawn = 0;
  const double seconds = seconds_of_each({[&] {
    const CellSample sample = sampler(arrangement, settings);
    require(sample.status == SampleStatus::kComplete, "a sample is not complete");
    drawn = static_cast<double>(sample.drawn);
  }})[0];
  return seconds / drawn;
}

const char* name_of(CountMethod method) {
  switch (method) {
    case CountMethod::kGeneralPosition:
      return "general position, proved";
    case CountMethod::kCharacteristicPolynomial:
      return "characteristic polynomial";
    case CountMethod::kEstimate:
      return "estimate";
    case CountMethod::kUnsolved:
      break;
  }
  return "none";
}

void measure_count(Table& table, const std::string& name, const CellInstance& instance,
                   const CountSettings& settings) {
  const HyperplaneArrangement arrangement(instance.X);
  const CellCount count = count_cells(arrangement, settings);
  const auto known = static_cast<double>(*instance.cells);
  if (count.exact) {
    require(count.exact->to_uint64() == instance.cells, name + ": wrong count");
  } else {
    // Ten half-widths: not chance.
    require(std::fabs(count.value - known) <= 10 * (count.high - count.low) + 1e-9 * known,
            name + ": the estimate is far off");
  }
  const double seconds = seconds_of_each({[&] { (void)count_cells(arrangement, settings); }})[0];
  table.row({name, std::to_string(*instance.cells), name_of(count.method),
             count.exact ? "0" : shown(std::fabs(count.value - known) / known),
             count.exact ? "0" : shown((count.high - count.low) / 2 / known), shown(seconds)});
}

/// Largest resident memory of this program alone, in MiB; its parent's does not count.
double own_peak_memory() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stod(line.substr(6)) / 1024;
  }
  return std::nan("");
}

struct Streamed {
  double cells = 0;
  double wall = 0;
  double processor = 0;
  double memory = 0;  ///< MiB
};

Streamed run_alone(const char* program, Index samples, Index dimension, int threads) {
  const std::string command = std::string("'") + program + "' --stream " + std::to_string(samples) +
                              " " + std::to_string(dimension) + " " + std::to_string(threads);
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> output(popen(command.c_str(), "r"), pclose);
  Streamed run;
  require(output != nullptr && std::fscanf(output.get(), "%lf %lf %lf %lf", &run.cells, &run.wall,
                                           &run.processor, &run.memory) == 4,
          "the program does not run by itself");
  return run;
}

}  // namespace

void print_polymake(const Choice& choice) {
  constexpr std::array<std::pair<Index, Index>, 4> kSizes{{{8, 3}, {12, 3}, {20, 3}, {15, 4}}};
  std::vector<CellInstance> instances;
  std::vector<Matrix> matrices;
  for (const auto& [n, d] : kSizes) {
    if (!choice.wants("polymake " + size_name(n, d))) continue;
    instances.push_back(rounded_gaussian(n, d));
    matrices.push_back(instances.back().X);
  }
  if (instances.empty()) return;
  Table table("polymake, fan::HyperplaneArrangement, CHAMBER_DECOMPOSITION (one run)",
              {"instance", "cells", "polymake", "pencils", "ratio"});
  const auto counts = polymake_cells(matrices, kPolymakeSeconds);
  for (std::size_t i = 0; i < instances.size(); ++i) {
    const CellInstance& instance = instances[i];
    const HyperplaneArrangement arrangement(instance.X);
    const EnumerationSettings settings = lucky(arrangement, {});
    require_count(instance, stream(arrangement, settings).info);
    const double seconds = seconds_of_each({[&] { (void)stream(arrangement, settings); }})[0];
    const auto cells = static_cast<double>(*instance.cells);
    std::string theirs = counts ? "more than the time" : "not installed";
    std::string ratio;
    if (counts && i < counts->size()) {
      require((*counts)[i].cells == *instance.cells, "polymake counts differently");
      theirs = shown(cells / (*counts)[i].seconds);
      ratio = shown((*counts)[i].seconds / seconds);
    }
    table.row({"polymake " + instance.name, std::to_string(*instance.cells), theirs,
               shown(cells / seconds), ratio});
  }
}

void print_graphs(const Choice& choice) {
  Table table(
      "The graph of cells and walls, one thread",
      {"instance", "cells", "walls", "mean degree", "asked for", "recorded", "walls/s", "s"});
  const std::array<GraphRow, 4> rows{{{gaussian(50, 4), "", "8.8M"},
                                      {gaussian(40, 5), "10M", "10M"},
                                      {gaussian(200, 3), "", "1.1M"},
                                      {resonance(5), "", "190k"}}};
  for (const GraphRow& row : rows) {
    const std::string name = "graph " + row.instance.name;
    if (choice.wants(name)) measure_graph(table, name, row);
  }
}

void print_samples(const Choice& choice) {
  struct Row {
    Index samples;
    Index dimension;
    std::uint64_t count;
    const char* uniform;
    const char* gaussian;
  };
  constexpr std::array<Row, 4> kRows{{{20, 4, 100'000, "1.6M", "6.3M"},
                                      {40, 5, 100'000, "680k", "1.8M"},
                                      {200, 10, 20'000, "260k", "480k"},
                                      {2000, 20, 2'000, "50k", "78k"}}};
  Table table("Random cells a second, one thread",
              {"instance", "recorded uniform", "uniform", "recorded Gaussian", "Gaussian",
               "data-local", "pencils"});
  for (const Row& row : kRows) {
    const std::string name = "sample " + size_name(row.samples, row.dimension);
    if (!choice.wants(name)) continue;
    const HyperplaneArrangement arrangement(gaussian(row.samples, row.dimension).X);
    const auto rate = [&](Sampler sampler) {
      return shown(1 / sample_seconds(arrangement, sampler, row.count));
    };
    const Sampler local = [](const HyperplaneArrangement& a, const SampleSettings& settings) {
      return sample_local_cells(a, settings);
    };
    table.row({name, row.uniform, rate(sample_cells), row.gaussian, rate(sample_gaussian_cells),
               rate(local), rate(sample_pencils)});
  }
}

void print_counts(const Choice& choice) {
  Table table("Counting without listing, one thread",
              {"instance", "cells", "how", "relative error", "half-width of 95 %", "s"});
  std::vector<CellInstance> exact = {gaussian(50, 4), gaussian(64, 5)};
  for (CellInstance& instance : degenerate_instances()) {
    if (instance.cells) exact.push_back(std::move(instance));
  }
  for (const CellInstance& instance : exact) {
    const std::string name = "count " + instance.name;
    if (choice.wants(name)) measure_count(table, name, instance, {});
  }
  CountSettings estimate;
  estimate.max_work = 0;
  for (const CellInstance& instance : {gaussian(100, 6), resonance(5), resonance(6)}) {
    const std::string name = "count, estimated " + instance.name;
    if (choice.wants(name)) measure_count(table, name, instance, estimate);
  }
}

void stream_alone(Index samples, Index dimension, int threads) {
  constexpr int kRounds = 5;
  const CellInstance instance = gaussian(samples, dimension);
  const HyperplaneArrangement arrangement(instance.X);
  EnumerationSettings settings;
  settings.threads = threads;
  settings = lucky(arrangement, settings);
  std::vector<double> wall;
  std::vector<double> processor;
  for (int round = 0; round < kRounds; ++round) {
    const Stopwatch watch;
    const double start = processor_seconds();
    require_count(instance, stream(arrangement, settings).info);
    wall.push_back(watch.seconds());
    processor.push_back(processor_seconds() - start);
  }
  std::printf("%.17g %.6f %.6f %.3f\n", static_cast<double>(*instance.cells), median(wall),
              median(processor), own_peak_memory());
}

void print_threads(const Choice& choice, const char* program) {
  constexpr std::array<std::pair<Index, Index>, 2> kSizes{{{64, 6}, {100, 6}}};
  constexpr double kMemory = 100;
  Table table("Streamed by one and two threads, each in a process of its own",
              {"instance", "cells", "threads", "wall-clock, s", "processor, s",
               "cells a wall-clock second", "speed-up", "peak memory, MiB"});
  for (const auto& [n, d] : kSizes) {
    const std::string name = "stream " + size_name(n, d);
    if (!choice.wants(name)) continue;
    double alone = 0;
    for (const int threads : {1, 2}) {
      const Streamed run = run_alone(program, n, d, threads);
      require(run.memory < kMemory, name + " takes more than 100 MiB");
      if (threads == 1) alone = run.wall;
      table.row({name, std::to_string(static_cast<std::uint64_t>(run.cells)),
                 std::to_string(threads), shown(run.wall), shown(run.processor),
                 shown(run.cells / run.wall), shown(alone / run.wall), shown(run.memory)});
    }
  }
}

}  // namespace thalweg::bench
