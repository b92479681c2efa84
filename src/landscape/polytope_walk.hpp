#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "landscape/polytope.hpp"
#include "landscape/polytope_pivoting.hpp"

namespace thalweg::landscape {

/// Lists the vertices and edges of P by walking over the feasible bases of the perturbed P(eps).
///
/// *Theorem.* Let b(eps) be as in LexicographicPivoting and P bounded. (a) The walk over all
/// lexicographic pivots visits every feasible basis of P(eps). (b) The vertices of P are the basic
/// solutions at eps = 0 of these bases. (c) The edges of P are the pairs of distinct vertices that
/// one pivot joins.
/// *Proof.* (a) P(eps) is simple and bounded (its recession cone is P's), so its feasible bases are
/// its vertices and the pivots its edges, and a polytope's graph is connected: from any vertex the
/// simplex method with a functional that is largest at the target only climbs edges to it.
/// (b) A feasible basis has x_B(eps) > 0 for small eps, hence x_B(0) >= 0: a vertex of P.
/// Conversely let c be smallest over P at the vertex v only. Over P(eps) c is smallest at some
/// feasible basis, for all small eps at the same one (there are finitely many), with reduced costs
/// >= 0. These do not depend on b, so the basis is optimal at eps = 0 too, where its solution is v.
/// (c) A pivot from B to B' with entering j and vertices v != v': both have their support in B + j,
/// whose columns have a kernel of dimension one. So the minimal face of v and v', the points of P
/// with support in the union, has dimension one: an edge. Conversely let [v, v'] be an edge, S its
/// support, c_q = 0 on S and 1 elsewhere, g with g^T v < g^T v'. Over P(eps), for the same small
/// eps, consider the face where c is smallest. As in (b), its vertices belong to vertices of P with
/// c = 0, to v or v'; c + delta g with tiny delta > 0 is smallest at a basis of v, with delta < 0
/// at one of v', and both lie on the face (delta is below all other differences). The face's graph
/// is connected, so some pivot leads from a basis of v to one of v'. QED
///
/// `atoms` maps the tableau's columns to atoms (ascending). O(bases (N - r) r^2) comparisons and
/// two pivots a basis. The tableau ends at some feasible basis.
template <class Tableau>
class PolytopeWalk {
 public:
  using Number = typename Tableau::Number;

  PolytopeWalk(LexicographicPivoting<Tableau>& pivoting, const std::vector<Index>& atoms,
               Index atom_count, const PolytopeLimits& limits)
      : pivoting_(pivoting), atoms_(atoms), limits_(limits) {
    vertices_.graph.atoms = atom_count;
  }

  [[nodiscard]] PolytopeVertices<Number> run() {
    vertices_.status = visit_all();
    list_edges();
    return std::move(vertices_);
  }

 private:
  using Bits = std::vector<std::uint64_t>;
  struct Frame {
    std::size_t vertex = 0;
    Index row = -1;      ///< where the variable entered that led here
    Index left = -1;     ///< the variable that it replaced
    Index entering = 0;  ///< the next to try
  };

  PolytopeStatus visit_all() {
    const Tableau& tableau = pivoting_.tableau();
    Bits basis(static_cast<std::size_t>(tableau.columns() / 64 + 1));
    for (Index row = 0; row < tableau.rows(); ++row) flip(basis, tableau.basic(row));
    std::vector<Frame> frames = {{.vertex = vertex_here()}};
    bases_.emplace(basis, frames.back().vertex);
    while (!frames.empty()) {
      Frame& frame = frames.back();
      while (frame.entering < tableau.columns() && tableau.row_of(frame.entering) >= 0) {
        ++frame.entering;
      }
      if (frame.entering == tableau.columns()) {
        go_back(frame, basis);
        frames.pop_back();
        continue;
      }
      const Index entering = frame.entering++;
      const Index row = pivoting_.leaving_row(entering);
      const Index left = tableau.basic(row);
      flip(basis, left);
      flip(basis, entering);
      const auto [found, fresh] = bases_.try_emplace(basis, 0);
      if (fresh) {
        if (bases_.size() > limits_.max_bases) return PolytopeStatus::kLimit;
        if (limits_.control.should_stop()) return PolytopeStatus::kStopped;
        pivoting_.pivot(row, entering);
        found->second = vertex_here();
      }
      if (found->second != frame.vertex) pairs_.push_back(std::minmax(found->second, frame.vertex));
      if (fresh) {
        frames.push_back({.vertex = found->second, .row = row, .left = left});
      } else {
        flip(basis, left);
        flip(basis, entering);
      }
    }
    return PolytopeStatus::kComplete;
  }

  void go_back(const Frame& frame, Bits& basis) {
    if (frame.row < 0) return;
    flip(basis, pivoting_.tableau().basic(frame.row));
    flip(basis, frame.left);
    pivoting_.pivot(frame.row, frame.left);
  }

  static void flip(Bits& bits, Index position) {
    bits[static_cast<std::size_t>(position / 64)] ^= std::uint64_t{1} << (position % 64);
  }

  /// The vertex of the present basis, listed when it is new.
  [[nodiscard]] std::size_t vertex_here() {
    const Tableau& tableau = pivoting_.tableau();
    std::vector<std::pair<Index, Index>> positive;  // atom and row
    for (Index row = 0; row < tableau.rows(); ++row) {
      if (tableau.sign(row, tableau.columns()) <= 0) continue;
      positive.emplace_back(atoms_[static_cast<std::size_t>(tableau.basic(row))], row);
    }
    std::sort(positive.begin(), positive.end());
    std::vector<Index> support;
    for (const auto& [atom, row] : positive) support.push_back(atom);
    const auto [found, fresh] = numbers_.try_emplace(support, numbers_.size());
    if (fresh) {
      vertices_.graph.supports.push_back(std::move(support));
      std::vector<Number> masses;
      for (const auto& [atom, row] : positive) masses.push_back(tableau.value(row));
      vertices_.masses.push_back(std::move(masses));
    }
    return found->second;
  }

  void list_edges() {
    std::sort(pairs_.begin(), pairs_.end());
    pairs_.erase(std::unique(pairs_.begin(), pairs_.end()), pairs_.end());
    std::vector<Index> both;
    for (const auto& [first, second] : pairs_) {
      const std::vector<Index>& a = vertices_.graph.supports[first];
      const std::vector<Index>& b = vertices_.graph.supports[second];
      both.clear();
      std::set_union(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
      vertices_.graph.edges.push_back(
          {static_cast<Index>(first), static_cast<Index>(second), static_cast<Index>(both.size())});
    }
  }

  LexicographicPivoting<Tableau>& pivoting_;
  const std::vector<Index>& atoms_;
  const PolytopeLimits& limits_;
  PolytopeVertices<Number> vertices_;
  std::map<Bits, std::size_t> bases_;                  ///< seen, with their vertices
  std::map<std::vector<Index>, std::size_t> numbers_;  ///< of the supports
  std::vector<std::pair<std::size_t, std::size_t>> pairs_;
};

}  // namespace thalweg::landscape
