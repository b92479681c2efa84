#include <boost/graph/graphml.hpp>
#include <ostream>

#include "thalweg/arrangement/cell_graph.hpp"

namespace thalweg {

CellGraphArrays to_arrays(const CellGraph& graph) {
  CellGraphArrays arrays;
  arrays.edges.reserve(2 * graph.edges());
  arrays.wall.reserve(graph.edges());
  const CellWallMap wall{&graph};
  for (auto [edge, last] = edges(graph); edge != last; ++edge) {
    arrays.edges.push_back(static_cast<std::int64_t>((*edge).source));
    arrays.edges.push_back(static_cast<std::int64_t>((*edge).target));
    arrays.wall.push_back(get(wall, *edge));
  }
  return arrays;
}

void write_graphml(std::ostream& out, const CellGraph& graph) {
  boost::dynamic_properties properties;
  properties.property("pattern", get(boost::vertex_name, graph));
  properties.property("sample", get(boost::edge_name, graph));
  boost::write_graphml(out, graph, get(boost::vertex_index, graph), properties, true);
}

}  // namespace thalweg
