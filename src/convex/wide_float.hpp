#pragma once

#include <gmpxx.h>

namespace thalweg::detail {

/// A float of 320 bits (GMP), for points that double-double does not resolve.
struct WideFloat {
  static constexpr mp_bitcnt_t kBits = 320;

  WideFloat() : value(0, kBits) {}
  // A double is a wide float: conversions keep the formulas readable.
  WideFloat(double number) : value(number, kBits) {}  // NOLINT(google-explicit-constructor)

  mpf_class value;
};

inline WideFloat operator+(const WideFloat& a, const WideFloat& b) {
  WideFloat result;
  mpf_add(result.value.get_mpf_t(), a.value.get_mpf_t(), b.value.get_mpf_t());
  return result;
}

inline WideFloat operator-(const WideFloat& a, const WideFloat& b) {
  WideFloat result;
  mpf_sub(result.value.get_mpf_t(), a.value.get_mpf_t(), b.value.get_mpf_t());
  return result;
}

inline WideFloat operator*(const WideFloat& a, const WideFloat& b) {
  WideFloat result;
  mpf_mul(result.value.get_mpf_t(), a.value.get_mpf_t(), b.value.get_mpf_t());
  return result;
}

inline WideFloat operator/(const WideFloat& a, const WideFloat& b) {
  WideFloat result;
  mpf_div(result.value.get_mpf_t(), a.value.get_mpf_t(), b.value.get_mpf_t());
  return result;
}

/// Square root of a nonnegative number.
inline WideFloat sqrt(const WideFloat& a) {
  WideFloat result;
  mpf_sqrt(result.value.get_mpf_t(), a.value.get_mpf_t());
  return result;
}

inline bool operator<(const WideFloat& a, const WideFloat& b) { return a.value < b.value; }

}  // namespace thalweg::detail
