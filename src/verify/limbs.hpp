#pragma once

#include <gmp.h>

#include <cstddef>

#include "verify/number.hpp"

/// Integers of a fixed number of limbs in two's complement: what a tree adds by the million.
namespace thalweg::verify {

using Limb = mp_limb_t;
static_assert(GMP_NUMB_BITS == 64, "limbs are full 64-bit words");

[[nodiscard]] inline bool is_negative(const Limb* a, std::size_t width) {
  return (a[width - 1] >> 63) != 0;
}

[[nodiscard]] inline bool is_zero(const Limb* a, std::size_t width) {
  Limb bits = 0;
  for (std::size_t i = 0; i < width; ++i) bits |= a[i];
  return bits == 0;
}

inline void add_to(Limb* a, const Limb* b, std::size_t width) {
  mpn_add_n(a, a, b, static_cast<mp_size_t>(width));
}

inline void subtract_from(Limb* a, const Limb* b, std::size_t width) {
  mpn_sub_n(a, a, b, static_cast<mp_size_t>(width));
}

/// target = a in a possibly larger width.
inline void widen(Limb* target, std::size_t target_width, const Limb* a, std::size_t width) {
  const Limb sign = is_negative(a, width) ? ~Limb{0} : Limb{0};
  for (std::size_t i = 0; i < target_width; ++i) target[i] = i < width ? a[i] : sign;
}

/// a = a 2^bits modulo 2^(64 width); 0 <= bits <= 64.
inline void shift_left(Limb* a, std::size_t width, int bits) {
  if (bits == 0) return;
  for (std::size_t i = width; i-- > 0;) {
    const Limb low = i == 0 ? 0 : a[i - 1];
    a[i] = bits == 64 ? low : (a[i] << bits) | (low >> (64 - bits));
  }
}

/// target = value, which must fit.
inline void assign(Limb* target, std::size_t width, const Int& value) {
  const std::size_t size = mpz_size(value.get_mpz_t());
  for (std::size_t i = 0; i < width; ++i) {
    target[i] = i < size ? mpz_getlimbn(value.get_mpz_t(), static_cast<mp_size_t>(i)) : 0;
  }
  if (value < 0) mpn_neg(target, target, static_cast<mp_size_t>(width));
}

[[nodiscard]] inline Int to_integer(const Limb* a, std::size_t width) {
  Int value;
  mpz_import(value.get_mpz_t(), width, -1, sizeof(Limb), 0, 0, a);
  if (is_negative(a, width)) value -= shifted(1, static_cast<long>(64 * width));
  return value;
}

}  // namespace thalweg::verify
