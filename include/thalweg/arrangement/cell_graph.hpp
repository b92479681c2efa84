#pragma once

#include <boost/graph/graph_traits.hpp>
#include <boost/graph/properties.hpp>
#include <boost/iterator/counting_iterator.hpp>
#include <boost/iterator/iterator_facade.hpp>
#include <boost/property_map/property_map.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "thalweg/arrangement/cell_block.hpp"
#include "thalweg/arrangement/cell_interior.hpp"
#include "thalweg/arrangement/enumerate.hpp"
#include "thalweg/arrangement/hyperplane_arrangement.hpp"
#include "thalweg/core/run_control.hpp"

namespace thalweg {

/// A wall between two cells: the one hyperplane on whose sides they lie differently. Equal in both
/// directions.
struct CellEdge {
  std::size_t source = 0;
  std::size_t target = 0;
  Index hyperplane = 0;  ///< as in HyperplaneArrangement::first_rows()

  friend bool operator==(const CellEdge& a, const CellEdge& b) {
    return (a.source == b.source && a.target == b.target) ||
           (a.source == b.target && a.target == b.source);
  }
};

/// The cells of an arrangement, connected through their walls: the tope graph, complete and exact.
///
/// A vertex is the position of a cell, both signs, in lexicographic order of the patterns (sample 0
/// first, minus before plus). *Lemma.* The cell opposite to v is p - 1 - v for p cells. *Proof.*
/// Distinct cells first differ at the first sample of some hyperplane, and there their negatives
/// differ the other way round; so taking negatives reverses the order. QED Hence only the first
/// half is stored, 8 bytes a wall and 8 + 8 ceil(N / 64) bytes a cell of that half.
///
/// A model of Boost.Graph's VertexListGraph, EdgeListGraph, IncidenceGraph and AdjacencyGraph
/// (undirected) with the property maps vertex_index, vertex_name (pattern_text()) and edge_name
/// (the first sample on the hyperplane crossed).
class CellGraph {
 public:
  using Vertex = std::size_t;
  /// One wall of a cell and the cell behind it.
  struct Arc {
    std::uint32_t cell = 0;
    std::uint32_t hyperplane = 0;
  };
  class OutEdgeIterator;
  class NeighbourIterator;
  class EdgeIterator;

  // What boost::graph_traits looks for.
  struct traversal_category : boost::vertex_list_graph_tag,
                              boost::edge_list_graph_tag,
                              boost::incidence_graph_tag,
                              boost::adjacency_graph_tag {};
  using vertex_descriptor = Vertex;
  using edge_descriptor = CellEdge;
  using directed_category = boost::undirected_tag;
  using edge_parallel_category = boost::disallow_parallel_edge_tag;
  using vertex_iterator = boost::counting_iterator<Vertex>;
  using out_edge_iterator = OutEdgeIterator;
  using adjacency_iterator = NeighbourIterator;
  using edge_iterator = EdgeIterator;
  using vertices_size_type = std::size_t;
  using edges_size_type = std::size_t;
  using degree_size_type = std::size_t;
  [[nodiscard]] static constexpr Vertex null_vertex() { return std::numeric_limits<Vertex>::max(); }

  [[nodiscard]] const HyperplaneArrangement& arrangement() const { return arrangement_; }
  /// Both signs counted.
  [[nodiscard]] std::size_t cells() const { return cells_; }
  /// Walls, both signs counted.
  [[nodiscard]] std::size_t edges() const { return arcs_.size(); }

  [[nodiscard]] Vertex antipode(Vertex v) const { return cells_ - 1 - v; }
  /// Walls of the cell.
  [[nodiscard]] std::size_t degree(Vertex v) const { return stored_arcs(v).size(); }
  /// Its walls, ascending in the hyperplane.
  [[nodiscard]] std::pair<OutEdgeIterator, OutEdgeIterator> out_edges(Vertex v) const;
  /// The edge across a hyperplane, if that is a wall of the cell. O(log degree).
  [[nodiscard]] std::optional<CellEdge> edge_across(Vertex v, Index hyperplane) const;

  /// The side of a hyperplane (of first_rows()[hyperplane]) on which the cell lies.
  [[nodiscard]] Sign sign(Vertex v, Index hyperplane) const {
    const PatternWord* words = stored_pattern(v);
    const bool plus = (words[hyperplane / 64] >> (hyperplane % 64) & 1) != 0;
    return plus == stored(v) ? Sign::kPlus : Sign::kMinus;
  }
  [[nodiscard]] std::vector<PatternWord> pattern(Vertex v,
                                                 PatternOver over = PatternOver::kSamples) const;
  /// The pattern over the samples as '+' and '-'.
  [[nodiscard]] std::string pattern_text(Vertex v) const;
  /// The cell with these signs, none when there is none. Errors: InvalidArgument (number of words).
  /// O(n + N / 64 log p).
  [[nodiscard]] std::optional<Vertex> find(std::span<const PatternWord> pattern,
                                           PatternOver over = PatternOver::kSamples) const;

