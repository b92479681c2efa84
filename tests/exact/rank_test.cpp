#include "thalweg/exact/rank.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "thalweg/core/random.hpp"

namespace thalweg {
namespace {

Matrix integers(Index rows, Index columns, Random& random) {
  Matrix result(rows, columns);
  for (Index i = 0; i < rows; ++i) {
    for (Index k = 0; k < columns; ++k) result(i, k) = static_cast<double>(random.below(19)) - 9;
  }
  return result;
}

TEST(RowBasis, FindsTheRankOfIntegerProducts) {
  Random random(5);
  for (Index rank = 1; rank <= 5; ++rank) {
    const Matrix X = integers(30, rank, random) * integers(rank, 6, random);
    const RowBasis basis = row_basis(X);
    EXPECT_EQ(basis.rank(), rank);
    EXPECT_TRUE(basis.proved);
  }
}

TEST(RowBasis, OneUlpMakesADependentRowIndependent) {
  Matrix X(3, 3);
  X << 1, 2, 3, 4, 5, 6, 7, 8, 9;
  EXPECT_EQ(row_basis(X).rank(), 2);
  X(2, 2) = std::nextafter(9.0, 10.0);
  EXPECT_EQ(row_basis(X).rank(), 3);
}

TEST(RowBasis, FindsWhatIsDependentOnlyModuloThePrime) {
  // The determinant is 2^61 - 1: zero modulo the prime, but not zero.
  Matrix X(3, 3);
  X << 1, 0, 0, 0, std::ldexp(1.0, 61), 1, 0, 1, 1;
  EXPECT_EQ(row_basis(X).rank(), 3);
}

TEST(RowBasis, TakesPreferredRowsFirstAndHandlesZeroAndEmptyMatrices) {
  Matrix X(4, 2);
  X << 0, 0, 1, 0, 2, 0, 0, 5;
  EXPECT_EQ(row_basis(X).rows, (std::vector<Index>{1, 3}));
  EXPECT_EQ(row_basis(X, {2, 1, 0}).rows, (std::vector<Index>{2, 3}));
  EXPECT_EQ(row_basis(Matrix::Zero(3, 2)).rank(), 0);
  EXPECT_EQ(row_basis(Matrix(0, 2)).rank(), 0);
}

TEST(RowBasis, AnsweringForExtremeExponents) {
  Matrix X(3, 2);
  X << std::ldexp(1.0, -1070), std::ldexp(1.0, 1000), std::ldexp(1.0, -1060), std::ldexp(1.0, 1010),
      0, 0;
  EXPECT_EQ(row_basis(X).rank(), 1);
  X(1, 1) *= 2;
  EXPECT_EQ(row_basis(X).rank(), 2);
}

}  // namespace
}  // namespace thalweg
