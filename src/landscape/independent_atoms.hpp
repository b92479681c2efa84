#pragma once

#include "thalweg/core/types.hpp"

namespace thalweg::landscape {

/// Nearly known columns: the true matrix is within `radius` of A in the Frobenius norm.
struct NearColumns {
  Matrix A;  ///< (n x N)
  double radius = 0;
};

/// What is proved about the solution of A* z = b* with |A* - A|_F <= radius, |b* - b| <= b_radius.
struct IndependentSolution {
  bool independent = false;  ///< the columns of every such A* are independent
  Vector z;                  ///< least squares solution of A z = b, (N)
  double error = 0;          ///< |z - z*| is at most this for a solution z* of A* z* = b*
};

/// *Lemma.* Let sigma = sigma_min(A) > radius. Every A* within radius has independent columns, and
/// A* z* = b* implies |z - z*| <= (|A z - b| + b_radius + radius |z|) / (sigma - radius). *Proof.*
/// |A* v| >= (sigma - radius) |v| (Weyl), and A* (z - z*) = (A z - b) + (b - b*) + (A* - A) z. QED
/// sigma_min is bounded below from its floating-point value by the backward error of the singular
/// value decomposition. O(n N^2).
[[nodiscard]] IndependentSolution independent_solution(const NearColumns& columns, const Vector& b,
                                                       double b_radius);

}  // namespace thalweg::landscape