 private:
  friend class CellGraphBuilder;
  explicit CellGraph(const HyperplaneArrangement& arrangement) : arrangement_(arrangement) {}

  /// Whether the cell itself is stored, not its opposite.
  [[nodiscard]] bool stored(Vertex v) const { return v + 1 < offsets_.size(); }
  [[nodiscard]] Vertex representative(Vertex v) const { return stored(v) ? v : antipode(v); }
  [[nodiscard]] const PatternWord* stored_pattern(Vertex v) const {
    return patterns_.data() + representative(v) * words_;
  }
  /// Of the representative.
  [[nodiscard]] std::span<const Arc> stored_arcs(Vertex v) const {
    const Vertex r = representative(v);
    return std::span(arcs_).subspan(offsets_[r], offsets_[r + 1] - offsets_[r]);
  }

  HyperplaneArrangement arrangement_;
  std::size_t cells_ = 0;
  std::size_t words_ = 0;
  std::vector<PatternWord> patterns_;   ///< (h x words), over hyperplanes, h = ceil(p / 2)
  std::vector<std::uint64_t> offsets_;  ///< (h + 1)
  std::vector<Arc> arcs_;               ///< of the stored cells; targets are vertices
};

/// The walls of one cell as edges that lead away from it.
class CellGraph::OutEdgeIterator
    : public boost::iterator_facade<OutEdgeIterator, CellEdge, boost::random_access_traversal_tag,
                                    CellEdge> {
 public:
  OutEdgeIterator() = default;
  OutEdgeIterator(const CellGraph& graph, Vertex source, const Arc* arc)
      : last_(graph.cells() - 1), source_(source), arc_(arc), mirrored_(!graph.stored(source)) {}

 private:
  friend class boost::iterator_core_access;
  [[nodiscard]] CellEdge dereference() const {
    return {source_, mirrored_ ? last_ - arc_->cell : arc_->cell, arc_->hyperplane};
  }
  [[nodiscard]] bool equal(const OutEdgeIterator& other) const { return arc_ == other.arc_; }
  void increment() { ++arc_; }
  void decrement() { --arc_; }
  void advance(std::ptrdiff_t steps) { arc_ += steps; }
  [[nodiscard]] std::ptrdiff_t distance_to(const OutEdgeIterator& other) const {
    return other.arc_ - arc_;
  }

  Vertex last_ = 0;
  Vertex source_ = 0;
  const Arc* arc_ = nullptr;
  bool mirrored_ = false;
};

/// The cells behind the walls of one cell.
class CellGraph::NeighbourIterator
    : public boost::iterator_facade<NeighbourIterator, Vertex, boost::random_access_traversal_tag,
                                    Vertex> {
 public:
  NeighbourIterator() = default;
  explicit NeighbourIterator(OutEdgeIterator edge) : edge_(edge) {}

 private:
  friend class boost::iterator_core_access;
  [[nodiscard]] Vertex dereference() const { return (*edge_).target; }
  [[nodiscard]] bool equal(const NeighbourIterator& other) const { return edge_ == other.edge_; }
  void increment() { ++edge_; }
  void decrement() { --edge_; }
  void advance(std::ptrdiff_t steps) { edge_ += steps; }
  [[nodiscard]] std::ptrdiff_t distance_to(const NeighbourIterator& other) const {
    return other.edge_ - edge_;
  }

  OutEdgeIterator edge_;
};

/// Every edge once, from its smaller cell to its larger: ascending in the source, then in the
/// hyperplane.
class CellGraph::EdgeIterator
    : public boost::iterator_facade<EdgeIterator, CellEdge, boost::forward_traversal_tag,
                                    CellEdge> {
 public:
  EdgeIterator() = default;
  EdgeIterator(const CellGraph& graph, Vertex source) : graph_(&graph), source_(source) {
    if (source_ < graph.cells()) settle();
  }

 private:
  friend class boost::iterator_core_access;
  [[nodiscard]] CellEdge dereference() const { return graph_->out_edges(source_).first[number_]; }
  [[nodiscard]] bool equal(const EdgeIterator& other) const {
    return source_ == other.source_ && number_ == other.number_;
  }
  void increment() {
    ++number_;
    settle();
  }
  /// Moves on to an edge that leads upwards, or to the end.
  void settle();

  const CellGraph* graph_ = nullptr;
  Vertex source_ = 0;
  std::ptrdiff_t number_ = 0;  ///< among the source's edges
};

inline std::pair<CellGraph::OutEdgeIterator, CellGraph::OutEdgeIterator> CellGraph::out_edges(
    Vertex v) const {
  const std::span<const Arc> arcs = stored_arcs(v);
  return {{*this, v, arcs.data()}, {*this, v, arcs.data() + arcs.size()}};
}

inline void CellGraph::EdgeIterator::settle() {
  for (; source_ < graph_->cells(); ++source_, number_ = 0) {
    const auto degree = static_cast<std::ptrdiff_t>(graph_->degree(source_));
    for (; number_ < degree; ++number_) {
      if (dereference().target > source_) return;
    }
  }
}

// What Boost.Graph's algorithms call.

/// Cells, both signs.
[[nodiscard]] inline std::size_t num_vertices(const CellGraph& graph) { return graph.cells(); }
/// Walls, both signs.
[[nodiscard]] inline std::size_t num_edges(const CellGraph& graph) { return graph.edges(); }
/// 0 to cells - 1.
[[nodiscard]] inline std::pair<CellGraph::vertex_iterator, CellGraph::vertex_iterator> vertices(
    const CellGraph& graph) {
  return {CellGraph::vertex_iterator(0), CellGraph::vertex_iterator(graph.cells())};
}
/// Every edge once.
[[nodiscard]] inline std::pair<CellGraph::EdgeIterator, CellGraph::EdgeIterator> edges(
    const CellGraph& graph) {
  return {{graph, 0}, {graph, graph.cells()}};
}
/// Walls of a cell.
[[nodiscard]] inline std::size_t out_degree(std::size_t v, const CellGraph& graph) {
  return graph.degree(v);
}
/// The edges of a cell.
[[nodiscard]] inline std::pair<CellGraph::OutEdgeIterator, CellGraph::OutEdgeIterator> out_edges(
    std::size_t v, const CellGraph& graph) {
  return graph.out_edges(v);
}
/// The cells across the walls of a cell.
[[nodiscard]] inline std::pair<CellGraph::NeighbourIterator, CellGraph::NeighbourIterator>
adjacent_vertices(std::size_t v, const CellGraph& graph) {
  const auto [first, last] = graph.out_edges(v);
  return {CellGraph::NeighbourIterator(first), CellGraph::NeighbourIterator(last)};
}
/// The cell that an edge was reached from.
[[nodiscard]] inline std::size_t source(const CellEdge& edge, const CellGraph&) {
  return edge.source;
}
/// The cell that it leads to.
[[nodiscard]] inline std::size_t target(const CellEdge& edge, const CellGraph&) {
  return edge.target;
}

/// vertex_name: the cell's pattern_text().
struct CellPatternMap {
  using key_type = std::size_t;
  using value_type = std::string;
  using reference = std::string;
  using category = boost::readable_property_map_tag;
  const CellGraph* graph = nullptr;

