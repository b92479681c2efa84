#include "exact/modular.hpp"

#include <cmath>

namespace thalweg::exact {
std::uint64_t inverse(std::uint64_t a) {
  std::uint64_t result = 1;
  for (std::uint64_t exponent = kPrime - 2; exponent != 0; exponent >>= 1) {
    if (exponent & 1) result = multiply(result, a);
    a = multiply(a, a);
  }
  return result;
}

std::uint64_t residue(double value) {
  if (value == 0) return 0;
  int exponent;
  const auto integer = static_cast<std::int64_t>(std::ldexp(std::frexp(value, &exponent), 53));
  const int rotation = ((exponent - 53) % 61 + 61) % 61;
  const auto magnitude = static_cast<std::uint64_t>(integer < 0 ? -integer : integer);
  const std::uint64_t result = multiply(magnitude, std::uint64_t{1} << rotation);
  return integer < 0 && result != 0 ? kPrime - result : result;
}

bool Echelon::insert(std::vector<std::uint64_t> row) {
  const auto columns = static_cast<std::size_t>(columns_);
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const std::uint64_t factor = row[pivots_[i]];
    if (factor == 0) continue;
    const std::uint64_t negative = kPrime - factor;
    for (std::size_t k = pivots_[i]; k < columns; ++k) {
      row[k] = reduce(row[k] + multiply(negative, rows_[i][k]));
    }
  }
  std::size_t pivot = 0;
  while (pivot < columns && row[pivot] == 0) ++pivot;
  if (pivot == columns) return false;
  const std::uint64_t scale = inverse(row[pivot]);
  for (std::size_t k = pivot; k < columns; ++k) row[k] = multiply(row[k], scale);
  rows_.push_back(std::move(row));
  pivots_.push_back(pivot);
  return true;
}

}  // namespace thalweg::exact
