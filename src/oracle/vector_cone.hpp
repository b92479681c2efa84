#pragma once

#include <vector>

#include "thalweg/core/types.hpp"

namespace thalweg::oracle {

/// A vector p with p^T a_k >= values_k for every column a_k of `rays`, as short as found.
struct LinearMajorant {
  Vector p;
  double length = 0;  ///< |p|, rounded up; infinity when no such p was found
};

/// rays (r x r): linearly independent columns, exact; values (r) >= 0. The shortest p is A mu with
/// mu >= 0 minimising mu^T A^T A mu / 2 - values^T mu (its multipliers); an active-set method
/// proposes it, and a scaling checked with rounding bounds makes it legal. O(r^4).
[[nodiscard]] LinearMajorant shortest_majorant(const Matrix& rays, const Vector& values);

/// The two columns of `rays` with the largest angle.
struct LongestEdge {
  Index first = 0;
  Index second = 0;
  double angle = 0;
};
[[nodiscard]] LongestEdge longest_edge(const Matrix& rays);

/// a 2^i + b 2^j with powers that make the two lengths about equal, divided by the largest common
/// power of two; empty when the sum would not be exact (an entry above 2^53). a, b: integer
/// entries.
[[nodiscard]] Vector integer_bisector(const Vector& a, const Vector& b);

/// The 2^(r-1) simplicial cones of signed unit vectors, first coordinate nonnegative: with their
/// negatives they cover R^r.
[[nodiscard]] std::vector<Matrix> half_of_the_orthants(Index r);

}  // namespace thalweg::oracle