  friend std::string get(const CellPatternMap& map, std::size_t v) {
    return map.graph->pattern_text(v);
  }
};

/// edge_name: the first sample on the hyperplane that is crossed.
struct CellWallMap {
  using key_type = CellEdge;
  using value_type = Index;
  using reference = Index;
  using category = boost::readable_property_map_tag;
  const CellGraph* graph = nullptr;

  friend Index get(const CellWallMap& map, const CellEdge& edge) {
    return map.graph->arrangement().first_rows()[static_cast<std::size_t>(edge.hyperplane)];
  }
};

/// vertex_index: a cell's number.
using CellIndexMap = boost::typed_identity_property_map<std::size_t>;
/// The map of a tag: cells to their numbers,
[[nodiscard]] inline CellIndexMap get(boost::vertex_index_t, const CellGraph&) { return {}; }
/// cells to their patterns,
[[nodiscard]] inline CellPatternMap get(boost::vertex_name_t, const CellGraph& graph) {
  return {&graph};
}
/// edges to the samples whose hyperplanes they cross.
[[nodiscard]] inline CellWallMap get(boost::edge_name_t, const CellGraph& graph) {
  return {&graph};
}
/// The entry of one cell or edge.
template <class Tag, class Key>
[[nodiscard]] auto get(Tag tag, const CellGraph& graph, const Key& key) {
  return get(get(tag, graph), key);
}

struct CellGraphSettings {
  int threads = 1;
  std::uint64_t seed = 1;                ///< of the flags; any seed gives the same graph
  std::uint64_t max_cells = 50'000'000;  ///< both signs; at most 2^32 - 2
  RunControl control;
};

struct CellGraphResult {
  /// kComplete, kCellLimit (too many cells), kStopped or kUnluckyFlag (after many seeds).
  EnumerationStatus status = EnumerationStatus::kUnsolved;
  /// With kComplete and only then: a graph is whole or not built.
  std::optional<CellGraph> graph;
};

/// The graph of the cells of {u : x_i^T u = 0} and their walls, by enumeration of the arrangement
/// and of its restrictions to every hyperplane with exact signs, and a hash join.
///
/// *Lemma.* The cells of the restriction to x_j^perp are the pairs of cells that differ in the sign
/// of hyperplane j only. *Proof.* A point y of a cell of the restriction is on no other hyperplane,
/// so y - e x_j and y + e x_j lie, for small e > 0, in cells that differ in j only; their other
/// signs are y's. Conversely the segment between points of two such cells crosses x_j^perp, at a
/// point that has all their common signs by convexity. QED So sum_j cells(A_j) walls, and the mean
/// degree is below 2 (r - 1) (Fukuda, Saito, Tamura, Tokuyama 1991).
///
/// About 10^7 walls a second and thread; memory twice that of the graph. The same graph for every
/// number of threads. Errors: InvalidArgument (threads < 1).
[[nodiscard]] CellGraphResult build_cell_graph(const HyperplaneArrangement& arrangement,
                                               const CellGraphSettings& settings = {});

/// A shortest path of cells, both ends included; every step crosses one wall.
///
/// *Lemma.* Its length is the number of hyperplanes that separate the two cells. *Proof.* Each of
/// them must be crossed. The segment between generic points of the cells crosses them one at a
/// time and no others, so the first one crossed is a wall of the first cell, and behind it one less
/// separates. QED Found so, taking the first separating wall each time: O(length (N / 64 +
/// degree)). Errors: InvalidArgument (no such cell).
[[nodiscard]] std::vector<std::size_t> shortest_pattern_path(const CellGraph& graph,
                                                             std::size_t from, std::size_t to);

/// Part of a cell graph: empty functions keep everything.
struct CellFilter {
  std::function<bool(std::size_t)> cell;  ///< whether a cell is kept
  std::function<bool(Index)> hyperplane;  ///< whether walls on a hyperplane may be crossed
};

struct CellComponents {
  static constexpr Index kNone = -1;
  Index count = 0;
  std::vector<Index> component;  ///< of every cell, numbered by their first cells; kNone: not kept
};

/// Connected components of a part of the graph: of the subgraph induced by a set of cells, and,
/// when only hyperplanes outside a subset B may be crossed, the cells of the arrangement B (convex
/// sets, so connected; and walls outside B do not leave them). O(cells + edges).
[[nodiscard]] CellComponents connected_cells(const CellGraph& graph, const CellFilter& filter = {});

struct CellDegrees {
  std::size_t smallest = 0;
  std::size_t largest = 0;
  double mean = 0;
  std::vector<std::uint64_t> histogram;  ///< cells, both signs, by degree; (largest + 1)
};

/// Numbers of walls of the cells.
[[nodiscard]] CellDegrees degree_statistics(const CellGraph& graph);

/// The edges as arrays for NumPy, in the order of boost::edges.
struct CellGraphArrays {
  std::vector<std::int64_t> edges;  ///< (e x 2), cells in lexicographic order, smaller first
  std::vector<std::int64_t> wall;   ///< (e), the first sample on the hyperplane
};

/// The edges of a graph, written out.
[[nodiscard]] CellGraphArrays to_arrays(const CellGraph& graph);

/// Writes GraphML (undirected): nodes n0, n1, ... with `pattern` ('+' and '-' over the samples),
/// edges with `sample` (the first on the hyperplane).
void write_graphml(std::ostream& out, const CellGraph& graph);

}  // namespace thalweg

namespace boost {

template <>
struct property_map<thalweg::CellGraph, vertex_index_t> {
  using type = thalweg::CellIndexMap;
  using const_type = type;
};
template <>
struct property_map<thalweg::CellGraph, vertex_name_t> {
  using type = thalweg::CellPatternMap;
  using const_type = type;
};
template <>
struct property_map<thalweg::CellGraph, edge_name_t> {
  using type = thalweg::CellWallMap;
  using const_type = type;
};

}  // namespace boost
