#include "verify/number.hpp"

#include <algorithm>

#include "verify/reader.hpp"

namespace thalweg::verify {

Dyad operator+(const Dyad& a, const Dyad& b) {
  if (a.exponent >= b.exponent) {
    return {a.mantissa + shifted(b.mantissa, a.exponent - b.exponent), a.exponent};
  }
  return {b.mantissa + shifted(a.mantissa, b.exponent - a.exponent), b.exponent};
}

Dyad operator-(const Dyad& a, const Dyad& b) { return a + Dyad{-b.mantissa, b.exponent}; }

Dyad operator*(const Dyad& a, const Dyad& b) {
  return {a.mantissa * b.mantissa, a.exponent + b.exponent};
}

int compare(const Dyad& a, const Dyad& b) {
  const long gap = a.exponent - b.exponent;
  return gap >= 0 ? cmp(a.mantissa, shifted(b.mantissa, gap))
                  : cmp(shifted(a.mantissa, -gap), b.mantissa);
}

Rational rational(const Dyad& a) {
  const bool fraction = a.exponent > 0;
  Rational value(fraction ? a.mantissa : shifted(a.mantissa, -a.exponent),
                 fraction ? shifted(1, a.exponent) : Int(1));
  value.canonicalize();
  return value;
}

Int dot(const Int* a, const Int* b, std::size_t count) {
  Int sum;
  for (std::size_t i = 0; i < count; ++i) {
    mpz_addmul(sum.get_mpz_t(), a[i].get_mpz_t(), b[i].get_mpz_t());
  }
  return sum;
}

std::size_t footprint(const Int& value) {
  return sizeof(Int) + sizeof(mp_limb_t) * mpz_size(value.get_mpz_t());
}

Dyad53 round(const Rational& value, Rounding side) {
  if (value == 0) return {};
  const long size = static_cast<long>(mpz_sizeinbase(value.get_num_mpz_t(), 2)) -
                    static_cast<long>(mpz_sizeinbase(value.get_den_mpz_t(), 2));
  const auto divide = side == Rounding::kUp ? mpz_cdiv_q : mpz_fdiv_q;
  for (long exponent = std::max(size - 53, -1074L); exponent <= 971; ++exponent) {
    const Int numerator = shifted(value.get_num(), std::max(-exponent, 0L));
    const Int denominator = shifted(value.get_den(), std::max(exponent, 0L));
    Int mantissa;
    divide(mantissa.get_mpz_t(), numerator.get_mpz_t(), denominator.get_mpz_t());
    if (mpz_sizeinbase(mantissa.get_mpz_t(), 2) <= 53) {
      return {mantissa.get_si(), static_cast<int>(exponent)};
    }
  }
  throw Failure{Outcome::kLimit, "a value of the statement reaches 2^1024"};
}

}  // namespace thalweg::verify
