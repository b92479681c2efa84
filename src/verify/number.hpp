#pragma once

#include <gmpxx.h>

#include <cstddef>
#include <vector>

#include "thalweg/verify/check.hpp"

namespace thalweg::verify {

using Int = mpz_class;
using Rational = mpq_class;

/// Integers at one scale: the i-th number is values[i] * 2^-exponent.
struct ScaledVector {
  std::vector<Int> values;
  long exponent = 0;
};

/// value * 2^bits; bits >= 0.
[[nodiscard]] inline Int shifted(const Int& value, long bits) {
  return value << static_cast<mp_bitcnt_t>(bits);
}

/// mantissa * 2^-exponent.
[[nodiscard]] Rational dyadic(const Int& mantissa, long exponent);

/// The dot product of `count` consecutive integers.
[[nodiscard]] Int dot(const Int* a, const Int* b, std::size_t count);

enum class Rounding { kDown, kUp };

/// The nearest Dyad53 on the asked side: the one with the smallest exponent >= -1074 whose rounded
/// mantissa stays below 2^53. Failure (kLimit) at 2^1024 and beyond.
[[nodiscard]] Dyad53 round(const Rational& value, Rounding side);

}  // namespace thalweg::verify
