#include "landscape/dyadic.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace thalweg::landscape {

long fraction_bits(double value) {
  if (value == 0) return 0;
  int exponent = 0;
  const double fraction = std::frexp(std::abs(value), &exponent);
  auto mantissa = static_cast<std::uint64_t>(std::ldexp(fraction, 53));
  long bits = 53 - exponent;
  while ((mantissa & 1) == 0) {
    mantissa >>= 1;
    --bits;
  }
  return std::max(0L, bits);
}

long fraction_bits(const Eigen::Ref<const Matrix>& values) {
  long bits = 0;
  for (Index j = 0; j < values.cols(); ++j) {
    for (Index i = 0; i < values.rows(); ++i) bits = std::max(bits, fraction_bits(values(i, j)));
  }
  return bits;
}

mpz_class scaled_integer(double value, long bits) {
  if (value == 0) return 0;
  int exponent = 0;
  const double fraction = std::frexp(value, &exponent);
  mpz_class result(std::ldexp(fraction, 53));
  const long shift = exponent - 53 + bits;
  if (shift >= 0) {
    result <<= static_cast<mp_bitcnt_t>(shift);
  } else {
    result >>= static_cast<mp_bitcnt_t>(-shift);  // exact: only zeros leave
  }
  return result;
}

mpq_class scaled(const mpz_class& value, long shift) {
  mpq_class result(value);
  if (shift >= 0) {
    result <<= static_cast<mp_bitcnt_t>(shift);
  } else {
    result >>= static_cast<mp_bitcnt_t>(-shift);
  }
  return result;
}

// mpq_get_d truncates towards zero.
double rounded_up(const mpq_class& value) {
  const double near = value.get_d();
  if (!std::isfinite(near)) {
    return near > 0 ? near : std::numeric_limits<double>::lowest();
  }
  if (mpq_class(near) >= value) return near;
  return std::nextafter(near, std::numeric_limits<double>::infinity());
}

double rounded_down(const mpq_class& value) { return -rounded_up(-value); }

mpq_class root_above(const mpq_class& value) {
  if (value == 0) return 0;
  // sqrt(a / b) = sqrt(a b) / b.
  mpz_class radicand = value.get_num() * value.get_den();
  const auto size = static_cast<long>(mpz_sizeinbase(radicand.get_mpz_t(), 2));
  const auto shift = static_cast<mp_bitcnt_t>(std::max(0L, 420 - size) / 2);
  radicand <<= 2 * shift;
  mpz_class root = sqrt(radicand) + 1;
  mpq_class result(root, value.get_den() << shift);
  result.canonicalize();
  return result;
}

mpz_class common_denominator(const std::vector<mpq_class>& values) {
  mpz_class denominator = 1;
  for (const mpq_class& value : values) denominator = lcm(denominator, value.get_den());
  return denominator;
}

std::vector<mpz_class> over_common_denominator(const std::vector<mpq_class>& values) {
  const mpz_class denominator = common_denominator(values);
  std::vector<mpz_class> result;
  result.reserve(values.size());
  for (const mpq_class& value : values) {
    result.push_back(value.get_num() * (denominator / value.get_den()));
  }
  return result;
}

std::vector<mpq_class> solve_exactly(std::vector<std::vector<mpq_class>> A,
                                     std::vector<mpq_class> b) {
  const std::size_t k = b.size();
  for (std::size_t column = 0; column < k; ++column) {
    std::size_t pivot = column;
    while (pivot < k && A[pivot][column] == 0) ++pivot;
    if (pivot == k) return {};
    std::swap(A[pivot], A[column]);
    std::swap(b[pivot], b[column]);
    for (std::size_t row = 0; row < k; ++row) {
      if (row == column || A[row][column] == 0) continue;
      const mpq_class factor = A[row][column] / A[column][column];
      for (std::size_t j = column; j < k; ++j) A[row][j] -= factor * A[column][j];
      b[row] -= factor * b[column];
    }
  }
  for (std::size_t row = 0; row < k; ++row) b[row] /= A[row][row];
  return b;
}

// A Schur complement of a semidefinite matrix is semidefinite: a 0 on the diagonal has a row of
// zeros.
std::optional<std::vector<mpq_class>> solve_semidefinite(std::vector<std::vector<mpq_class>> A,
                                                         std::vector<mpq_class> b) {
  const std::size_t k = b.size();
  for (std::size_t pivot = 0; pivot < k; ++pivot) {
    if (A[pivot][pivot] == 0) {
      if (b[pivot] != 0) return std::nullopt;
      continue;
    }
    for (std::size_t row = 0; row < k; ++row) {
      if (row == pivot || A[row][pivot] == 0) continue;
      const mpq_class factor = A[row][pivot] / A[pivot][pivot];
      for (std::size_t j = pivot; j < k; ++j) A[row][j] -= factor * A[pivot][j];
      b[row] -= factor * b[pivot];
    }
  }
  for (std::size_t row = 0; row < k; ++row) {
    if (A[row][row] != 0) b[row] /= A[row][row];
  }
  return b;
}

}  // namespace thalweg::landscape
