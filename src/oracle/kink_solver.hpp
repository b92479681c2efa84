#pragma once

#include <vector>

#include "oracle/cone.hpp"

namespace thalweg::oracle {

/// Half-spaces {x : row . x <= 0} in the scaled coordinates of a cone.
struct ConeCuts {
  static constexpr Index kMax = 12;
  Index count = 0;
  std::array<RayVector, kMax> rows;
};

/// Minimises |L^-1 (base - sum_j s_j T_j + mu)| over 0 <= s_j <= 1 (rows of negative weight) and mu
/// >= 0 (rays), G = L L^T the Gram matrix of the scaled rays and T_j the row's values there: the
/// dual of maximising the concave relaxation over the cone's unit ball. Its solution has fractional
/// s_j exactly at the rows on which the maximiser sits. A primal active-set method (bounded least
/// squares) with at most R free variables; O(rows R + R^3) a step. Every iterate is a valid choice
/// of s; convergence is only a matter of tightness. With cuts, rho >= 0 times each cut's row is
/// subtracted as well: the dual of the same maximum over the part of the cone within the cuts.
class KinkSolver {
 public:
  /// Starts from the tangent at `start` (scaled coordinates). threshold > 0: returns once the norm
  /// is at most the threshold, or once the relaxation's value is above it. threshold = 0: runs to
  /// convergence. sums[k] = sum_j s_j (column k), not scaled.
  void solve(const Cone& cone, const RayVector& base, const RayVector& start, double threshold,
             RayVector& sums, const ConeCuts* cuts = nullptr);
  /// (cone.down.stride)
  [[nodiscard]] const double* multipliers() const { return multipliers_.data(); }
  /// rho of each cut.
  [[nodiscard]] const std::array<double, ConeCuts::kMax>& cut_multipliers() const { return rho_; }

 private:
  /// A variable between its bounds: one index is set, the others are -1.
  struct Free {
    Index row = -1;  ///< of cone.down
    Index ray = -1;  ///< with a free mu
    Index cut = -1;
    bool operator==(const Free&) const = default;
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
  [[nodiscard]] double cut_value(Index rank, Index cut, const RayVector& point) const;
  void find_violated_cut(Index rank, const RayVector& point, double norm, double& largest,
                         Free& worst) const;

  RayMatrix factor_;  ///< L
  RayVector mu_;
  std::vector<Free> free_;
  Free banned_;
  const ConeCuts* cuts_ = nullptr;
  std::array<double, ConeCuts::kMax> rho_{};
  Buffer<double> multipliers_;
  Buffer<double> values_;
};

}  // namespace thalweg::oracle
