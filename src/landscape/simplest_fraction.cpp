#include "landscape/simplest_fraction.hpp"

namespace thalweg::landscape {
namespace {

mpq_class simplest_positive(const mpq_class& lower, const mpq_class& upper) {
  mpz_class whole;
  mpz_fdiv_q(whole.get_mpz_t(), lower.get_num_mpz_t(), lower.get_den_mpz_t());
  if (lower == whole) return whole;
  if (upper >= whole + 1) return whole + 1;
  // whole < lower <= upper < whole + 1: the fractional parts' reciprocals have the same simplest.
  const mpq_class rest = simplest_positive(1 / (upper - whole), 1 / (lower - whole));
  return whole + 1 / rest;
}

}  // namespace

mpq_class simplest_fraction(const mpq_class& lower, const mpq_class& upper) {
  if (lower > 0) return simplest_positive(lower, upper);
  if (upper < 0) return -simplest_positive(-upper, -lower);
  return 0;
}

}  // namespace thalweg::landscape
