#include "thalweg/exact/determinant.hpp"

#include <CGAL/Interval_nt.h>
#include <gmpxx.h>

#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "exact/echelon.hpp"
#include "exact/integer_row.hpp"

namespace thalweg {
namespace {

using Interval = CGAL::Interval_nt<false>;

/// Elimination in intervals: the sign, or 0 when they do not decide it.
int interval_sign(const Matrix& A) {
  const CGAL::Protect_FPU_rounding<true> upward;
  const Index m = A.rows();
  std::vector<Interval> a(static_cast<std::size_t>(m * m));
  const auto at = [&](Index i, Index j) -> Interval& {
    return a[static_cast<std::size_t>(i * m + j)];
  };
  for (Index i = 0; i < m; ++i) {
    for (Index j = 0; j < m; ++j) at(i, j) = A(i, j);
  }
  int sign = 1;
  for (Index k = 0; k < m; ++k) {
    Index pivot = -1;
    double largest = 0;
    for (Index i = k; i < m; ++i) {
      const Interval& entry = at(i, k);
      const double smallest = entry.inf() > 0 ? entry.inf() : -entry.sup();
      if (smallest > largest) {
        largest = smallest;
        pivot = i;
      }
    }
    if (pivot < 0) return 0;
    if (pivot != k) {
      for (Index j = k; j < m; ++j) std::swap(at(k, j), at(pivot, j));
      sign = -sign;
    }
    if (at(k, k).sup() < 0) sign = -sign;
    for (Index i = k + 1; i < m; ++i) {
      const Interval factor = at(i, k) / at(k, k);
      for (Index j = k + 1; j < m; ++j) at(i, j) -= factor * at(k, j);
    }
  }
  return sign;
}

bool singular_modulo_prime(const Matrix& A) {
  exact::Echelon echelon(A.cols());
  std::vector<std::uint64_t> residues(static_cast<std::size_t>(A.cols()));
  for (Index i = 0; i < A.rows(); ++i) {
    for (Index j = 0; j < A.cols(); ++j) {
      residues[static_cast<std::size_t>(j)] = MersenneField::residue(A(i, j));
    }
    if (!echelon.insert(residues)) return true;
  }
  return false;
}

using IntegerRows = std::vector<std::vector<mpz_class>>;

/// Hadamard: |det| <= prod_i |row_i|, in bits, rounded up.
double determinant_bits(const IntegerRows& rows) {
  double bits = 0;
  for (const auto& row : rows) {
    mpz_class squares = 0;
    for (const mpz_class& entry : row) squares += entry * entry;
    bits += 0.5 * static_cast<double>(mpz_sizeinbase(squares.get_mpz_t(), 2));
  }
  return bits;
}

/// Fraction-free elimination; divisions are exact.
int bareiss_sign(IntegerRows rows) {
  const std::size_t m = rows.size();
  mpz_class previous = 1;
  int sign = 1;
  for (std::size_t k = 0; k < m; ++k) {
    std::size_t pivot = k;
    while (pivot < m && rows[pivot][k] == 0) ++pivot;
    if (pivot == m) return 0;
    if (pivot != k) {
      std::swap(rows[k], rows[pivot]);
      sign = -sign;
    }
    for (std::size_t i = k + 1; i < m; ++i) {
      for (std::size_t j = k + 1; j < m; ++j) {
        mpz_class& entry = rows[i][j];
        entry *= rows[k][k];
        mpz_submul(entry.get_mpz_t(), rows[i][k].get_mpz_t(), rows[k][j].get_mpz_t());
        mpz_divexact(entry.get_mpz_t(), entry.get_mpz_t(), previous.get_mpz_t());
      }
    }
    previous = rows[k][k];
  }
  return sign * sgn(previous);
}

}  // namespace

int likely_determinant_sign(const Matrix& A) { return interval_sign(A); }

int determinant_sign(const Matrix& A) {
  const int likely = likely_determinant_sign(A);
  if (likely != 0 || A.rows() == 0) return A.rows() == 0 ? 1 : likely;
  IntegerRows rows;
  for (Index i = 0; i < A.rows(); ++i) rows.push_back(exact::integer_row(A, i));
  if (determinant_bits(rows) < 60.5 && singular_modulo_prime(A)) return 0;
  return bareiss_sign(std::move(rows));
}

}  // namespace thalweg
