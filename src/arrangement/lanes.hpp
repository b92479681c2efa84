#pragma once

#include <immintrin.h>

#include <cstdint>

/// Eight doubles at a time, in as many registers as the instruction set that this file is compiled
/// for needs. Everything has internal linkage: the same names are compiled for several sets, and
/// the linker must not merge them.
namespace {

#if defined(__AVX512F__)
constexpr int kWidth = 8;
#elif defined(__AVX2__)
constexpr int kWidth = 4;
#else
constexpr int kWidth = 2;
#endif
constexpr int kParts = 8 / kWidth;

using Reals = double __attribute__((vector_size(kWidth * 8)));
using Bits = std::uint64_t __attribute__((vector_size(kWidth * 8)));
using UnalignedReals = double __attribute__((vector_size(kWidth * 8), aligned(8)));
using UnalignedBits = std::uint64_t __attribute__((vector_size(kWidth * 8), aligned(8)));

#define THALWEG_INLINE inline __attribute__((always_inline))

THALWEG_INLINE Reals splat(double value) { return value - Reals{}; }
THALWEG_INLINE Bits splat_bits(std::uint64_t value) { return value - Bits{}; }
THALWEG_INLINE Reals load(const double* from) {
  return *reinterpret_cast<const UnalignedReals*>(from);
}
THALWEG_INLINE void store(double* to, Reals value) {
  *reinterpret_cast<UnalignedReals*>(to) = value;
}
THALWEG_INLINE void store_bits(std::uint64_t* to, Bits value) {
  *reinterpret_cast<UnalignedBits*>(to) = value;
}
THALWEG_INLINE Bits load_bits(const std::uint64_t* from) {
  return *reinterpret_cast<const UnalignedBits*>(from);
}
THALWEG_INLINE Reals magnitude(Reals value) {
  return reinterpret_cast<Reals>(reinterpret_cast<Bits>(value) &
                                 splat_bits(~std::uint64_t{0} >> 1));
}

/// The larger of `most` (not negative) and |value|.
THALWEG_INLINE Reals larger_magnitude(Reals most, Reals value) {
#if defined(__AVX512DQ__)
  return _mm512_range_pd(most, value, 0b1011);
#else
  const Reals absolute = magnitude(value);
  return absolute > most ? absolute : most;
#endif
}

/// The smaller of `least` (not negative) and |value|.
THALWEG_INLINE Reals smaller_magnitude(Reals least, Reals value) {
#if defined(__AVX512DQ__)
  return _mm512_range_pd(least, value, 0b1010);
#else
  const Reals absolute = magnitude(value);
  return absolute < least ? absolute : least;
#endif
}

/// bits * 2 plus the sign bit of value.
THALWEG_INLINE Bits shift_in_sign(Bits bits, Reals value) {
#if defined(__AVX512VBMI2__)
  return reinterpret_cast<Bits>(
      _mm512_shldi_epi64(reinterpret_cast<__m512i>(bits), reinterpret_cast<__m512i>(value), 1));
#else
  return (bits + bits) | (reinterpret_cast<Bits>(value) >> 63);
#endif
}

/// Bit l where lane l of the comparison's result is all ones.
THALWEG_INLINE unsigned lane_mask(Reals truth) {
#if defined(__AVX512DQ__)
  return _mm512_movepi64_mask(reinterpret_cast<__m512i>(truth));
#elif defined(__AVX2__)
  return static_cast<unsigned>(_mm256_movemask_pd(truth));
#else
  return static_cast<unsigned>(_mm_movemask_pd(truth));
#endif
}
template <class Comparison>
THALWEG_INLINE unsigned truth_mask(Comparison truth) {
  return lane_mask(reinterpret_cast<Reals>(truth));
}

}  // namespace
