#include "cell_instances.hpp"

#include <cmath>

#include "thalweg/arrangement/count_cells.hpp"
#include "thalweg/core/random.hpp"

namespace thalweg::bench {
namespace {

constexpr std::uint64_t kSeed = 1;

Matrix normal_matrix(Index samples, Index dimension) {
  Random random(kSeed);
  return Matrix::NullaryExpr(samples, dimension, [&] { return random.normal(); });
}

std::optional<std::uint64_t> closed_form(Index hyperplanes, Index rank) {
  return cells_in_general_position(hyperplanes, rank).to_uint64();
}

/// Entries uniform in {-largest, ..., largest}.
Matrix integer_matrix(Index samples, Index dimension, std::uint64_t largest) {
  Random random(kSeed);
  return Matrix::NullaryExpr(samples, dimension, [&] {
    return static_cast<double>(random.below(2 * largest + 1)) - static_cast<double>(largest);
  });
}

/// (1, e), e in {-1, 1}^d.
Matrix threshold(Index d) {
  Matrix X = Matrix::Ones(Index{1} << d, d + 1);
  for (Index i = 0; i < X.rows(); ++i) {
    for (Index k = 0; k < d; ++k) X(i, k + 1) = (i >> k & 1) != 0 ? 1 : -1;
  }
  return X;
}

/// e_i - e_j.
Matrix braid(Index d) {
  Matrix X = Matrix::Zero(d * (d - 1) / 2, d);
  Index row = 0;
  for (Index i = 0; i < d; ++i) {
    for (Index j = i + 1; j < d; ++j, ++row) {
      X(row, i) = 1;
      X(row, j) = -1;
    }
  }
  return X;
}

/// Points of a grid with `side` points each way at distance `step`, and a column of ones.
Matrix grid(Index side, Index dimension, double step) {
  Index rows = 1;
  for (Index k = 0; k < dimension; ++k) rows *= side;
  Matrix X = Matrix::Ones(rows, dimension + 1);
  for (Index i = 0; i < rows; ++i) {
    Index rest = i;
    for (Index k = 0; k < dimension; ++k, rest /= side) {
      X(i, k) = step * static_cast<double>(rest % side);
    }
  }
  return X;
}

/// x and -2.5 x.
Matrix with_multiples(const Matrix& X) {
  Matrix twice(2 * X.rows(), X.cols());
  twice << X, -2.5 * X;
  return twice;
}

/// Multiples of 2^-40, so that 2.5 x is exact.
Matrix short_normal_matrix(Index samples, Index dimension) {
  constexpr double kOne = 0x1p40;
  return (normal_matrix(samples, dimension) * kOne).array().round() / kOne;
}

/// Rank `rank` exactly: short integers, so that the product is not rounded.
Matrix deficient(Index samples, Index dimension, Index rank) {
  return rounded_gaussian(samples, rank).X * integer_matrix(rank, dimension, 9);
}

Matrix with_bias(Matrix X) {
  X.rightCols(1).setOnes();
  return X;
}

/// Multiples of 0.1 as stored in files, which are not exactly multiples in binary.
Matrix decimals(Index samples, Index dimension) {
  return (normal_matrix(samples, dimension) * 10).array().round() / 10;
}

}  // namespace

std::string size_name(Index samples, Index dimension) {
  std::string name(1, '(');  // g++ 12 warns of an overlap in "(" + ...
  name += std::to_string(samples) + "," + std::to_string(dimension) + ")";
  return name;
}

CellInstance gaussian(Index samples, Index dimension) {
  return {size_name(samples, dimension), normal_matrix(samples, dimension),
          closed_form(samples, dimension)};
}

CellInstance rounded_gaussian(Index samples, Index dimension) {
  constexpr double kOne = 1 << 17;
  return {size_name(samples, dimension),
          (normal_matrix(samples, dimension) * kOne).array().round().matrix(),
          closed_form(samples, dimension)};
}

CellInstance resonance(Index dimension) {
  Matrix X((Index{1} << dimension) - 1, dimension);
  for (Index i = 0; i < X.rows(); ++i) {
    for (Index k = 0; k < dimension; ++k) X(i, k) = static_cast<double>((i + 1) >> k & 1);
  }
  // Kamiya, Takemura, Terao 2012 (OEIS A034997).
  return {"resonance-" + std::to_string(dimension), X,
          dimension == 5 ? std::uint64_t{11'292} : std::uint64_t{1'066'044}};
}

std::vector<CellInstance> degenerate_instances() {
  return {
      resonance(5),
      resonance(6),
      {"threshold-4", threshold(4), 1882},  // OEIS A000609
      {"threshold-5", threshold(5), 94'572},
      {"braid-6", braid(6), 720},                         // 6!
      {"grid 10x10 with bias", grid(10, 2, 1), 6214},     // two independent enumerators
      {"grid 4x4x4 with bias", grid(4, 3, 1), 35'516},    // the same
      {"{-2..2}^4, n=40", integer_matrix(40, 4, 2), {}},  // random
      {"{-1,0,1}^5, n=40", integer_matrix(40, 5, 1), {}},
      {"duplicated rows (200,4)", with_multiples(short_normal_matrix(100, 4)), closed_form(100, 4)},
      // -2.5 x is rounded: hyperplanes 1e-16 apart, cells as thin as that.
      {"nearly parallel rows (40,4)", with_multiples(normal_matrix(20, 4)), {}},
      {"rank deficient (50,6)->5", deficient(50, 6, 5), closed_form(50, 5)},
      {"bias column (50,4)", with_bias(normal_matrix(50, 4)), closed_form(50, 4)},
      {"decimals (60,4)", decimals(60, 4), {}},
      {"decimal grid 10x10 with bias", grid(10, 2, 0.1), {}},
  };
}

}  // namespace thalweg::bench
