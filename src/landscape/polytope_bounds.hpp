#pragma once

#include "landscape/polytope.hpp"
#include "landscape/polytope_enclosed.hpp"
#include "landscape/polytope_exact.hpp"
#include "landscape/polytope_rounded.hpp"

namespace thalweg::landscape {

struct SupportSearch {
  int max_nodes = 2'000;
  RunControl control;
};

/// m* and M* from all vertices, or bounds when `vertices` lists a part only (not empty).
///
/// Upper bounds of m* and lower bounds of M*: vertices seen. Upper bound of M*: the rank of the
/// columns that can have mass, as supports are independent. Lower bound of m*: best-first branch
/// and bound over the atoms that a vertex uses. *Lemma.* With u_q = max {z_q : z in P}, atoms F0
/// forbidden and F1 counted in full, every vertex without F0 that has at least the neurons F1 has
/// support >= |F1| + min {sum_{q not in F1} z_q / u_q : z in P, z_{F0} = 0}. *Proof.* z_q / u_q <=
/// [z_q > 0]. QED A node is split on an atom of its solution with z_q < u_q: forbidden, or counted
/// in full; when there is none the bound equals that solution's support. Exact systems give exact
/// bounds, rounded ones estimates. A linear program a node, from the start.
[[nodiscard]] SupportBounds support_bounds(const RationalSystem& system,
                                           const PolytopeVertices<mpq_class>& vertices,
                                           const SupportSearch& search = {});
[[nodiscard]] SupportBounds support_bounds(const RoundedSystem& system,
                                           const PolytopeVertices<double>& vertices,
                                           const SupportSearch& search = {});

/// M* = r by a vertex, m* by a complete list or else between 1 and r (theorem of
/// enclosed_vertices); `rank` is r.
[[nodiscard]] SupportBounds support_bounds(Index rank, const PolytopeVertices<Enclosure>& vertices);

}  // namespace thalweg::landscape
