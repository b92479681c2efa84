#pragma once

#include <optional>

#include "landscape/optimum.hpp"
#include "landscape/polytope_enclosed.hpp"

namespace thalweg::landscape {

/// Two optimal directions u and -u of one sign: positions in Optimum::atoms.
struct AntipodalPair {
  std::size_t plus = 0;
  std::size_t minus = 0;
};

/// The pairs when all atoms come in opposite pairs of one sign, X^T dual = 0 but for rounding, and
/// there is at least one; else empty.
[[nodiscard]] std::vector<AntipodalPair> antipodal_pairs(const TrainingProblem& problem,
                                                         const Optimum& optimum);

/// What Lemma A proves.
struct AntipodalOptimum {
  Optimum optimum;  ///< atoms 2 q and 2 q + 1 are the pair q; enclosed
  PolytopeVertices<Enclosure> vertices;
};

/// Proves the shape of the optimal polytope where all optimal directions come in opposite pairs.
///
/// *Lemma A* (theory 2.4). Let the problem with a free skip connection X v have the unique fit and
/// dual optimum nu~, hence X^T nu~ = 0, with optimal directions (u_q, s_q), masses tau_q and v. If
///   z+_q + z-_q = tau_q,  sum_q s_q z-_q u_q = -v  (in the row space of X),  z >= 0
/// has a solution, then nu* = nu~, the optimal directions of the problem without skip connection
/// are exactly (u_q, s_q) and (-u_q, s_q), and its optimal polytope is the set of these z. *Proof.*
/// The skip problem is a relaxation, and s z+ (X u)_+ + s z- (-X u)_+ = s (z+ + z-) (X u)_+ - s z-
/// X u: a solution gives a network without skip connection of the same fit and penalty, so both
/// optima and, by uniqueness, both duals agree. X^T nu* = 0 makes nu*^T (X u)_+ even in u. A point
/// z of the optimal polytope gives back an optimal point of the skip problem with masses z+ + z- at
/// (u_q, s_q) and v = -sum s z- u; masses and X v are unique there when the columns [s_q (X u_q)_+,
/// X] are independent. QED
///
/// *Corollary.* All these networks are one function: at any x, s z+ (x^T u)_+ + s z- (-x^T u)_+ = s
/// tau (x^T u)_+ - s z- x^T u, and the last terms add up to x^T v whatever the z (x in the row
/// space). What differs are the weights.
///
/// With a free skip connection of its own a problem always has X^T nu* = 0; v then takes up what
/// the pairs trade, and the polytope is {z >= 0 : z+_q + z-_q = tau_q}, a cube.
///
/// The refined skip problem encloses tau, u and v; `enclosed_vertices` lists the polytope for all
/// data within (which also proves that a solution exists), or a part of it where there are too many
/// vertices. None when a step is not proved.
[[nodiscard]] std::optional<AntipodalOptimum> antipodal_optimum(
    const TrainingProblem& problem, const DualOracle& oracle, const Optimum& optimum,
    const std::vector<AntipodalPair>& pairs, const OptimumSettings& settings,
    const PolytopeLimits& limits);

}  // namespace thalweg::landscape
