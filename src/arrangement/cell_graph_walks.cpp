#include <algorithm>
#include <string>

#include "thalweg/arrangement/cell_graph.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

void require_cell(const CellGraph& graph, std::size_t v) {
  if (v < graph.cells()) return;
  throw InvalidArgument("cell " + std::to_string(v) + " of a graph with " +
                        std::to_string(graph.cells()) + " cells");
}

}  // namespace

std::vector<std::size_t> shortest_pattern_path(const CellGraph& graph, std::size_t from,
                                               std::size_t to) {
  require_cell(graph, from);
  require_cell(graph, to);
  std::vector<std::size_t> path = {from};
  while (path.back() != to) {
    const auto [first, last] = graph.out_edges(path.back());
    const auto wall = std::find_if(first, last, [&](const CellEdge& edge) {
      return graph.sign(edge.source, edge.hyperplane) != graph.sign(to, edge.hyperplane);
    });
    path.push_back((*wall).target);
  }
  return path;
}

CellComponents connected_cells(const CellGraph& graph, const CellFilter& filter) {
  std::vector<char> open(static_cast<std::size_t>(graph.arrangement().hyperplanes()), 1);
  for (std::size_t h = 0; h < open.size() && filter.hyperplane; ++h) {
    open[h] = filter.hyperplane(static_cast<Index>(h)) ? 1 : 0;
  }
  constexpr Index kWaiting = -2;
  CellComponents result;
  result.component.assign(graph.cells(), kWaiting);
  for (std::size_t v = 0; v < graph.cells() && filter.cell; ++v) {
    if (!filter.cell(v)) result.component[v] = CellComponents::kNone;
  }
  std::vector<std::size_t> reached;
  for (std::size_t seed = 0; seed < graph.cells(); ++seed) {
    if (result.component[seed] != kWaiting) continue;
    const Index number = result.count++;
    result.component[seed] = number;
    reached = {seed};
    while (!reached.empty()) {
      const auto [first, last] = graph.out_edges(reached.back());
      reached.pop_back();
      for (auto edge = first; edge != last; ++edge) {
        const auto [from, behind, hyperplane] = *edge;
        if (open[static_cast<std::size_t>(hyperplane)] == 0) continue;
        if (result.component[behind] != kWaiting) continue;
        result.component[behind] = number;
        reached.push_back(behind);
      }
    }
  }
  return result;
}

CellDegrees degree_statistics(const CellGraph& graph) {
  CellDegrees result;
  for (std::size_t v = 0; v < graph.cells(); ++v) {
    const std::size_t degree = graph.degree(v);
    if (degree >= result.histogram.size()) result.histogram.resize(degree + 1, 0);
    ++result.histogram[degree];
  }
  result.largest = result.histogram.size() - 1;
  while (result.histogram[result.smallest] == 0) ++result.smallest;
  result.mean = 2 * static_cast<double>(graph.edges()) / static_cast<double>(graph.cells());
  return result;
}

}  // namespace thalweg
