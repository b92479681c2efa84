#include "thalweg/landscape/connectivity.hpp"

#include <gmpxx.h>

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/breadth_first_search.hpp>
#include <boost/graph/incremental_components.hpp>
#include <boost/pending/disjoint_sets.hpp>

#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS>;

Index support_size(const PolytopeGraph& polytope, Index vertex) {
  return static_cast<Index>(polytope.supports[static_cast<std::size_t>(vertex)].size());
}

void check_edge(const PolytopeGraph& polytope, const PolytopeEdge& edge) {
  const auto vertices = static_cast<Index>(polytope.supports.size());
  if (edge.first < 0 || edge.first >= vertices || edge.second < 0 || edge.second >= vertices) {
    throw InvalidArgument("an edge between vertices " + std::to_string(edge.first) + " and " +
                          std::to_string(edge.second) + " of " + std::to_string(vertices));
  }
  const Index larger =
      std::max(support_size(polytope, edge.first), support_size(polytope, edge.second));
  if (edge.size <= larger || edge.size > polytope.atoms) {
    throw InvalidArgument("an edge of size " + std::to_string(edge.size) +
                          " at a vertex with support " + std::to_string(larger) + " of " +
                          std::to_string(polytope.atoms) + " atoms");
  }
}

void check(const PolytopeGraph& polytope) {
  if (polytope.supports.empty()) throw InvalidArgument("the polytope has no vertex");
  for (const std::vector<Index>& support : polytope.supports) {
    const bool ascending =
        std::adjacent_find(support.begin(), support.end(), std::greater_equal<>()) == support.end();
    const bool in_range =
        support.empty() || (support.front() >= 0 && support.back() < polytope.atoms);
    if (!ascending || !in_range) {
      throw InvalidArgument("a vertex's support is not an ascending list of atoms");
    }
  }
  for (const PolytopeEdge& edge : polytope.edges) check_edge(polytope, edge);
}

/// The counts of growing widths: c_m by a union-find that edges enter in the order of their size.
class GrowingWidth {
 public:
  explicit GrowingWidth(const PolytopeGraph& polytope)
      : edges_(polytope.edges), rank_(polytope.supports.size()), parent_(polytope.supports.size()) {
    std::sort(edges_.begin(), edges_.end(),
              [](const PolytopeEdge& a, const PolytopeEdge& b) { return a.size < b.size; });
    for (std::size_t v = 0; v < polytope.supports.size(); ++v) {
      sets_.make_set(v);
      sizes_.push_back(static_cast<Index>(polytope.supports[v].size()));
    }
    std::sort(sizes_.begin(), sizes_.end());
    zero_ = sizes_.back() == 0;
  }
  GrowingWidth(const GrowingWidth&) = delete;
  GrowingWidth& operator=(const GrowingWidth&) = delete;

  [[nodiscard]] Index m_star() const { return sizes_.front(); }
  [[nodiscard]] Index M_star() const { return sizes_.back(); }
  /// From this width on every vertex has a blank and every edge takes part.
  [[nodiscard]] Index everything_fits() const {
    if (zero_) return 0;
    return edges_.empty() ? M_star() + 1 : std::max(M_star() + 1, edges_.back().size);
  }

  /// The counts of a width; widths must not decrease from call to call.
  [[nodiscard]] WidthComponents at(Index width) {
    for (; next_ < edges_.size() && edges_[next_].size <= width; ++next_) {
      const auto a = sets_.find_set(static_cast<std::size_t>(edges_[next_].first));
      const auto b = sets_.find_set(static_cast<std::size_t>(edges_[next_].second));
      if (a == b) continue;
      sets_.link(a, b);
      ++joined_;
    }
    const auto below = std::lower_bound(sizes_.begin(), sizes_.end(), width);
    const auto above = std::upper_bound(below, sizes_.end(), width);
    const Index with_blank = below - sizes_.begin();
    const Index moving = zero_ ? 0 : with_blank - joined_;
    const Index full = zero_ ? 1 : above - below;
    mpz_class orders =
        zero_ ? mpz_class(1) : mpz_class::factorial(static_cast<unsigned long>(width));
    orders *= full;
    return {width, moving + full, full, mpz_class(orders + moving).get_str(), orders.get_str()};
  }

 private:
  std::vector<PolytopeEdge> edges_;
  std::vector<std::size_t> rank_;
  std::vector<std::size_t> parent_;
  boost::disjoint_sets<std::size_t*, std::size_t*> sets_{rank_.data(), parent_.data()};
  std::vector<Index> sizes_;  ///< of the supports, ascending
  std::size_t next_ = 0;      ///< the first edge that is too large so far
  Index joined_ = 0;          ///< vertices less components among the edges so far
  bool zero_ = false;         ///< the fit is 0
};

/// The vertices and the edges that fit into a width.
Graph graph_of_width(const PolytopeGraph& polytope, Index width) {
  Graph graph(polytope.supports.size());
  for (const PolytopeEdge& edge : polytope.edges) {
    if (edge.size > width) continue;
    boost::add_edge(static_cast<std::size_t>(edge.first), static_cast<std::size_t>(edge.second),
                    graph);
  }
  return graph;
}

}  // namespace

ConnectivityStaircase connectivity_staircase(const PolytopeGraph& polytope) {
  check(polytope);
  GrowingWidth widths(polytope);
  ConnectivityStaircase staircase;
  staircase.m_star = widths.m_star();
  staircase.M_star = widths.M_star();
  for (Index width = widths.m_star(); width <= widths.everything_fits(); ++width) {
    staircase.steps.push_back(widths.at(width));
  }
  if (staircase.steps.back().components != 1) {
    throw InvalidArgument("the graph is not connected: some edges of the polytope are missing");
  }
  const auto connected = [](const WidthComponents& step) {
    return step.components_with_permutations == "1";
  };
  const auto last_open =
      std::find_if_not(staircase.steps.rbegin(), staircase.steps.rend(), connected);
  const auto first = last_open.base();
  staircase.connected_from = first->width;
  staircase.steps.erase(first + 1, staircase.steps.end());
  return staircase;
}

WidthComponents width_components(const PolytopeGraph& polytope, Index width) {
  check(polytope);
  if (width < 0) throw InvalidArgument("a negative width " + std::to_string(width));
  return GrowingWidth(polytope).at(width);
}

std::optional<std::vector<Index>> vertex_chain(const PolytopeGraph& polytope, Index from, Index to,
                                               Index width) {
  check(polytope);
  for (Index vertex : {from, to}) {
    if (vertex < 0 || vertex >= static_cast<Index>(polytope.supports.size()) ||
        support_size(polytope, vertex) > width) {
      throw InvalidArgument("vertex " + std::to_string(vertex) + " is not there at width " +
                            std::to_string(width));
    }
  }
  const Graph graph = graph_of_width(polytope, width);
  std::vector<std::size_t> towards(polytope.supports.size());
  for (std::size_t v = 0; v < towards.size(); ++v) towards[v] = v;
  // From the target, so that following `towards` leads there.
  boost::breadth_first_search(graph, static_cast<std::size_t>(to),
                              boost::visitor(boost::make_bfs_visitor(boost::record_predecessors(
                                  towards.data(), boost::on_tree_edge()))));
  std::vector<Index> chain = {from};
  while (chain.back() != to) {
    const auto here = static_cast<std::size_t>(chain.back());
    if (towards[here] == here) return std::nullopt;
    chain.push_back(static_cast<Index>(towards[here]));
  }
  return chain;
}

}  // namespace thalweg
