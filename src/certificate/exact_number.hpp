#pragma once

#include <gmpxx.h>

#include <string>
#include <vector>

#include "thalweg/core/types.hpp"

namespace thalweg::certificate {

/// mantissa * 2^-exponent; canonical when the mantissa is odd, or both are 0 (docs/certificate.md,
/// "Spelling").
struct Dyad {
  mpz_class mantissa;
  long exponent = 0;
};

/// The canonical dyad of a finite double.
[[nodiscard]] Dyad to_dyad(double value);
/// The canonical dyad of value * 2^-exponent.
[[nodiscard]] Dyad to_dyad(mpz_class value, long exponent);
/// The exact value of a dyad.
[[nodiscard]] mpq_class to_rational(const Dyad& dyad);

enum class Rounding { kDown, kUp };
/// A dyad with a mantissa of at most 53 bits on the given side of the value.
[[nodiscard]] Dyad round_to_dyad(const mpq_class& value, Rounding rounding);

/// "m:e".
void append(std::string& text, const Dyad& dyad);

/// Doubles as integers over one power of two: entry = integer * 2^-exponent, column-major.
struct ScaledIntegers {
  std::vector<mpz_class> values;
  Index rows = 0;
  long exponent = 0;

  [[nodiscard]] const mpz_class& operator()(Index row, Index column) const {
    return values[static_cast<std::size_t>(column * rows + row)];
  }
};

/// The least common exponent of finite doubles; 0 when all are zero.
[[nodiscard]] long common_exponent(const Eigen::Ref<const Matrix>& values);
/// value * 2^exponent; precondition: an integer.
[[nodiscard]] mpz_class scaled_integer(double value, long exponent);
[[nodiscard]] ScaledIntegers scaled_integers(const Eigen::Ref<const Matrix>& values);

}  // namespace thalweg::certificate
