#pragma once

#include <cmath>
#include <cstdint>

namespace thalweg {

/// Arithmetic modulo the prime p = 2^61 - kOffset on residues in [0, p).
///
/// Offset 1 is a Mersenne prime, where 2 has order 61 only: distinct powers of two, and with them
/// badly scaled doubles, may coincide. Offset 31 is a prime in which 2 has order (p - 1) / 8.
template <std::uint64_t kOffset>
struct PrimeField {
  static_assert(kOffset == 1 || kOffset == 31);

  static constexpr std::uint64_t kPrime = (std::uint64_t{1} << 61) - kOffset;
  /// Integers of smaller absolute value than 2^kBits vanish modulo p only when they are zero.
  static constexpr double kBits = 60.9;

  [[nodiscard]] static std::uint64_t multiply(std::uint64_t a, std::uint64_t b) {
    const unsigned __int128 product = static_cast<unsigned __int128>(a) * b;
    const unsigned __int128 once = low(product) + (product >> 61) * kOffset;
    const auto twice = low(once) + static_cast<std::uint64_t>(once >> 61) * kOffset;
    return twice >= kPrime ? twice - kPrime : twice;
  }

  [[nodiscard]] static std::uint64_t subtract(std::uint64_t a, std::uint64_t b) {
    return a >= b ? a - b : a + kPrime - b;
  }

  [[nodiscard]] static std::uint64_t power(std::uint64_t base, std::uint64_t exponent) {
    std::uint64_t result = 1;
    for (; exponent != 0; exponent >>= 1) {
      if ((exponent & 1) != 0) result = multiply(result, base);
      base = multiply(base, base);
    }
    return result;
  }

  /// 1 / a; precondition a != 0. Euclid's algorithm.
  [[nodiscard]] static std::uint64_t inverse(std::uint64_t a) {
    std::uint64_t larger = kPrime;
    std::uint64_t smaller = a;
    std::int64_t previous = 0;  // previous * a = larger and factor * a = smaller modulo p
    std::int64_t factor = 1;
    while (smaller != 1) {
      const std::uint64_t quotient = larger / smaller;
      const std::uint64_t rest = larger - quotient * smaller;
      const std::int64_t next = previous - static_cast<std::int64_t>(quotient) * factor;
      larger = smaller;
      smaller = rest;
      previous = factor;
      factor = next;
    }
    return factor >= 0 ? static_cast<std::uint64_t>(factor)
                       : kPrime - static_cast<std::uint64_t>(-factor);
  }

  /// The finite double m 2^e as m 2^e modulo p.
  [[nodiscard]] static std::uint64_t residue(double value) {
    if (value == 0) return 0;
    int exponent = 0;
    const double fraction = std::frexp(std::abs(value), &exponent);
    const auto significand = static_cast<std::uint64_t>(std::ldexp(fraction, 53));
    const std::uint64_t magnitude = multiply(significand, power_of_two(exponent - 53));
    return value < 0 ? kPrime - magnitude : magnitude;
  }

 private:
  [[nodiscard]] static std::uint64_t low(unsigned __int128 value) {
    return static_cast<std::uint64_t>(value) & ((std::uint64_t{1} << 61) - 1);
  }

  [[nodiscard]] static std::uint64_t power_of_two(int exponent) {
    if constexpr (kOffset == 1) return std::uint64_t{1} << ((exponent % 61 + 61) % 61);
    const auto size = static_cast<std::uint64_t>(exponent < 0 ? -exponent : exponent);
    const std::uint64_t result = power(2, size);
    return exponent < 0 ? inverse(result) : result;
  }
};

using MersenneField = PrimeField<1>;  ///< p = 2^61 - 1

}  // namespace thalweg
