#pragma once

#include <optional>
#include <string>
#include <vector>

#include "thalweg/core/types.hpp"

namespace thalweg {

/// Two adjacent vertices of a polytope.
struct PolytopeEdge {
  Index first = 0;  ///< position in PolytopeGraph::supports
  Index second = 0;
  Index size = 0;  ///< atoms on which some point of the edge has mass: |union of the two supports|

  friend bool operator==(const PolytopeEdge&, const PolytopeEdge&) = default;
};

/// The vertices and edges of an optimal polytope {z >= 0 : A z = fit} over N atoms. A vertex is
/// told by its support: the columns of A there are independent, so they determine the masses.
struct PolytopeGraph {
  Index atoms = 0;  ///< N
  std::vector<std::vector<Index>>
      supports;                     /// ascending atoms; one empty support when the fit is 0
  std::vector<PolytopeEdge> edges;  ///< each once
};

/// The components of the optimal networks of one width m.
struct WidthComponents {
  Index width = 0;
  Index components = 0;                      ///< modulo permutation of the slots: c_m + v_m
  Index isolated = 0;                        ///< those of them that are points: v_m
  std::string components_with_permutations;  ///< c_m + m! v_m, decimal
  std::string isolated_with_permutations;    ///< m! v_m, decimal
};

/// How the optimal networks of each width hang together.
struct ConnectivityStaircase {
  Index m_star = 0;                    ///< fewest neurons of an optimal network: min |v|
  Index M_star = 0;                    ///< most neurons of an irreducible one: max |v|
  std::vector<WidthComponents> steps;  ///< ascending widths from m_star to connected_from
  Index connected_from = 0;  ///< from this width on the set is connected, slot orders counted
};

/// Counts the components of the sets Theta(m) of optimal networks of width m, m >= m_star, from the
/// vertices and edges of the optimal polytope. As exact as these are.
///
/// Let the fit y* be unique and P = {z >= 0 : A z = y*}; |v| is the size of a vertex's support, |e|
/// that of the union of an edge's two. Theta(m) holds all ways to distribute a z of P over m slots:
/// slot j carries an atom q(j) and a mass t_j >= 0, the masses on q add up to z_q, and a slot
/// without mass is blank (its atom is forgotten).
///
/// *Theorem K.* Let y* != 0, m >= m_star, v_m the number of vertices with |v| = m, and c_m the
/// number of components of the graph on the vertices with |v| <= m - 1 with the edges |e| <= m.
/// Theta(m) has c_m + m! v_m components, of which exactly m! v_m are single points; modulo
/// permutation of the slots c_m + v_m, of which v_m are points. *Proof.* (1) Every network reaches,
/// inside Theta(m), a vertex of the minimal face of its z: collect each atom's mass in one slot;
/// while the support's atoms are dependent, move along a null vector until a mass dies. The support
/// never grows, so the slots suffice. (2) Let |v| = m. A network at v has all slots full with m
/// independent atoms. Nearby networks have the same atoms in the slots (they are finitely many
/// directions, and masses stay positive), and independent atoms admit one mass vector: the network
/// is isolated. v has m! slot orders. (3) A network that (1) takes to a v with |v| = m had v's
/// atoms, each in one slot: it was one of those points. All others reach a v with a blank, and
/// there all slot orders are joined: a neuron moves into the blank by splitting its mass and
/// emptying the old slot. No such network is a point: as y* != 0 a neuron can split. (4) If |e| <=
/// m, e's atoms fit into m slots, entering ones in blanks: its ends are joined. (5) Conversely,
/// Theta(m) is a finite union of closed cells, one for each assignment of atoms to slots. In a cell
/// z ranges over a face F of P of support size <= m, all of whose edges have size
/// <= m. If F is not a vertex, F's vertices have a blank (each has a proper part of F's support)
/// and are joined in the graph, as a polytope's graph is connected. A network common to two cells
/// has its minimal face in both F's, so the vertices of both lie in one component of the graph;
/// cells that meet in a chain therefore belong to one. QED
///
/// Connectivity is not monotone in m, so `connected_from` comes from a scan of all widths up to
/// max(M_star + 1, max |e|); from there on every vertex and edge takes part. When y* = 0 the
/// support is empty and Theta(m) is the zero network: one component, a point.
///
/// Errors: InvalidArgument (no vertex; an atom, vertex or edge size that cannot be; a graph that is
/// not connected, as every polytope's is). O(V + E log E) and factorials. Derived; theory 6.1.
[[nodiscard]] ConnectivityStaircase connectivity_staircase(const PolytopeGraph& polytope);

/// The step of one width alone, any width >= 0 (below m_star nothing is there to count: all 0).
/// Errors as connectivity_staircase, and a negative width.
[[nodiscard]] WidthComponents width_components(const PolytopeGraph& polytope, Index width);

/// A shortest chain of vertices from one to another, both included, along edges of size <= width;
/// none when there is none: then no path of optimal networks of this width joins networks at the
/// two vertices, and with a chain there is one for all slot orders when both supports leave a blank
/// (Theorem K, parts 3 to 5). From a vertex to itself the chain is that vertex; if its support
/// fills the width, its slot orders are nevertheless isolated from one another. Errors:
/// InvalidArgument (no such vertex, a support larger than the width). O(V + E).
[[nodiscard]] std::optional<std::vector<Index>> vertex_chain(const PolytopeGraph& polytope,
                                                             Index from, Index to, Index width);

}  // namespace thalweg
