#pragma once

#include <Eigen/Dense>
#include <cmath>
#include <optional>
#include <vector>

#include "landscape/polytope_queries.hpp"
#include "thalweg/core/types.hpp"

namespace thalweg::landscape {

/// A z = b in doubles, A (n x N) of any rank, b (n).
struct RoundedSystem {
  Matrix A;
  Vector b;
  /// Masses below tolerance * the largest mass are 0, and so are other numbers below tolerance
  /// times their natural scale; also the relative tolerance of A's rank and of b in A's range.
  double tolerance = 1e-9;
};

/// T = B^{-1} [A b] in doubles, computed anew from the columns at every pivot, so that errors do
/// not build up. The entries of a column add up to 1 where sum z is constant on P: 1 is their
/// scale.
class RoundedTableau {
 public:
  using System = RoundedSystem;
  using Number = double;
  using Scaled = double;
  using Costs = std::vector<double>;
  static constexpr bool kExact = false;

  [[nodiscard]] static Index column_count(const System& system) { return system.A.cols(); }
  /// Rows reduced to the numerical rank. Errors: InvalidArgument (length of b, not finite).
  [[nodiscard]] static std::optional<RoundedTableau> make(const System& system,
                                                          const std::vector<Index>& columns);

  [[nodiscard]] Index rows() const { return A_.rows(); }
  [[nodiscard]] Index columns() const { return A_.cols(); }
  [[nodiscard]] Index basic(Index row) const { return basis_[static_cast<std::size_t>(row)]; }
  [[nodiscard]] Index row_of(Index variable) const {
    return row_of_[static_cast<std::size_t>(variable)];
  }
  [[nodiscard]] int sign(Index row, Index column) const {
    return sign_beyond(entries_(row, column), scale_[column]);
  }
  [[nodiscard]] int compare(Index row, Index column, Index other_row, Index other_column) const {
    const double difference = entries_(row, column) - entries_(other_row, other_column);
    return (difference > 0) - (difference < 0);
  }
  [[nodiscard]] int compare_ratios(Index row, Index other, Index column, Index entering) const;
  [[nodiscard]] Number value(Index row) const { return entries_(row, columns()); }
  /// The largest size becomes 1.
  [[nodiscard]] Costs scaled_costs(const std::vector<double>& costs) const;
  [[nodiscard]] Scaled reduced_cost(const Costs& costs, Index variable) const;
  void pivot(Index row, Index entering);

 private:
  void solve();
  [[nodiscard]] int sign_beyond(double value, double scale) const {
    if (std::abs(value) <= tolerance_ * scale) return 0;
    return value > 0 ? 1 : -1;
  }

  Matrix A_;  ///< (r x N), orthogonal coordinates of the columns
  Vector b_;
  double tolerance_ = 0;
  std::vector<Index> basis_;
  std::vector<Index> row_of_;
  Matrix entries_;  ///< T, (r x (N + 1))
  Vector scale_;    ///< of T's columns, (N + 1)
};

extern template class Polytope<RoundedTableau>;
using RoundedPolytope = Polytope<RoundedTableau>;

}  // namespace thalweg::landscape
