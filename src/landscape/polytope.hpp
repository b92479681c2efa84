#pragma once

#include <cstddef>
#include <vector>

#include "thalweg/core/run_control.hpp"
#include "thalweg/core/types.hpp"
#include "thalweg/landscape/connectivity.hpp"

/// The optimal polytope P = {z >= 0 : A z = b}, A (r x N), on which sum z is constant: shared types
/// of its three arithmetics. Exact rationals (exact_polytope.hpp) decide everything about rational
/// data; enclosures (enclosed_polytope.hpp) decide what is the same for all data within bounds;
/// doubles (rounded_polytope.hpp) propose.
namespace thalweg::landscape {

enum class PolytopeStatus {
  kComplete,      ///< all vertices and edges are listed
  kEmpty,         ///< P is empty: nothing is listed
  kLimit,         ///< there are more bases than allowed: a part is listed
  kStopped,       ///< deadline or cancellation: a part is listed
  kUndetermined,  ///< enclosures only: the data within the bounds may have different polytopes
};

struct PolytopeLimits {
  /// Of the perturbed polytope, hence also of P's vertices.
  std::size_t max_bases = 100'000;
  RunControl control;
};

/// Vertices and edges of P. Edges between listed vertices only.
template <class Number>
struct PolytopeVertices {
  PolytopeStatus status = PolytopeStatus::kEmpty;
  PolytopeGraph graph;
  std::vector<std::vector<Number>> masses;  ///< of the atoms of graph.supports, in their order
};

/// The largest value of a linear functional over P and a vertex where it is taken.
template <class Number>
struct PolytopeOptimum {
  Number value;
  std::vector<Number> point;  ///< (N)
};

/// What is known of m* and M*, the smallest and the largest vertex support. Equal bounds: known.
struct SupportBounds {
  Index m_star_lower = 0;
  Index m_star_upper = 0;
  Index M_star_lower = 0;
  Index M_star_upper = 0;
};

}  // namespace thalweg::landscape
