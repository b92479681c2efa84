#include "certificate/exact_number.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

namespace thalweg::certificate {
namespace {

struct OddPart {
  std::int64_t mantissa = 0;
  long exponent = std::numeric_limits<long>::lowest();  ///< the lowest for zero
};

/// A finite double as an odd integer times 2^-exponent.
OddPart odd_part(double value) {
  if (value == 0) return {};
  int exponent = 0;
  const auto mantissa = static_cast<std::int64_t>(std::ldexp(std::frexp(value, &exponent), 53));
  const int zeros = std::countr_zero(static_cast<std::uint64_t>(mantissa));
  return {mantissa >> zeros, 53L - exponent - zeros};
}

mpz_class shifted(const mpz_class& value, long bits) {
  const auto count = static_cast<mp_bitcnt_t>(std::abs(bits));
  return bits >= 0 ? mpz_class(value << count) : mpz_class(value >> count);
}

}  // namespace

Dyad to_dyad(double value) {
  const OddPart part = odd_part(value);
  return part.mantissa == 0 ? Dyad{} : Dyad{mpz_class(long{part.mantissa}), part.exponent};
}

Dyad to_dyad(mpz_class value, long exponent) {
  if (value == 0) return {};
  const mp_bitcnt_t zeros = mpz_scan1(value.get_mpz_t(), 0);
  value >>= zeros;
  return {std::move(value), exponent - static_cast<long>(zeros)};
}

mpq_class to_rational(const Dyad& dyad) {
  const mpz_class power = mpz_class(1) << static_cast<mp_bitcnt_t>(std::abs(dyad.exponent));
  mpq_class value = dyad.exponent >= 0 ? mpq_class(dyad.mantissa, power)
                                       : mpq_class(mpz_class(dyad.mantissa * power));
  value.canonicalize();
  return value;
}

Dyad round_to_dyad(const mpq_class& value, Rounding rounding) {
  if (value == 0) return {};
  const auto bits = [](const mpz_class& z) {
    return static_cast<long>(mpz_sizeinbase(z.get_mpz_t(), 2));
  };
  // The quotient then has 52 or 53 bits.
  const long shift = 52 - bits(value.get_num()) + bits(value.get_den());
  mpz_class numerator = shift >= 0 ? shifted(value.get_num(), shift) : value.get_num();
  const mpz_class denominator = shift >= 0 ? value.get_den() : shifted(value.get_den(), -shift);
  mpz_class quotient;
  if (rounding == Rounding::kUp) {
    mpz_cdiv_q(quotient.get_mpz_t(), numerator.get_mpz_t(), denominator.get_mpz_t());
  } else {
    mpz_fdiv_q(quotient.get_mpz_t(), numerator.get_mpz_t(), denominator.get_mpz_t());
  }
  return to_dyad(std::move(quotient), shift);
}

void append(std::string& text, const Dyad& dyad) {
  text += dyad.mantissa.get_str();
  text += ':';
  text += std::to_string(dyad.exponent);
}

long common_exponent(const Eigen::Ref<const Matrix>& values) {
  long exponent = std::numeric_limits<long>::lowest();
  for (Index j = 0; j < values.cols(); ++j) {
    for (Index i = 0; i < values.rows(); ++i) {
      exponent = std::max(exponent, odd_part(values(i, j)).exponent);
    }
  }
  return exponent == std::numeric_limits<long>::lowest() ? 0 : exponent;
}

mpz_class scaled_integer(double value, long exponent) {
  const OddPart part = odd_part(value);
  if (part.mantissa == 0) return 0;
  return shifted(mpz_class(long{part.mantissa}), exponent - part.exponent);
}

ScaledIntegers scaled_integers(const Eigen::Ref<const Matrix>& values) {
  ScaledIntegers result;
  result.rows = values.rows();
  result.exponent = common_exponent(values);
  result.values.reserve(static_cast<std::size_t>(values.size()));
  for (Index j = 0; j < values.cols(); ++j) {
    for (Index i = 0; i < values.rows(); ++i) {
      result.values.push_back(scaled_integer(values(i, j), result.exponent));
    }
  }
  return result;
}

}  // namespace thalweg::certificate
