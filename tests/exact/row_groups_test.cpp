#include "thalweg/exact/row_groups.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "thalweg/core/random.hpp"

namespace thalweg {
namespace {

TEST(RowGroups, MergesPositiveNegativeAndScaledMultiplesAndSkipsZeroRows) {
  Matrix X(7, 2);
  X << 1, 3, 0, 0, -2, -6, 3, 1, 0.1, 0.3, 0.25, 0.75, -3, -1;
  const RowGroups groups = group_parallel_rows(X);
  EXPECT_EQ(groups.first_rows,
            (std::vector<Index>{0, 3, 4}));  // (0.1, 0.3) is not parallel as stored
  EXPECT_EQ(groups.group_of_row, (std::vector<Index>{0, -1, 0, 1, 2, 0, 1}));
  EXPECT_EQ(groups.multiples[2], -2);
  EXPECT_EQ(groups.multiples[5], 0.25);
  EXPECT_EQ(groups.multiples[6], -1);
  EXPECT_EQ(groups.multiples[1], 0);
}

TEST(RowGroups, ARowOneUlpOffIsNotParallel) {
  Matrix X(2, 3);
  X << 1, 2, 3, 2, 4, std::nextafter(6.0, 7.0);
  EXPECT_EQ(group_parallel_rows(X).first_rows.size(), 2u);
  X(1, 2) = 6;
  EXPECT_EQ(group_parallel_rows(X).first_rows.size(), 1u);
}

TEST(RowGroups, DecidesRowsWhoseRoundedQuotientsAgree) {
  // 1/3 and its two neighbours: quotients with 1 agree only when the numbers do, but scaled by 3
  // the product rounds to 1.
  const double third = 1.0 / 3.0;
  Matrix X(2, 2);
  X << 1, third, 3, 1;
  ASSERT_EQ(X(0, 1) / X(0, 0), X(1, 1) / X(1, 0));
  EXPECT_EQ(group_parallel_rows(X).first_rows.size(), 2u);
}

TEST(RowGroups, HandlesExtremeMagnitudes) {
  const double tiny = std::numeric_limits<double>::denorm_min();
  const double huge = std::numeric_limits<double>::max();
  Matrix X(4, 2);
  X << tiny, 0, huge, 0, -huge, 0, huge, tiny;
  const RowGroups groups = group_parallel_rows(X);
  EXPECT_EQ(groups.first_rows, (std::vector<Index>{0, 3}));
  EXPECT_LT(groups.multiples[2], 0);
}

TEST(RowGroups, RandomRowsScaledByPowersOfTwoAreFoundAndOthersAreNot) {
  Random random(11);
  Matrix X(2000, 4);
  for (Index i = 0; i < 1000; ++i) {
    const double scale =
        std::ldexp(random.uniform() < 0.5 ? -1.0 : 1.0, static_cast<int>(random.below(40)) - 20);
    for (Index k = 0; k < 4; ++k) X(i, k) = random.normal();
    X.row(1000 + i) = scale * X.row(i);
  }
  const RowGroups groups = group_parallel_rows(X);
  ASSERT_EQ(groups.first_rows.size(), 1000u);
  for (Index i = 0; i < 1000; ++i) {
    ASSERT_EQ(groups.group_of_row[static_cast<std::size_t>(1000 + i)], i);
    ASSERT_EQ(groups.multiples[1000 + i] * X(i, 0), X(1000 + i, 0));
  }
}

}  // namespace
}  // namespace thalweg
