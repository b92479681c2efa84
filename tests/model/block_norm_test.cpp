#include "thalweg/model/block_norm.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "support/random_matrix.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

std::vector<BlockNorm> all_norms() {
  return {BlockNorm::l2(6), BlockNorm::l21(3, 2),
          BlockNorm::groups({{0, 1, 0.5}, {1, 3, 2}, {4, 2, 1}}), BlockNorm::nuclear(2, 3),
          BlockNorm::nuclear(3, 2)};
}

TEST(BlockNorm, Values) {
  const Vector w{{3.0, 4.0, 0.0, -2.0, 5.0, 12.0}};
  EXPECT_DOUBLE_EQ(BlockNorm::l2(6).value(w), std::sqrt(198));
  EXPECT_DOUBLE_EQ(BlockNorm::l21(3, 2).value(w), 5 + 2 + 13);
  EXPECT_DOUBLE_EQ(BlockNorm::groups({{0, 2, 2}, {2, 4, 1}}).value(w), 10 + std::sqrt(173));
  // Rows (3, 0) and (0, -2): singular values 3 and 2.
  EXPECT_DOUBLE_EQ(BlockNorm::nuclear(2, 2).value(Vector{{3.0, 0.0, 0.0, -2.0}}), 5);
  EXPECT_DOUBLE_EQ(BlockNorm::nuclear(2, 2).dual(Vector{{3.0, 0.0, 0.0, -2.0}}), 3);
  // Rank one: |a| |u|.
  EXPECT_NEAR(BlockNorm::nuclear(2, 3).value(Vector{{1.0, 2.0, 2.0, 2.0, 4.0, 4.0}}),
              3 * std::sqrt(5), 1e-14);
}

TEST(BlockNorm, DualOfGroupsIsTheLargestOverTheWeights) {
  const BlockNorm norm = BlockNorm::groups({{0, 2, 2}, {2, 2, 0.5}});
  EXPECT_DOUBLE_EQ(norm.dual(Vector{{6.0, 8.0, 0.0, 1.0}}), 5);
  EXPECT_DOUBLE_EQ(norm.dual(Vector{{6.0, 8.0, 0.0, 4.0}}), 8);
}

TEST(BlockNorm, IsANormAndItsDualBoundsProducts) {
  Random random(1);
  for (const BlockNorm& norm : all_norms()) {
    ASSERT_EQ(norm.size(), 6);
    double best = 0;
    const Vector z = testing::random_vector(random, 6);
    for (int k = 0; k < 2000; ++k) {
      const Vector v = testing::random_vector(random, 6);
      const Vector w = testing::random_vector(random, 6);
      EXPECT_LE(norm.value(v + w), (norm.value(v) + norm.value(w)) * (1 + 1e-12));
      EXPECT_NEAR(norm.value(-3 * v), 3 * norm.value(v), 1e-12 * norm.value(v));
      EXPECT_LE(z.dot(w), norm.dual(z) * norm.value(w) * (1 + 1e-12));
      best = std::max(best, z.dot(w) / norm.value(w));
    }
    EXPECT_GT(best, 0.6 * norm.dual(z));  // random directions come near
    EXPECT_EQ(norm.value(Vector::Zero(6)), 0);
  }
}

TEST(BlockNorm, KnowsItsKind) {
  EXPECT_TRUE(BlockNorm::l2(3).is_l2());
  EXPECT_TRUE(BlockNorm::l21(1, 3).is_l2());
  EXPECT_FALSE(BlockNorm::l21(3, 1).is_l2());
  EXPECT_FALSE(BlockNorm::groups({{0, 3, 2}}).is_l2());
  EXPECT_TRUE(BlockNorm::nuclear(1, 3).is_nuclear());
  EXPECT_FALSE(BlockNorm::nuclear(1, 3).is_l2());
}

TEST(BlockNorm, RefusesGroupsThatAreNone) {
  EXPECT_THROW(BlockNorm::groups({}), InvalidArgument);
  EXPECT_THROW(BlockNorm::groups({{1, 2, 1}}), InvalidArgument);
  EXPECT_THROW(BlockNorm::groups({{0, 2, 1}, {3, 1, 1}}), InvalidArgument);
  EXPECT_THROW(BlockNorm::groups({{0, 2, 1}, {1, 1, 1}}), InvalidArgument);
  EXPECT_THROW(BlockNorm::groups({{0, 0, 1}}), InvalidArgument);
  EXPECT_THROW(BlockNorm::groups({{0, 2, 0}}), InvalidArgument);
  EXPECT_THROW(BlockNorm::groups({{0, 2, -1}}), InvalidArgument);
  EXPECT_THROW(BlockNorm::groups({{0, 2, std::numeric_limits<double>::infinity()}}),
               InvalidArgument);
  EXPECT_THROW(BlockNorm::l2(0), InvalidArgument);
  EXPECT_THROW(BlockNorm::nuclear(0, 2), InvalidArgument);
  EXPECT_THROW(BlockNorm::nuclear(2, 0), InvalidArgument);
}

}  // namespace
}  // namespace thalweg
