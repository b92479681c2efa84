#pragma once

#include <gmpxx.h>

#include <cstddef>
#include <vector>

#include "thalweg/verify/check.hpp"

namespace thalweg::verify {

using Int = mpz_class;
using Rational = mpq_class;

/// mantissa * 2^-exponent, exact; not normalised.
struct Dyad {
  Int mantissa;
  long exponent = 0;
};

/// Integers that share one scale: the i-th number is values[i] * 2^-exponent.
struct ScaledVector {
  std::vector<Int> values;
  long exponent = 0;
};

/// value * 2^bits; bits >= 0.
[[nodiscard]] inline Int shifted(const Int& value, long bits) {
  return value << static_cast<mp_bitcnt_t>(bits);
}

[[nodiscard]] Dyad operator+(const Dyad& a, const Dyad& b);
[[nodiscard]] Dyad operator-(const Dyad& a, const Dyad& b);
[[nodiscard]] Dyad operator*(const Dyad& a, const Dyad& b);
/// Negative, zero or positive as a is below, equal to or above b.
[[nodiscard]] int compare(const Dyad& a, const Dyad& b);
[[nodiscard]] Rational rational(const Dyad& a);

/// The integer dot product of count consecutive values.
[[nodiscard]] Int dot(const Int* a, const Int* b, std::size_t count);
/// Bytes that a number of this size occupies.
[[nodiscard]] std::size_t footprint(const Int& value);

enum class Rounding { kDown, kUp };

/// The nearest Dyad53 on the asked side of `value`: the one with the smallest exponent >= -1074 for
/// which the rounded mantissa stays below 2^53. Throws Failure (kLimit) at 2^1024 and beyond.
[[nodiscard]] Dyad53 round(const Rational& value, Rounding side);

}  // namespace thalweg::verify
