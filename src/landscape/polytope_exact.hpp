#pragma once

#include <gmpxx.h>

#include <optional>
#include <vector>

#include "landscape/polytope_queries.hpp"
#include "thalweg/core/types.hpp"

namespace thalweg::landscape {

/// A (r x N) matrix of rationals, all 0 at first.
class RationalMatrix {
 public:
  RationalMatrix(Index rows, Index columns)
      : columns_(columns), entries_(static_cast<std::size_t>(rows * columns)), rows_(rows) {}
  /// The stored doubles, exactly.
  explicit RationalMatrix(const Matrix& matrix);

  [[nodiscard]] Index rows() const { return rows_; }
  [[nodiscard]] Index columns() const { return columns_; }
  [[nodiscard]] mpq_class& operator()(Index row, Index column) {
    return entries_[static_cast<std::size_t>(row * columns_ + column)];
  }
  [[nodiscard]] const mpq_class& operator()(Index row, Index column) const {
    return entries_[static_cast<std::size_t>(row * columns_ + column)];
  }

 private:
  Index columns_;
  std::vector<mpq_class> entries_;
  Index rows_;
};

/// A z = b with A (r x N), b (r); rows may depend on one another.
struct RationalSystem {
  RationalMatrix A;
  std::vector<mpq_class> b;
};

/// T = B^{-1} [A b] as integers over one positive denominator: with the rows of [A b] scaled to
/// integers, the denominator is |det B| and the numerators are minors (Cramer), so a pivot divides
/// without remainder (Edmonds, Bareiss) and nothing is ever reduced to lowest terms.
class IntegerTableau {
 public:
  using System = RationalSystem;
  using Number = mpq_class;
  using Scaled = mpz_class;
  using Costs = std::vector<mpz_class>;
  static constexpr bool kExact = true;

  [[nodiscard]] static Index column_count(const System& system) { return system.A.columns(); }
  /// Errors: InvalidArgument (length of b).
  [[nodiscard]] static std::optional<IntegerTableau> make(const System& system,
                                                          const std::vector<Index>& columns);

  [[nodiscard]] Index rows() const { return static_cast<Index>(basis_.size()); }
  [[nodiscard]] Index columns() const { return static_cast<Index>(row_of_.size()); }
  [[nodiscard]] Index basic(Index row) const { return basis_[static_cast<std::size_t>(row)]; }
  [[nodiscard]] Index row_of(Index variable) const {
    return row_of_[static_cast<std::size_t>(variable)];
  }
  [[nodiscard]] int sign(Index row, Index column) const { return sgn(at(row, column)); }
  [[nodiscard]] int compare(Index row, Index column, Index other_row, Index other_column) const {
    return cmp(at(row, column), at(other_row, other_column));
  }
  [[nodiscard]] int compare_ratios(Index row, Index other, Index column, Index entering) const {
    return cmp(at(row, column) * at(other, entering), at(other, column) * at(row, entering));
  }
  [[nodiscard]] Number value(Index row) const;
  [[nodiscard]] Costs scaled_costs(const std::vector<mpq_class>& costs) const;
  [[nodiscard]] Scaled reduced_cost(const Costs& costs, Index variable) const;
  void pivot(Index row, Index entering);

 private:
  [[nodiscard]] const mpz_class& at(Index row, Index column) const {
    return numerators_[static_cast<std::size_t>(row)][static_cast<std::size_t>(column)];
  }
  /// Makes column `entering` the unit vector of `row`.
  void eliminate(std::size_t row, std::size_t entering);

  std::vector<std::vector<mpz_class>> numerators_;  ///< (r x (N + 1))
  mpz_class denominator_ = 1;                       ///< positive
  std::vector<Index> basis_;                        ///< variable of every row
  std::vector<Index> row_of_;                       ///< row of every variable, or -1
};

extern template class Polytope<IntegerTableau>;
using ExactPolytope = Polytope<IntegerTableau>;

}  // namespace thalweg::landscape
