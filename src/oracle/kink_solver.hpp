#pragma once

#include <vector>

#include "oracle/cone.hpp"

namespace thalweg::oracle {

/// Minimises |L^-1 (base - sum_j s_j T_j + mu)| over 0 <= s_j <= 1 (rows of negative weight) and mu
/// >= 0 (rays), G = L L^T the Gram matrix of the scaled rays and T_j the row's values there: the
/// dual of maximising the concave relaxation over the cone's unit ball. Its solution has fractional
/// s_j exactly at the rows on which the maximiser sits. A primal active-set method (bounded least
/// squares) with at most R free variables; O(rows R + R^3) a step. Every iterate is a valid choice
/// of s; convergence is only a matter of tightness.
class KinkSolver {
 public:
  /// Starts from the tangent at `start` (scaled coordinates). threshold > 0: returns once the norm
  /// is at most the threshold, or once the relaxation's value is above it. threshold = 0: runs to
  /// convergence. sums[k] = sum_j s_j (column k), not scaled.
  void solve(const Cone& cone, const RayVector& base, const RayVector& start, double threshold,
             RayVector& sums);
  /// (cone.down.stride)
  [[nodiscard]] const double* multipliers() const { return multipliers_.data(); }

 private:
  struct Free {
    Index row;  ///< of cone.down, or -1
    Index ray;  ///< with a free mu, or -1
  };

  void start_at(const Cone& cone, const RayVector& base, const RayVector& start, RayVector& sums);
  void minimise(const Cone& cone, const RayVector& base, double threshold, RayVector& sums);
  void residual(const Cone& cone, const RayVector& base, const RayVector& sums, RayVector& z) const;
  void column(const Cone& cone, const Free& variable, double* a) const;
  [[nodiscard]] double& level(const Free& variable);
  void shift(const Cone& cone, const Free& variable, double value, RayVector& sums);
  [[nodiscard]] bool add_worst(const Cone& cone, const RayVector& multiplied, double norm);
  void minimise_on_free(const Cone& cone, const RayVector& base, RayVector& sums);
  [[nodiscard]] bool hopeless(const Cone& cone, const RayVector& base, const RayVector& point,
                              double threshold) const;

  RayMatrix factor_;  ///< L
  RayVector mu_;
  std::vector<Free> free_;
  Free banned_{-1, -1};
  Buffer<double> multipliers_;
  Buffer<double> values_;
};

}  // namespace thalweg::oracle
