#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "thalweg/core/random.hpp"
#include "thalweg/core/types.hpp"

namespace thalweg::testing {

/// An arrangement with a number of cells known from the literature.
struct KnownArrangement {
  std::string name;
  Matrix X;
  std::uint64_t cells = 0;  ///< both signs
};

inline std::uint64_t factorial(std::uint64_t n) { return n <= 1 ? 1 : n * factorial(n - 1); }

/// e_i - e_j for i < j < d, rank d - 1: the cells are the d! orders of d numbers.
inline KnownArrangement braid(Index d) {
  Matrix X = Matrix::Zero(d * (d - 1) / 2, d);
  Index row = 0;
  for (Index i = 0; i < d; ++i) {
    for (Index j = i + 1; j < d; ++j, ++row) {
      X(row, i) = 1;
      X(row, j) = -1;
    }
  }
  return {"braid " + std::to_string(d), X, factorial(static_cast<std::uint64_t>(d))};
}

/// All nonzero 0/1 vectors in R^d, 2 <= d <= 6. Counts: Kamiya, Takemura, Terao 2012 (OEIS
/// A034997).
inline KnownArrangement resonance(Index d) {
  constexpr std::uint64_t kCells[] = {6, 32, 370, 11292, 1066044};
  const Index rows = (Index{1} << d) - 1;
  Matrix X(rows, d);
  for (Index i = 0; i < rows; ++i) {
    for (Index k = 0; k < d; ++k) X(i, k) = static_cast<double>((i + 1) >> k & 1);
  }
  return {"resonance " + std::to_string(d), X, kCells[d - 2]};
}

/// (1, e) for e in {-1, 1}^d, 1 <= d <= 6: the cells are the threshold functions of d variables
/// (OEIS A000609).
inline KnownArrangement threshold(Index d) {
  constexpr std::uint64_t kCells[] = {4, 14, 104, 1882, 94572, 15028134};
  const Index rows = Index{1} << d;
  Matrix X = Matrix::Ones(rows, d + 1);
  for (Index i = 0; i < rows; ++i) {
    for (Index k = 0; k < d; ++k) X(i, k + 1) = (i >> k & 1) != 0 ? 1 : -1;
  }
  return {"threshold " + std::to_string(d), X, kCells[d - 1]};
}

/// e_k and e_i +- e_j (type B): 2^d d! cells, the signed orders.
inline KnownArrangement signed_orders(Index d) {
  Matrix X = Matrix::Zero(d * d, d);
  X.topRows(d).setIdentity();
  Index row = d;
  for (Index i = 0; i < d; ++i) {
    for (Index j = i + 1; j < d; ++j) {
      for (const double sign : {-1.0, 1.0}) {
        X(row, i) = 1;
        X(row++, j) = sign;
      }
    }
  }
  const std::uint64_t cells = (std::uint64_t{1} << d) * factorial(static_cast<std::uint64_t>(d));
  return {"signed orders " + std::to_string(d), X, cells};
}

/// Integer points of {0, ..., side - 1}^dims with a column of ones last.
inline Matrix grid_with_bias(Index side, Index dims) {
  Index rows = 1;
  for (Index k = 0; k < dims; ++k) rows *= side;
  Matrix X = Matrix::Ones(rows, dims + 1);
  for (Index i = 0; i < rows; ++i) {
    Index rest = i;
    for (Index k = 0; k < dims; ++k, rest /= side) X(i, k) = static_cast<double>(rest % side);
  }
  return X;
}

/// side x side points with bias, side 2 (the threshold functions of 2 variables) or 10 (counted by
/// two independent enumerators).
inline KnownArrangement plane_grid(Index side) {
  return {"grid " + std::to_string(side), grid_with_bias(side, 2),
          side == 2 ? std::uint64_t{14} : std::uint64_t{6214}};
}

/// All known arrangements of at most `largest` cells.
inline std::vector<KnownArrangement> known_arrangements(std::uint64_t largest) {
  std::vector<KnownArrangement> all = {plane_grid(2), plane_grid(10)};
  for (Index d = 1; d <= 8; ++d) all.push_back(braid(d));
  for (Index d = 2; d <= 6; ++d) all.push_back(resonance(d));
  for (Index d = 1; d <= 6; ++d) all.push_back(threshold(d));
  for (Index d = 1; d <= 6; ++d) all.push_back(signed_orders(d));
  std::erase_if(all, [&](const KnownArrangement& known) { return known.cells > largest; });
  return all;
}

inline Matrix gaussian_rows(Random& random, Index n, Index d) {
  return Matrix::NullaryExpr(n, d, [&] { return random.normal(); });
}

/// Entries uniform in {-magnitude, ..., magnitude}; zero and parallel rows occur.
inline Matrix small_integer_rows(Random& random, Index n, Index d, int magnitude) {
  return Matrix::NullaryExpr(n, d, [&] {
    const auto value = random.below(static_cast<std::uint64_t>(2 * magnitude + 1));
    return static_cast<double>(value) - magnitude;
  });
}

/// Every row x followed by -2.5 x, rounded: parallel for numbers of up to 51 bits, else nearly so.
inline Matrix with_duplicates(const Matrix& X) {
  Matrix result(2 * X.rows(), X.cols());
  for (Index i = 0; i < X.rows(); ++i) {
    result.row(2 * i) = X.row(i);
    result.row(2 * i + 1) = -2.5 * X.row(i);
  }
  return result;
}

/// n rows of small integers in d columns, of rank at most `rank`, exactly.
inline Matrix rank_deficient_rows(Random& random, Index n, Index d, Index rank) {
  return small_integer_rows(random, n, rank, 3) * small_integer_rows(random, rank, d, 3);
}

inline Matrix with_bias(const Matrix& X) {
  Matrix result(X.rows(), X.cols() + 1);
  result << X, Vector::Ones(X.rows());
  return result;
}

/// Every entry moved by -1, 0 or 1 units in the last place: degenerate data become slivers, cells
/// of an angle of 1e-16.
inline Matrix nudged(Random& random, Matrix X) {
  for (double& entry : X.reshaped()) {
    const auto step = random.below(3);
    constexpr double kFar = std::numeric_limits<double>::infinity();
    if (entry != 0 && step != 1) entry = std::nextafter(entry, step == 0 ? -kFar : kFar);
  }
  return X;
}

/// Rows and columns multiplied with powers of two, each up to 2^+-exponent.
inline Matrix badly_scaled(Random& random, Matrix X, int exponent) {
  const auto power = [&] {
    return std::ldexp(
        1.0,
        static_cast<int>(random.below(static_cast<std::uint64_t>(2 * exponent + 1))) - exponent);
  };
  for (Index i = 0; i < X.rows(); ++i) X.row(i) *= power();
  for (Index k = 0; k < X.cols(); ++k) X.col(k) *= power();
  return X;
}

/// A random instance of a random kind.
struct RandomArrangement {
  std::string kind;
  Matrix X;
};

/// At most max_rows >= 2 rows and max_columns >= 1 columns; degenerate more often than not.
inline RandomArrangement random_arrangement(Random& random, Index max_rows, Index max_columns) {
  const auto between = [&](Index low, Index high) {
    return low + static_cast<Index>(random.below(static_cast<std::uint64_t>(high - low + 1)));
  };
  const Index n = between(1, max_rows);
  const Index d = between(1, max_columns);
  const Index half = std::max<Index>(1, n / 2);
  switch (random.below(9)) {
    case 0:
      return {"signs", small_integer_rows(random, n, d, 1)};
    case 1:
      return {"small integers", small_integer_rows(random, n, d, 2)};
    case 2:
      return {"duplicates", with_duplicates(small_integer_rows(random, half, d, 2))};
    case 3:
      return {"rank deficient", rank_deficient_rows(random, n, d, between(1, d))};
    case 4:
      return {"bias", with_bias(small_integer_rows(random, n, std::max<Index>(d - 1, 0), 2))};
    case 5:
      return {"gaussian", gaussian_rows(random, n, d)};
    case 6:
      return {"slivers", nudged(random, small_integer_rows(random, n, d, 1))};
    case 7:
      return {"bad scales", badly_scaled(random, small_integer_rows(random, n, d, 1), 300)};
    default:
      return {"duplicated gaussian", with_duplicates(gaussian_rows(random, half, d))};
  }
}

}  // namespace thalweg::testing
