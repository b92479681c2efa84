#pragma once

#include <optional>
#include <vector>

#include "landscape/polytope.hpp"
#include "thalweg/core/types.hpp"

namespace thalweg::landscape {

/// All systems A z = b with |A - centre| <= radius entrywise, and the same for b. A (r x N), b (r).
struct EnclosedSystem {
  Matrix A;
  Matrix A_radius;
  Vector b;
  Vector b_radius;
};

/// A number between two doubles.
struct Enclosure {
  double lower = 0;
  double upper = 0;
};

/// Encloses the solutions x of B x = b for all square B and b within the radii; a solution returned
/// also proves that every such B is regular. None when that is not proved.
///
/// *Lemma* (Rump; Krawczyk). Let R and x~ be any matrix and vector and ||I - R B||_inf <= alpha
/// < 1. Then B is regular, and |x - x~| <= rho + alpha / (1 - alpha) max rho with rho = |R (b - B
/// x~)|. *Proof.* R B = I - E with ||E|| < 1 is regular, so B is. x - x~ = (I - E)^{-1} R (b - B
/// x~) = (I + E + E^2 + ...) R (b - B x~). QED All quantities are bounded in doubles with the
/// classical bounds of rounded sums (n u |x|^T |y|, for any order of summation, plus underflow);
/// the rounding mode is not touched. R is the rounded inverse of the centre. O(r^3).
[[nodiscard]] std::optional<std::vector<Enclosure>> enclosed_solution(const EnclosedSystem& square);

/// Proves a proposed list of vertices and edges of P = {z >= 0 : A z = b} for every system within
/// the radii, and encloses the masses. kUndetermined, with an empty list, when that is not proved.
///
/// *Theorem.* Let L be a nonempty list of r-sets of atoms such that for all systems within the
/// radii (i) the columns S of each S in L are independent with A_S x = b, x > 0, and (ii) each S in
/// L has N - r others in L that differ from it in one atom. Then for all these systems P is a
/// bounded simple polytope of dimension N - r, L lists its vertices, and its edges are the pairs of
/// (ii). *Proof.* By (i) each S is a nondegenerate vertex. Its N - r edges leave along one entering
/// atom j each, inside the line {A z = b, z = 0 off S + j}. A T of (ii) with T - S = {j} is a
/// second vertex on that line, and a segment has only two ends: T is the other end of that edge,
/// and different T have different j. As there are N - r of them, every edge at S ends in L. The
/// graph of a polyhedron with vertices is connected, so L has all vertices and no edge is
/// unbounded, hence P is bounded. QED
///
/// A proposal with status kComplete must have (i) and (ii); of others (i) and the edges are proved,
/// the status is kept, and there may be more vertices. Errors: InvalidArgument (shapes, negative
/// radii, entries that are not finite). O(vertices r^3).
[[nodiscard]] PolytopeVertices<Enclosure> proved_vertices(const EnclosedSystem& system,
                                                          PolytopeStatus proposed_status,
                                                          PolytopeGraph proposal);

/// The vertices and edges that P has for every system within the radii, proposed by doubles and
/// proved as above; kUndetermined for all data near a degenerate polytope. With status kLimit or
/// kStopped a part is listed. Given one vertex, M* = r. Errors: as proved_vertices.
[[nodiscard]] PolytopeVertices<Enclosure> enclosed_vertices(const EnclosedSystem& system,
                                                            const PolytopeLimits& limits = {});

/// Encloses max {sum c_q z_q : z in P} over all systems within the radii and all c (N) within its
/// enclosures, given all vertices (status kComplete): the largest value is taken at a vertex.
/// Errors: InvalidArgument (length of c, no complete list). O(N + vertices r).
[[nodiscard]] Enclosure enclosed_maximum(const PolytopeVertices<Enclosure>& vertices,
                                         const std::vector<Enclosure>& costs);

}  // namespace thalweg::landscape
