#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "arrangement/pattern_table.hpp"
#include "arrangement/pencil_engine.hpp"
#include "thalweg/arrangement/cell_graph.hpp"
#include "thalweg/exact/row_dependence.hpp"

namespace thalweg {

/// Builds one cell graph: the lower half of the cells (first hyperplane minus), sorted; for every
/// hyperplane the pairs of cells on its two sides, one of each antipodal pair of pairs; then the
/// adjacency lists.
class CellGraphBuilder {
 public:
  /// The arrangement has rank at least 1.
  CellGraphBuilder(const HyperplaneArrangement& arrangement, const CellGraphSettings& settings);

  [[nodiscard]] CellGraphResult run();
  /// No hyperplanes: one cell.
  [[nodiscard]] static CellGraph single_cell(const HyperplaneArrangement& arrangement);

 private:
  /// Stored cells a, b. On hyperplane 0 the neighbours are a and the cell opposite to b, else a and
  /// b themselves.
  struct Pair {
    std::uint32_t a;
    std::uint32_t b;
  };
  class WallJoin;

  [[nodiscard]] EnumerationStatus list_cells();
  [[nodiscard]] EnumerationStatus connect();
  void fill();
  void count_degrees(std::size_t begin, std::size_t end);
  void place_arcs(std::size_t begin, std::size_t end);
  /// Enumerates with seeds until one is lucky; `restart` makes room for another try.
  [[nodiscard]] EnumerationStatus enumerate(Index wall, int threads, const HyperplaneSink& sink,
                                            const std::function<void()>& restart) const;
  /// Runs work(t) for t < threads, each on a thread.
  void on_threads(const std::function<void(int)>& work) const;
  void split_cells(const std::function<void(std::size_t, std::size_t)>& work) const;
  void report(std::size_t walls_done);

  const HyperplaneArrangement& arrangement_;
  const CellGraphSettings& settings_;
  RowDependence dependence_;
  CellGraph graph_;
  PatternWord last_mask_;                 ///< of the last word of a pattern
  std::vector<std::vector<Pair>> pairs_;  ///< of every hyperplane
};

}  // namespace thalweg
