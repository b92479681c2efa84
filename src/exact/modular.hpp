#pragma once

#include <cstdint>
#include <vector>

#include "thalweg/core/types.hpp"

namespace thalweg::exact {

/// The Mersenne prime 2^61 - 1: powers of two, and with them doubles, reduce by rotation.
inline constexpr std::uint64_t kPrime = (std::uint64_t{1} << 61) - 1;

[[nodiscard]] inline std::uint64_t reduce(std::uint64_t value) {
  value = (value & kPrime) + (value >> 61);
  return value >= kPrime ? value - kPrime : value;
}

[[nodiscard]] inline std::uint64_t multiply(std::uint64_t a, std::uint64_t b) {
  const unsigned __int128 product = static_cast<unsigned __int128>(a) * b;
  return reduce((static_cast<std::uint64_t>(product) & kPrime) +
                static_cast<std::uint64_t>(product >> 61));
}
[[nodiscard]] std::uint64_t inverse(std::uint64_t a);
/// The finite double m 2^e as m 2^e modulo the prime.
[[nodiscard]] std::uint64_t residue(double value);

/// A growing echelon form modulo the prime.
class Echelon {
 public:
  explicit Echelon(Index columns) : columns_(columns) {}

  /// Adds the row if it is independent of the rows so far; says whether it was.
  bool insert(std::vector<std::uint64_t> row);
  [[nodiscard]] Index rank() const { return static_cast<Index>(rows_.size()); }

 private:
  Index columns_;
  std::vector<std::vector<std::uint64_t>> rows_;  ///< pivot entry 1
  std::vector<std::size_t> pivots_;
};

}  // namespace thalweg::exact
