#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "thalweg/core/error.hpp"
#include "thalweg/core/types.hpp"

namespace thalweg::landscape {

/// Simplex pivoting on {z >= 0 : A z = b}, the same for every arithmetic. `Tableau` holds
/// T = B^{-1} [A b] for a basis B of r independent columns, T's column N being b's, with
///   rows() = r, columns() = N, basic(row) = the basic variable, row_of(variable) or -1,
///   sign(row, column), compare(row, column, row', column') of two entries,
///   compare_ratios(row, row', column, entering): of T(row, column) / T(row, entering), given that
///   both denominators are positive,
///   pivot(row, entering), value(row) = T(row, N) as a `Number`, and
///   scaled_costs(costs) for reduced_cost(costs, variable), a `Scaled` number comparable with
///   others of the same basis and costs.
///
/// Degenerate systems are perturbed by symbols: with B0 the first feasible basis, b is replaced by
/// b(eps) = b + sum_i eps^i a_{B0(i)}, 0 < eps tiny. B^{-1} b(eps) has in row k the polynomial with
/// coefficients T(k, N), T(k, B0(1)), T(k, B0(2)), ...: no more columns than the tableau has.
/// *Lemma.* P(eps) = {z >= 0 : A z = b(eps)} is nonempty and simple. *Proof.* x_{B0} = x + (eps^i)
/// is positive. For any basis the rows of B^{-1} B0 are not zero, so no basic variable is the zero
/// polynomial: for small eps none is 0. QED The leaving row of the smallest lexicographic ratio is
/// the one of P(eps), it is unique (rows of an invertible matrix are not parallel), and objective
/// values rise lexicographically, so no basis returns.
template <class Tableau>
class LexicographicPivoting {
 public:
  using Number = typename Tableau::Number;

  explicit LexicographicPivoting(Tableau tableau) : tableau_(std::move(tableau)) {}

  [[nodiscard]] const Tableau& tableau() const { return tableau_; }

  /// Moves to the first feasible basis B0; false when there is none. Dual simplex with zero costs:
  /// the most negative entries first, and after a while the smallest indices (Bland), which ends.
  [[nodiscard]] bool reach_feasible() {
    const Index greedy = kGreedySteps * (tableau_.rows() + tableau_.columns());
    const Index limit = Tableau::kExact ? greedy : 2 * greedy;
    for (Index step = 0; Tableau::kExact || step < limit; ++step) {
      const auto row = step < greedy ? most_negative_row() : first_negative_row();
      if (!row) break;
      const auto column = step < greedy ? most_negative_column(*row) : first_negative_column(*row);
      if (!column) return false;
      tableau_.pivot(*row, *column);
    }
    if (first_negative_row()) return false;
    origin_.clear();
    for (Index row = 0; row < tableau_.rows(); ++row) origin_.push_back(tableau_.basic(row));
    return true;
  }

  /// The row whose variable becomes 0 first when `entering` grows, of P(eps). Errors:
  /// InvalidArgument (none: P is unbounded).
  [[nodiscard]] Index leaving_row(Index entering) const {
    Index best = -1;
    for (Index row = 0; row < tableau_.rows(); ++row) {
      if (tableau_.sign(row, entering) <= 0) continue;
      if (best < 0 || ratio_is_smaller(row, best, entering)) best = row;
    }
    if (best < 0) throw InvalidArgument("{z >= 0 : A z = b} is unbounded");
    return best;
  }

  /// `row`'s variable leaves the basis, `entering` takes its place.
  void pivot(Index row, Index entering) { tableau_.pivot(row, entering); }

  /// Moves to a basis where sum costs_j z_j is largest.
  void maximise(const std::vector<Number>& costs) {
    const auto scaled = tableau_.scaled_costs(costs);
    const Index limit = kRoundedSteps * (tableau_.rows() + tableau_.columns());
    for (Index step = 0; Tableau::kExact || step < limit; ++step) {
      const Index entering = steepest(scaled);
      if (entering < 0) return;
      tableau_.pivot(leaving_row(entering), entering);
    }
  }

 private:
  static constexpr Index kGreedySteps = 10;
  static constexpr Index kRoundedSteps = 100;

  [[nodiscard]] bool ratio_is_smaller(Index row, Index other, Index entering) const {
    int order = tableau_.compare_ratios(row, other, tableau_.columns(), entering);
    for (std::size_t i = 0; order == 0 && i < origin_.size(); ++i) {
      order = tableau_.compare_ratios(row, other, origin_[i], entering);
    }
    return order < 0;
  }

  /// The variable with the largest positive reduced cost, or -1.
  template <class Costs>
  [[nodiscard]] Index steepest(const Costs& costs) const {
    Index best = -1;
    typename Tableau::Scaled largest = 0;
    for (Index j = 0; j < tableau_.columns(); ++j) {
      if (tableau_.row_of(j) >= 0) continue;
      auto cost = tableau_.reduced_cost(costs, j);
      if (cost <= largest) continue;
      largest = std::move(cost);
      best = j;
    }
    return best;
  }

  [[nodiscard]] std::optional<Index> first_negative_row() const {
    std::optional<Index> best;
    for (Index row = 0; row < tableau_.rows(); ++row) {
      if (tableau_.sign(row, tableau_.columns()) >= 0) continue;
      if (!best || tableau_.basic(row) < tableau_.basic(*best)) best = row;
    }
    return best;
  }

  [[nodiscard]] std::optional<Index> most_negative_row() const {
    const Index rhs = tableau_.columns();
    std::optional<Index> best;
    for (Index row = 0; row < tableau_.rows(); ++row) {
      if (tableau_.sign(row, rhs) >= 0) continue;
      if (!best || tableau_.compare(row, rhs, *best, rhs) < 0) best = row;
    }
    return best;
  }

  [[nodiscard]] std::optional<Index> first_negative_column(Index row) const {
    for (Index j = 0; j < tableau_.columns(); ++j) {
      if (tableau_.sign(row, j) < 0) return j;
    }
    return std::nullopt;
  }

  [[nodiscard]] std::optional<Index> most_negative_column(Index row) const {
    std::optional<Index> best;
    for (Index j = 0; j < tableau_.columns(); ++j) {
      if (tableau_.sign(row, j) >= 0) continue;
      if (!best || tableau_.compare(row, j, row, *best) < 0) best = j;
    }
    return best;
  }

  Tableau tableau_;
  std::vector<Index> origin_;  ///< B0
};

}  // namespace thalweg::landscape
