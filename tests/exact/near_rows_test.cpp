#include "thalweg/exact/near_rows.hpp"

#include <gmpxx.h>
#include <gtest/gtest.h>

#include <cmath>

#include "thalweg/core/random.hpp"

namespace thalweg {
namespace {

/// 1-norm of x_row - k x_first, exactly.
mpq_class distance(const Matrix& X, const NearRow& near) {
  mpq_class sum = 0;
  for (Index k = 0; k < X.cols(); ++k) {
    sum += abs(mpq_class(X(near.row, k)) - mpq_class(near.multiple) * mpq_class(X(near.first, k)));
  }
  return sum;
}

TEST(NearRows, RoundedMultiplesJoinTheGroupOfTheFirstRow) {
  Matrix X(5, 2);
  X << 0.1, 0.7, -0.3, 0.2, 3 * 0.1, 3 * 0.7, -0.3 / 7, 0.2 / 7, 0.1 * -1.1, 0.7 * -1.1;
  RowGroups groups = group_parallel_rows(X);
  ASSERT_EQ(groups.first_rows.size(), 5U);
  const std::vector<NearRow> near = join_near_parallel(X, groups);
  EXPECT_EQ(groups.first_rows, (std::vector<Index>{0, 1}));
  EXPECT_EQ(groups.group_of_row, (std::vector<Index>{0, 1, 0, 1, 0}));
  ASSERT_EQ(near.size(), 3U);
  EXPECT_EQ(near[0].row, 2);
  EXPECT_EQ(near[1].row, 3);
  EXPECT_EQ(near[2].row, 4);
  EXPECT_NEAR(near[0].multiple, 3, 1e-14);
  EXPECT_NEAR(near[1].multiple, 1.0 / 7, 1e-15);
  EXPECT_NEAR(near[2].multiple, -1.1, 1e-14);
  for (const NearRow& row : near) {
    EXPECT_EQ(groups.multiples[row.row], row.multiple);
    EXPECT_LE(distance(X, row), mpq_class(row.error));
    EXPECT_GT(distance(X, row), 0);
  }
}

TEST(NearRows, ExactMultiplesAndRowsApartStayAsTheyAre) {
  Matrix X(5, 3);
  // Rows 3 and 4 are 1e-12 apart in direction: that is data, not rounding.
  X << 1, 2, 3, -2, -4, -6, 0, 0, 0, 1, 1, 1, 1, 1, 1 + 1e-12;
  RowGroups groups = group_parallel_rows(X);
  const RowGroups before = groups;
  EXPECT_TRUE(join_near_parallel(X, groups).empty());
  EXPECT_EQ(groups.first_rows, before.first_rows);
  EXPECT_EQ(groups.group_of_row, before.group_of_row);
  EXPECT_EQ(groups.multiples, before.multiples);
}

TEST(NearRows, ErrorsBoundTheExactDistanceOnRandomData) {
  Random random(11);
  for (int instance = 0; instance < 50; ++instance) {
    SCOPED_TRACE(instance);
    const auto d = static_cast<Index>(1 + random.below(5));
    Matrix X(30, d);
    const double size = std::ldexp(1.0, static_cast<int>(random.below(600)) - 300);
    for (Index i = 0; i < 30; ++i) {
      if (i < 6) {
        for (Index k = 0; k < d; ++k) X(i, k) = size * random.normal();
      } else {
        X.row(i) = X.row(static_cast<Index>(random.below(6))) * random.normal();
      }
    }
    RowGroups groups = group_parallel_rows(X);
    const std::vector<NearRow> near = join_near_parallel(X, groups);
    EXPECT_LE(groups.first_rows.size(), 6U);
    for (const NearRow& row : near) {
      EXPECT_LT(row.first, row.row);
      EXPECT_LE(distance(X, row), mpq_class(row.error));
      EXPECT_LE(row.error, 1e-14 * X.row(row.row).lpNorm<1>());
    }
  }
}

}  // namespace
}  // namespace thalweg
