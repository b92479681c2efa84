#pragma once

#include "thalweg/core/types.hpp"

namespace thalweg {

/// Minimiser of |b - A x| over lower <= x <= upper.
struct BoundedLeastSquares {
  Vector x;                ///< (k), within its bounds exactly
  Vector residual;         ///< b - A x, (d)
  bool converged = false;  ///< the optimality conditions hold to rounding
};

/// min |b - A x| subject to 0 <= x <= upper, by an active-set method (Lawson-Hanson, extended to
/// upper bounds as in Stark and Parker 1995): free variables have independent columns, so at most d
/// are strictly between their bounds. With upper = infinity this is NNLS.
///
/// A (d x k), b (d), upper (k) positive entries, infinity allowed.
/// O((k + d^2) d) a step; steps are of the order of the number of free variables.
[[nodiscard]] BoundedLeastSquares bounded_least_squares(const Matrix& A, const Vector& b,
                                                        const Vector& upper);

}  // namespace thalweg
