#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "support/arrangement_families.hpp"

namespace thalweg::testing {

/// Rows of two kinds in turns: small integers, and combinations of two of those before, rounded.
/// Where the combination is not a double, the vertex is nearly degenerate.
inline Matrix nearly_dependent_rows(Random& random, Index n, Index d) {
  Matrix X = gaussian_rows(random, n, d);
  for (Index i = 2; i < n; i += 2) {
    const auto pick = [&] {
      return static_cast<Index>(random.below(static_cast<std::uint64_t>(i)));
    };
    const Index a = pick();
    const Index b = pick();
    X.row(i) = X.row(a) + 0.1 * (1 + static_cast<double>(random.below(9))) * X.row(b);
  }
  return X;
}

/// Rows within about 2^-bits of a common one.
inline Matrix clustered_rows(Random& random, Index n, Index d, int bits) {
  const Matrix center = gaussian_rows(random, 1, d);
  return center.replicate(n, 1) + std::ldexp(1.0, -bits) * gaussian_rows(random, n, d);
}

/// Entries spread over exponents -spread .. spread, some of them zero.
inline Matrix spread_rows(Random& random, Index n, Index d, int spread) {
  return Matrix::NullaryExpr(n, d, [&] {
    const auto exponent =
        static_cast<int>(random.below(static_cast<std::uint64_t>(2 * spread + 1)));
    const double mantissa = static_cast<double>(random.below(5)) - 2;
    return std::ldexp(mantissa, exponent - spread);
  });
}

/// Small integers times the smallest positive double.
inline Matrix denormal_rows(Random& random, Index n, Index d) {
  return std::numeric_limits<double>::denorm_min() * small_integer_rows(random, n, d, 3);
}

/// n rows of X, repetitions allowed.
inline Matrix some_rows(Random& random, const Matrix& X, Index n) {
  Matrix result(n, X.cols());
  for (Index i = 0; i < n; ++i) {
    result.row(i) = X.row(static_cast<Index>(random.below(static_cast<std::uint64_t>(X.rows()))));
  }
  return result;
}

/// A random instance: the kinds of random_arrangement and those that floating point finds hardest.
inline RandomArrangement hard_arrangement(Random& random, Index max_rows, Index max_columns) {
  const auto between = [&](Index low, Index high) {
    return low + static_cast<Index>(random.below(static_cast<std::uint64_t>(high - low + 1)));
  };
  const Index n = between(2, max_rows);
  const Index d = between(1, max_columns);
  switch (random.below(10)) {
    case 0:
      return {"decimals", 0.1 * small_integer_rows(random, n, d, 4)};
    case 1:
      return {"decimals with bias",
              with_bias(0.1 * small_integer_rows(random, n, std::max<Index>(d - 1, 1), 3))};
    case 2:
      return {"part of a grid",
              some_rows(random, grid_with_bias(3, std::clamp<Index>(d - 1, 1, 3)), n)};
    case 3:
      return {"nearly dependent", nearly_dependent_rows(random, n, d)};
    case 4:
      return {"clustered", clustered_rows(random, n, d, static_cast<int>(between(5, 50)))};
    case 5:
      return {"spread exponents", spread_rows(random, n, d, static_cast<int>(between(1, 500)))};
    case 6:
      return {"denormal", denormal_rows(random, n, d)};
    case 7:
      return {"badly scaled slivers",
              badly_scaled(random, nudged(random, small_integer_rows(random, n, d, 1)), 300)};
    case 8:
      return {
          "slivers with bias",
          nudged(random, with_bias(small_integer_rows(random, n, std::max<Index>(d - 1, 1), 1)))};
    default:
      return random_arrangement(random, max_rows, max_columns);
  }
}

}  // namespace thalweg::testing
