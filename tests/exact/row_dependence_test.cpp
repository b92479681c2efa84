#include "thalweg/exact/row_dependence.hpp"

#include <gmpxx.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "support/arrangement_families.hpp"

namespace thalweg::testing {
namespace {

/// By elimination with rational numbers.
bool dependent_exactly(const Matrix& X, const std::vector<Index>& rows) {
  std::vector<std::vector<mpq_class>> a;
  for (const Index row : rows) {
    std::vector<mpq_class> entries;
    for (Index c = 0; c < X.cols(); ++c) entries.emplace_back(X(row, c));
    a.push_back(std::move(entries));
  }
  std::size_t rank = 0;
  for (std::size_t c = 0; c < static_cast<std::size_t>(X.cols()) && rank < a.size(); ++c) {
    std::size_t pivot = rank;
    while (pivot < a.size() && a[pivot][c] == 0) ++pivot;
    if (pivot == a.size()) continue;
    std::swap(a[rank], a[pivot]);
    for (std::size_t i = rank + 1; i < a.size(); ++i) {
      const mpq_class factor = a[i][c] / a[rank][c];
      for (std::size_t k = c; k < a[i].size(); ++k) a[i][k] -= factor * a[rank][k];
    }
    ++rank;
  }
  return rank < a.size();
}

/// Random subsets of the rows of X. Returns how many were dependent.
int compare(Random& random, const Matrix& X) {
  const RowDependence dependence(X);
  int dependent = 0;
  for (int round = 0; round < 12; ++round) {
    const std::uint64_t wanted = 1 + random.below(static_cast<std::uint64_t>(X.cols()) + 1);
    std::vector<Index> rows;
    for (std::uint64_t i = 0; i < wanted; ++i) {
      const auto row = static_cast<Index>(random.below(static_cast<std::uint64_t>(X.rows())));
      if (std::find(rows.begin(), rows.end(), row) == rows.end()) rows.push_back(row);
    }
    const bool expected = dependent_exactly(X, rows);
    EXPECT_EQ(dependence.dependent(rows), expected) << X;
    if (expected) ++dependent;
  }
  return dependent;
}

TEST(RowDependence, EqualsRationalElimination) {
  Random random(701);
  int dependent = 0;
  for (int round = 0; round < 200; ++round) {
    const auto r = static_cast<Index>(1 + random.below(6));
    dependent += compare(random, small_integer_rows(random, 8, r, 1));
    dependent += compare(random, rank_deficient_rows(random, 8, r, std::max<Index>(r - 1, 1)));
    dependent += compare(random, nudged(random, small_integer_rows(random, 8, r, 1)));
    dependent += compare(random, badly_scaled(random, small_integer_rows(random, 8, r, 1), 300));
    dependent += compare(random, 0.1 * small_integer_rows(random, 8, r, 3));
  }
  EXPECT_GT(dependent, 1000);
}

TEST(RowDependence, SumsOfLongRowsAreDependentAndTheirNeighboursNot) {
  Random random(702);
  for (int round = 0; round < 100; ++round) {
    const auto r = static_cast<Index>(3 + random.below(6));
    Matrix X = small_integer_rows(random, 4, r, 1 << 29) * std::ldexp(1.0, 21);
    X += small_integer_rows(random, 4, r, 1 << 20);
    X.row(2) = X.row(0) - X.row(1);
    X.row(3) = X.row(2);
    X(3, r - 1) = std::nextafter(X(3, r - 1), INFINITY);
    const RowDependence dependence(X);
    const std::vector<Index> sum = {0, 1, 2};
    const std::vector<Index> neighbour = {0, 1, 3};
    ASSERT_TRUE(dependence.dependent(sum)) << X;
    ASSERT_EQ(dependence.dependent(neighbour), dependent_exactly(X, neighbour)) << X;
    ASSERT_FALSE(dependence.dependent(neighbour)) << X;
  }
}

TEST(RowDependence, KnowsZeroAndTooManyRows) {
  Matrix X = Matrix::Zero(4, 2);
  X(1, 0) = std::numeric_limits<double>::denorm_min();
  X(2, 1) = std::numeric_limits<double>::max();
  const RowDependence dependence(X);
  EXPECT_TRUE(dependence.dependent(std::vector<Index>{0}));
  EXPECT_FALSE(dependence.dependent(std::vector<Index>{1}));
  EXPECT_FALSE(dependence.dependent(std::vector<Index>{1, 2}));
  EXPECT_TRUE(dependence.dependent(std::vector<Index>{1, 2, 3}));
}

/// Above the size of its tables it takes another way.
TEST(RowDependence, TakesManyColumns) {
  Random random(703);
  Matrix X = small_integer_rows(random, 40, 45, 2);
  X.row(39) = X.row(3) - X.row(17) + X.row(20);
  const RowDependence dependence(X);
  std::vector<Index> rows(40);
  for (Index i = 0; i < 40; ++i) rows[static_cast<std::size_t>(i)] = i;
  EXPECT_TRUE(dependence.dependent(rows));
  rows.erase(rows.begin() + 17);
  EXPECT_EQ(dependence.dependent(rows), dependent_exactly(X, rows));
}

}  // namespace
}  // namespace thalweg::testing
