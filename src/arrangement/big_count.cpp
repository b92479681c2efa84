#include "thalweg/arrangement/big_count.hpp"

#include <gmpxx.h>

#include <limits>

namespace thalweg {

std::optional<std::uint64_t> BigCount::to_uint64() const {
  const mpz_class value(decimal);
  if (sgn(value) < 0 || mpz_sizeinbase(value.get_mpz_t(), 2) > 64) return std::nullopt;
  static_assert(sizeof(unsigned long) == sizeof(std::uint64_t));
  return value.get_ui();
}

double BigCount::to_double() const {
  const mpz_class value(decimal);
  if (mpz_sizeinbase(value.get_mpz_t(), 2) > std::numeric_limits<double>::max_exponent) {
    return sgn(value) * std::numeric_limits<double>::infinity();
  }
  return value.get_d();
}

}  // namespace thalweg
