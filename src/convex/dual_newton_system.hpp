#pragma once

#include <span>

#include "convex/block_point.hpp"

namespace thalweg::detail {

/// The generalised Hessian of the dual augmented Lagrangian at a point,
///   H = diag(h) + U diag(c) U^T + sum_k A_k (a_k I + b_k u_k u_k^T) A_k^T,
/// U the columns outside the blocks (BlockDual::columns()).
struct DualHessian {
  Vector diagonal;              ///< h (n), positive
  Vector columns;               ///< c (q), positive
  std::span<const Index> list;  ///< blocks k
  Vector a;                     ///< (|list|) positive
  Vector b;                     ///< (|list|) nonnegative
  Matrix u;                     ///< (p x |list|) unit columns
};

/// How the systems are solved.
enum class DualSolve {
  kDense,      ///< n x n by the elementwise form of the maps, Cholesky: O(n^2 |list| + n^3)
  kLowRank,    ///< Woodbury over the listed columns: O(n (|list| p)^2 + (|list| p)^3)
  kConjugate,  ///< conjugate gradients: O(n |list| p) an iteration
};

/// The fewest operations for the sizes; conjugate gradients where a factorisation would need more
/// than about 1e12 operations or 2 GiB.
[[nodiscard]] DualSolve choose_dual_solve(Index samples, Index listed, Index width);

/// x with H x = rhs, (n); empty where the factorisation failed or the control stopped it: it is
/// looked at about every 1e9 operations. `accuracy` is the relative residual at which conjugate
/// gradients stop.
[[nodiscard]] Vector solve_dual_system(const BlockProgram& program, const BlockDual& dual,
                                       const DualHessian& hessian, const Vector& rhs,
                                       double accuracy, DualSolve form,
                                       const RunControl& control = {});

}  // namespace thalweg::detail
