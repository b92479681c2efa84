#include "thalweg/exact/rank.hpp"

#include <gmpxx.h>

#include <algorithm>

#include "exact/echelon.hpp"
#include "exact/integer_row.hpp"

namespace thalweg {
namespace {

using exact::integer_row;

/// The kernel of some independent integer rows: for each free column c the vector with entry
/// `denominators[c]` at c and -numerators(i, c) at pivot column i.
class ExactKernel {
 public:
  ExactKernel(const Matrix& X, const std::vector<Index>& rows) : columns_(X.cols()) {
    for (Index row : rows) {
      const std::vector<mpz_class> integers = integer_row(X, row);
      eliminate({integers.begin(), integers.end()});
    }
    clear_denominators();
  }

  /// Whether the row is orthogonal to the kernel, that is, in the span of the rows.
  [[nodiscard]] bool contains(const std::vector<mpz_class>& row) const {
    mpz_class sum;
    for (const Column& column : free_columns_) {
      sum = column.denominator * row[column.position];
      for (std::size_t i = 0; i < pivots_.size(); ++i) {
        mpz_submul(sum.get_mpz_t(), column.numerators[i].get_mpz_t(), row[pivots_[i]].get_mpz_t());
      }
      if (sum != 0) return false;
    }
    return true;
  }

 private:
  struct Column {
    std::size_t position;
    mpz_class denominator;
    std::vector<mpz_class> numerators;
  };

  /// Gauss-Jordan: the rows so far have 1 at their own pivot and 0 at the others'.
  void eliminate(std::vector<mpq_class> row) {
    for (std::size_t i = 0; i < rows_.size(); ++i) subtract(row, row[pivots_[i]], rows_[i]);
    std::size_t pivot = 0;
    while (row[pivot] == 0) ++pivot;
    const mpq_class scale = row[pivot];
    for (mpq_class& entry : row) entry /= scale;
    for (std::vector<mpq_class>& other : rows_) subtract(other, other[pivot], row);
    rows_.push_back(std::move(row));
    pivots_.push_back(pivot);
  }

  static void subtract(std::vector<mpq_class>& row, mpq_class factor,
                       const std::vector<mpq_class>& other) {
    if (factor == 0) return;
    for (std::size_t k = 0; k < row.size(); ++k) row[k] -= factor * other[k];
  }

  void clear_denominators() {
    for (std::size_t position = 0; position < static_cast<std::size_t>(columns_); ++position) {
      if (std::find(pivots_.begin(), pivots_.end(), position) != pivots_.end()) continue;
      Column column{position, 1, {}};
      for (const auto& row : rows_) {
        column.denominator = lcm(column.denominator, row[position].get_den());
      }
      for (const auto& row : rows_) {
        column.numerators.push_back(row[position].get_num() *
                                    (column.denominator / row[position].get_den()));
      }
      free_columns_.push_back(std::move(column));
    }
  }

  Index columns_;
  std::vector<std::vector<mpq_class>> rows_;
  std::vector<std::size_t> pivots_;
  std::vector<Column> free_columns_;
};

/// The first row outside the span of `rows`, or -1.
Index first_row_outside(const Matrix& X, const std::vector<Index>& rows) {
  const ExactKernel kernel(X, rows);
  for (Index row = 0; row < X.rows(); ++row) {
    if (!kernel.contains(integer_row(X, row))) return row;
  }
  return -1;
}

}  // namespace

RowBasis row_basis(const Matrix& X, const std::vector<Index>& preferred) {
  const Index full = std::min(X.rows(), X.cols());
  RowBasis basis;
  exact::Echelon echelon(X.cols());
  std::vector<std::uint64_t> residues(static_cast<std::size_t>(X.cols()));
  const auto offer = [&](Index row) {
    if (echelon.rank() == full) return;
    for (Index k = 0; k < X.cols(); ++k) {
      residues[static_cast<std::size_t>(k)] = MersenneField::residue(X(row, k));
    }
    if (echelon.insert(residues)) basis.rows.push_back(row);
  };
  for (Index row : preferred) offer(row);
  for (Index row = 0; row < X.rows() && echelon.rank() < full; ++row) offer(row);
  while (basis.rank() < full) {
    if (basis.rank() > kMaxProvedDeficientRank) {
      basis.proved = false;
      break;
    }
    const Index outside = first_row_outside(X, basis.rows);
    if (outside < 0) break;
    basis.rows.push_back(outside);
  }
  std::sort(basis.rows.begin(), basis.rows.end());
  return basis;
}

}  // namespace thalweg
