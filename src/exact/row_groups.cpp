#include "thalweg/exact/row_groups.hpp"

#include <bit>
#include <cmath>
#include <cstdint>
#include <unordered_map>

#include "thalweg/exact/prime_field.hpp"

namespace thalweg {
namespace {

/// The exact product of two doubles: significand * 2^exponent with an odd significand, or 0.
struct ExactProduct {
  __int128 significand;
  int exponent;
  bool operator==(const ExactProduct&) const = default;
};

ExactProduct exact_product(double a, double b) {
  if (a == 0 || b == 0) return {0, 0};
  int exponent_a;
  int exponent_b;
  const auto integer_a = static_cast<std::int64_t>(std::ldexp(std::frexp(a, &exponent_a), 53));
  const auto integer_b = static_cast<std::int64_t>(std::ldexp(std::frexp(b, &exponent_b), 53));
  __int128 product = static_cast<__int128>(integer_a) * integer_b;
  int exponent = exponent_a + exponent_b - 106;
  const auto low = static_cast<std::uint64_t>(product);
  const int zeros = low != 0 ? std::countr_zero(low)
                             : 64 + std::countr_zero(static_cast<std::uint64_t>(product >> 64));
  product >>= zeros;
  exponent += zeros;
  return {product, exponent};
}

/// First position of the largest |x_i|, or -1 for the zero row.
Index leading_position(const Matrix& X, Index row) {
  Index position = -1;
  double largest = 0;
  for (Index k = 0; k < X.cols(); ++k) {
    if (std::fabs(X(row, k)) > largest) {
      largest = std::fabs(X(row, k));
      position = k;
    }
  }
  return position;
}

std::uint64_t mix(std::uint64_t value) {
  value ^= value >> 30;
  value *= 0xbf58476d1ce4e5b9u;
  value ^= value >> 27;
  value *= 0x94d049bb133111ebu;
  return value ^ (value >> 31);
}

/// From the quotients x_k / x_leading modulo a prime: equal for parallel rows, and different for
/// nearly parallel ones, which quotients in floating point would confuse.
std::uint64_t quotient_hash(const Matrix& X, Index row, Index leading) {
  std::uint64_t hash = static_cast<std::uint64_t>(leading) + 0x9e3779b97f4a7c15u;
  const std::uint64_t scale = MersenneField::inverse(MersenneField::residue(X(row, leading)));
  for (Index k = 0; k < X.cols(); ++k) {
    hash = mix(hash + MersenneField::multiply(scale, MersenneField::residue(X(row, k))));
  }
  return hash;
}

bool parallel(const Matrix& X, Index a, Index b, Index leading) {
  for (Index k = 0; k < X.cols(); ++k) {
    if (exact_product(X(a, k), X(b, leading)) != exact_product(X(b, k), X(a, leading))) {
      return false;
    }
  }
  return true;
}

}  // namespace

RowGroups group_parallel_rows(const Matrix& X) {
  const Index n = X.rows();
  RowGroups result;
  result.group_of_row.assign(static_cast<std::size_t>(n), -1);
  result.multiples = Vector::Zero(n);
  std::unordered_multimap<std::uint64_t, Index> groups_by_hash;
  groups_by_hash.reserve(static_cast<std::size_t>(n));
  for (Index row = 0; row < n; ++row) {
    const Index leading = leading_position(X, row);
    if (leading < 0) continue;
    const std::uint64_t hash = quotient_hash(X, row, leading);
    Index group = -1;
    const auto [begin, end] = groups_by_hash.equal_range(hash);
    for (auto candidate = begin; candidate != end && group < 0; ++candidate) {
      const Index first = result.first_rows[static_cast<std::size_t>(candidate->second)];
      if (X(first, leading) != 0 && parallel(X, first, row, leading)) group = candidate->second;
    }
    if (group < 0) {
      group = static_cast<Index>(result.first_rows.size());
      result.first_rows.push_back(row);
      groups_by_hash.emplace(hash, group);
    }
    result.group_of_row[static_cast<std::size_t>(row)] = group;
    const Index first = result.first_rows[static_cast<std::size_t>(group)];
    result.multiples[row] = row == first ? 1.0 : X(row, leading) / X(first, leading);
  }
  return result;
}

}  // namespace thalweg
