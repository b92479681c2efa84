#pragma once

#include <gmpxx.h>

#include <vector>

#include "thalweg/core/types.hpp"

namespace thalweg::landscape {

/// A matrix of doubles beside its entries as integers over one power of two.
class DyadicMatrix {
 public:
  /// `values` must outlive this.
  explicit DyadicMatrix(const Matrix& values);

  [[nodiscard]] const Matrix& values() const { return values_; }
  /// values(row, column) * 2^bits().
  [[nodiscard]] const mpz_class& operator()(Index row, Index column) const {
    return entries_[static_cast<std::size_t>(row * values_.cols() + column)];
  }
  [[nodiscard]] long bits() const { return bits_; }

 private:
  const Matrix& values_;
  long bits_;
  std::vector<mpz_class> entries_;  ///< row-major
};

/// A dual point nu (n) over the rows of X as exact numbers: integers times one rational unit.
class ExactDual {
 public:
  /// nu_i = integers[i] * unit. X must outlive this.
  ExactDual(const DyadicMatrix& X, std::vector<mpz_class> integers, mpq_class unit);
  ExactDual(const DyadicMatrix& X, const std::vector<mpq_class>& nu);

  [[nodiscard]] const DyadicMatrix& X() const { return X_; }
  [[nodiscard]] const mpz_class& integer(Index i) const {
    return integers_[static_cast<std::size_t>(i)];
  }
  [[nodiscard]] const mpq_class& unit() const { return unit_; }
  [[nodiscard]] mpq_class operator[](Index i) const { return integer(i) * unit_; }

  [[nodiscard]] const Vector& rounded() const { return rounded_; }  ///< (n)
  [[nodiscard]] double error() const { return error_; }             ///< at least |nu - rounded()|

 private:
  const DyadicMatrix& X_;
  std::vector<mpz_class> integers_;
  mpq_class unit_;
  Vector rounded_;
  double error_ = 0;
};

}  // namespace thalweg::landscape
