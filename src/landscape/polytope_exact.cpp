#include "landscape/polytope_exact.hpp"

#include <string>

namespace thalweg::landscape {
namespace {

/// The positive integer that clears the denominators of a row.
template <class Numbers>
mpz_class common_denominator(const Numbers& numbers) {
  mpz_class common = 1;
  for (const mpq_class& number : numbers) common = lcm(common, number.get_den());
  return common;
}

mpz_class scaled(const mpq_class& number, const mpz_class& scale) {
  return number.get_num() * (scale / number.get_den());
}

}  // namespace

RationalMatrix::RationalMatrix(const Matrix& matrix)
    : RationalMatrix(matrix.rows(), matrix.cols()) {
  for (Index i = 0; i < rows_; ++i) {
    for (Index j = 0; j < columns_; ++j) (*this)(i, j) = matrix(i, j);
  }
}

std::optional<IntegerTableau> IntegerTableau::make(const System& system,
                                                   const std::vector<Index>& columns) {
  const Index rows = system.A.rows();
  if (static_cast<Index>(system.b.size()) != rows) {
    throw InvalidArgument("A has " + std::to_string(rows) + " rows but b has " +
                          std::to_string(system.b.size()));
  }
  IntegerTableau tableau;
  tableau.row_of_.assign(columns.size(), -1);
  for (Index i = 0; i < rows; ++i) {
    std::vector<mpq_class> row;
    for (Index column : columns) row.push_back(system.A(i, column));
    row.push_back(system.b[static_cast<std::size_t>(i)]);
    const mpz_class scale = common_denominator(row);
    std::vector<mpz_class>& integers = tableau.numerators_.emplace_back();
    for (const mpq_class& entry : row) integers.push_back(scaled(entry, scale));
  }
  for (std::size_t row = 0; row < tableau.numerators_.size();) {
    const std::vector<mpz_class>& entries = tableau.numerators_[row];
    std::size_t entering = 0;
    while (entering < columns.size() && entries[entering] == 0) ++entering;
    if (entering < columns.size()) {
      tableau.eliminate(row, entering);
      tableau.basis_.push_back(static_cast<Index>(entering));
      tableau.row_of_[entering] = static_cast<Index>(row);
      ++row;
    } else if (entries.back() == 0) {
      tableau.numerators_.erase(tableau.numerators_.begin() + static_cast<std::ptrdiff_t>(row));
    } else {
      return std::nullopt;
    }
  }
  return tableau;
}

IntegerTableau::Number IntegerTableau::value(Index row) const {
  mpq_class result(at(row, columns()), denominator_);
  result.canonicalize();
  return result;
}

IntegerTableau::Costs IntegerTableau::scaled_costs(const std::vector<mpq_class>& costs) const {
  const mpz_class scale = common_denominator(costs);
  Costs integers;
  for (const mpq_class& cost : costs) integers.push_back(scaled(cost, scale));
  return integers;
}

IntegerTableau::Scaled IntegerTableau::reduced_cost(const Costs& costs, Index variable) const {
  mpz_class result = costs[static_cast<std::size_t>(variable)] * denominator_;
  for (Index row = 0; row < rows(); ++row) {
    const mpz_class& cost = costs[static_cast<std::size_t>(basic(row))];
    if (cost == 0) continue;
    mpz_submul(result.get_mpz_t(), cost.get_mpz_t(), at(row, variable).get_mpz_t());
  }
  return result;
}

void IntegerTableau::pivot(Index row, Index entering) {
  eliminate(static_cast<std::size_t>(row), static_cast<std::size_t>(entering));
  row_of_[static_cast<std::size_t>(basic(row))] = -1;
  row_of_[static_cast<std::size_t>(entering)] = row;
  basis_[static_cast<std::size_t>(row)] = entering;
}

void IntegerTableau::eliminate(std::size_t row, std::size_t entering) {
  const std::vector<mpz_class>& pivot_row = numerators_[row];
  const mpz_class pivot = pivot_row[entering];
  for (std::size_t i = 0; i < numerators_.size(); ++i) {
    if (i == row) continue;
    const mpz_class factor = numerators_[i][entering];
    for (std::size_t j = 0; j < pivot_row.size(); ++j) {
      mpz_ptr entry = numerators_[i][j].get_mpz_t();
      mpz_mul(entry, entry, pivot.get_mpz_t());
      if (factor != 0) mpz_submul(entry, factor.get_mpz_t(), pivot_row[j].get_mpz_t());
      mpz_divexact(entry, entry, denominator_.get_mpz_t());
    }
  }
  denominator_ = abs(pivot);
  if (pivot > 0) return;
  for (std::vector<mpz_class>& numerators : numerators_) {
    for (mpz_class& entry : numerators) entry = -entry;
  }
}

template class Polytope<IntegerTableau>;

}  // namespace thalweg::landscape
