#include "exact/integer_row.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

namespace thalweg::exact {

std::vector<mpz_class> integer_row(const Matrix& X, Index row) {
  const auto d = static_cast<std::size_t>(X.cols());
  std::vector<std::int64_t> significands(d, 0);
  std::vector<int> exponents(d, 0);
  int lowest = 4096;
  for (std::size_t k = 0; k < d; ++k) {
    const double value = X(row, static_cast<Index>(k));
    if (value == 0) continue;
    const auto full = static_cast<std::int64_t>(std::ldexp(std::frexp(value, &exponents[k]), 53));
    const int zeros = std::countr_zero(static_cast<std::uint64_t>(full));
    significands[k] = full / (std::int64_t{1} << zeros);
    exponents[k] += zeros;
    lowest = std::min(lowest, exponents[k]);
  }
  std::vector<mpz_class> result(d);
  for (std::size_t k = 0; k < d; ++k) {
    if (significands[k] == 0) continue;
    result[k] = static_cast<long>(significands[k]);
    result[k] <<= static_cast<unsigned>(exponents[k] - lowest);
  }
  return result;
}

}  // namespace thalweg::exact
