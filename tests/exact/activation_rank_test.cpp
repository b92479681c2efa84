#include "thalweg/exact/activation_rank.hpp"

#include <gmpxx.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "thalweg/core/error.hpp"
#include "thalweg/core/random.hpp"

namespace thalweg {
namespace {

double small_integer(Index bound, Random& random) {
  return static_cast<double>(random.below(static_cast<std::uint64_t>(2 * bound + 1))) -
         static_cast<double>(bound);
}

/// Rank of the vectors (X u)_+ over random integer u, by elimination over the rationals: r_a once
/// the directions reach enough cells, never more.
Index rank_of_activations(const Matrix& X, Index directions, Random& random) {
  std::vector<std::vector<mpq_class>> echelon;
  std::vector<std::size_t> pivots;
  for (Index trial = 0; trial < directions; ++trial) {
    Vector u(X.cols());
    for (Index k = 0; k < u.size(); ++k) u[k] = small_integer(60, random);
    const Vector active = (X * u).cwiseMax(0);  // exact: small integers
    std::vector<mpq_class> row(active.begin(), active.end());
    for (std::size_t i = 0; i < echelon.size(); ++i) {
      const mpq_class factor = row[pivots[i]];
      if (factor == 0) continue;
      for (std::size_t k = 0; k < row.size(); ++k) row[k] -= factor * echelon[i][k];
    }
    std::size_t pivot = 0;
    while (pivot < row.size() && row[pivot] == 0) ++pivot;
    if (pivot == row.size()) continue;
    const mpq_class scale = row[pivot];
    for (mpq_class& entry : row) entry /= scale;
    echelon.push_back(std::move(row));
    pivots.push_back(pivot);
  }
  return static_cast<Index>(echelon.size());
}

/// Integer data with zero rows, repeated rows, multiples and opposites in every mixture.
Matrix mixed_rows(Index n, Index d, Random& random) {
  Matrix X(n, d);
  for (Index i = 0; i < n; ++i) {
    const auto kind = random.below(5);
    if (i > 0 && kind < 2) {
      X.row(i) = small_integer(2, random) *
                 X.row(static_cast<Index>(random.below(static_cast<std::uint64_t>(i))));
      continue;
    }
    for (Index k = 0; k < d; ++k) X(i, k) = small_integer(3, random);
  }
  return X;
}

TEST(ActivationRank, OneInputHasTwoSidesOrOne) {
  Matrix X(4, 1);
  X << -2, -1, 1, 3;
  EXPECT_EQ(activation_rank(X).value, 2);
  EXPECT_EQ(activation_rank(X.cwiseAbs()).value, 1);
  EXPECT_EQ(activation_rank(Matrix::Zero(3, 1)).value, 0);
  EXPECT_EQ(activation_rank(Matrix(0, 2)).value, 0);
}

TEST(ActivationRank, RowsOnDistinctHyperplanesAreAllIndependent) {
  Matrix X(5, 2);
  X << 1, 0, 1, 1, 1, 2, 1, 3, 1, std::nextafter(3.0, 4.0);
  EXPECT_EQ(activation_rank(X).value, 5);
  X(4, 1) = 3;
  EXPECT_EQ(activation_rank(X).value, 4);
}

TEST(ActivationRank, OppositeRowsCountOncePlusTheRankOfTheirSpan) {
  // Three pairs of opposite rows in the plane: 3 hyperplanes, and their rows span 2 dimensions.
  Matrix X(6, 2);
  X << 1, 0, 0, 1, 1, 1, -2, 0, 0, -1, -3, -3;
  EXPECT_EQ(activation_rank(X).value, 5);
  EXPECT_TRUE(activation_rank(X).proved);
}

TEST(ActivationRank, IsTheExactRankOfTheActivationsOfManyDirections) {
  Random random(17);
  for (int trial = 0; trial < 150; ++trial) {
    const auto d = static_cast<Index>(1 + random.below(4));
    const auto n = static_cast<Index>(1 + random.below(9));
    const Matrix X = mixed_rows(n, d, random);
    EXPECT_EQ(activation_rank(X).value, rank_of_activations(X, 400, random)) << X;
  }
}

TEST(ActivationRank, RejectsWhatIsNotFinite) {
  Matrix X = Matrix::Ones(2, 2);
  X(1, 0) = std::nan("");
  EXPECT_THROW(static_cast<void>(activation_rank(X)), InvalidArgument);
}

}  // namespace
}  // namespace thalweg
