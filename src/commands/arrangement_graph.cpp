#include "commands/arrangement_graph.hpp"

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "commands/arrangement_listing.hpp"
#include "commands/exit_code.hpp"
#include "thalweg/arrangement/cell_graph.hpp"
#include "thalweg/core/file_replacement.hpp"
#include "thalweg/io/npz_stream.hpp"

namespace thalweg::commands {
namespace {

constexpr std::uint64_t kMostVertices = 4'294'967'294;  // of the graph's 32-bit cell numbers

/// `edges` (e x 2) and `wall` (e) in blocks, and the number of cells.
void write_npz_graph(const std::string& path, const CellGraph& graph) {
  constexpr std::size_t kBlock = std::size_t{1} << 16;
  io::NpzStream stream = require(io::NpzStream::create(path));
  const std::size_t edge_array = require(stream.add_array("edges", io::NpyType::kInt64, {2}));
  const std::size_t wall_array = require(stream.add_array("wall", io::NpyType::kInt64, {}));
  std::vector<std::int64_t> ends;
  std::vector<std::int64_t> walls;
  const auto flush = [&] {
    require(stream.append<std::int64_t>(edge_array, ends));
    require(stream.append<std::int64_t>(wall_array, walls));
    ends.clear();
    walls.clear();
  };
  const CellWallMap wall{&graph};
  for (auto [edge, last] = edges(graph); edge != last; ++edge) {
    ends.push_back(static_cast<std::int64_t>((*edge).source));
    ends.push_back(static_cast<std::int64_t>((*edge).target));
    walls.push_back(get(wall, *edge));
    if (walls.size() == kBlock) flush();
  }
  flush();
  stream.add_scalar("cells", static_cast<std::int64_t>(graph.cells()));
  stream.add_scalar("complete", true);
  require(stream.commit());
}

void write_graphml_file(const std::string& path, const CellGraph& graph) {
  FileReplacement file = require(FileReplacement::create(path));
  std::ofstream text(file.path());
  write_graphml(text, graph);
  text.close();
  if (!text) throw Failure(ExitCode::kFile, path + ": writing failed");
  require(file.commit());
}

}  // namespace

std::uint64_t connectable_cells(const HyperplaneArrangement& arrangement) {
  const auto words = static_cast<std::uint64_t>(pattern_words(arrangement.hyperplanes()));
  const auto rank = static_cast<std::uint64_t>(arrangement.rank());
  // A stored cell stands for two, has 8 bytes beside its pattern and fewer than 2 (r - 1) walls on
  // average; twice that while the graph is built.
  const std::uint64_t bytes_a_cell = 4 * words + 4 + 8 * rank;
  return std::min(kMostVertices, usable_memory() / (2 * bytes_a_cell));
}

std::optional<GraphFacts> connect_to_file(const ArrangementOptions& options,
                                          const HyperplaneArrangement& arrangement,
                                          const RunControl& control) {
  CellGraphSettings settings;
  settings.threads = thread_count(options.run);
  settings.seed = options.run.seed;
  settings.max_cells = connectable_cells(arrangement);
  settings.control = control;
  const CellGraphResult result = build_cell_graph(arrangement, settings);
  if (!result.graph) return std::nullopt;
  const CellGraph& graph = *result.graph;
  if (options.graph_out.ends_with(".npz")) {
    write_npz_graph(options.graph_out, graph);
  } else if (!options.graph_out.empty()) {
    write_graphml_file(options.graph_out, graph);
  }
  const CellDegrees degrees = degree_statistics(graph);
  return GraphFacts{graph.edges(), degrees.smallest, degrees.largest, degrees.mean};
}

}  // namespace thalweg::commands
