#include "thalweg/core/error.hpp"

#include <gtest/gtest.h>

#include "thalweg/core/types.hpp"

namespace thalweg {
namespace {

Expected<int> half(int value) {
  if (value % 2 != 0) {
    return fail(ErrorCode::kBadValue,
                "value: expected an even number, got " + std::to_string(value));
  }
  return value / 2;
}

TEST(Expected, HoldsTheValueOrTheError) {
  ASSERT_TRUE(half(4).has_value());
  EXPECT_EQ(*half(4), 2);
  const Expected<int> failed = half(3);
  ASSERT_FALSE(failed.has_value());
  EXPECT_EQ(failed.error().code, ErrorCode::kBadValue);
  EXPECT_EQ(failed.error().message, "value: expected an even number, got 3");
}

TEST(InvalidArgument, IsAStandardInvalidArgumentWithItsMessage) {
  try {
    throw InvalidArgument("X has 50 rows but y has 49");
  } catch (const std::invalid_argument& error) {
    EXPECT_STREQ(error.what(), "X has 50 rows but y has 49");
  }
}

TEST(Sign, ZeroCountsAsPlus) {
  EXPECT_EQ(sign_of(0.0), Sign::kPlus);
  EXPECT_EQ(sign_of(-0.0), Sign::kPlus);
  EXPECT_EQ(sign_of(1e-300), Sign::kPlus);
  EXPECT_EQ(sign_of(-1e-300), Sign::kMinus);
  EXPECT_EQ(to_double(Sign::kPlus), 1.0);
  EXPECT_EQ(to_double(Sign::kMinus), -1.0);
}

}  // namespace
}  // namespace thalweg
