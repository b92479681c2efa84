#include "convex/double_double.hpp"

#include <gtest/gtest.h>

namespace thalweg::detail {
namespace {

TEST(DoubleDouble, KeepsWhatADoubleLoses) {
  const DoubleDouble tiny(1e-25);
  const DoubleDouble sum = DoubleDouble(1) + tiny;
  EXPECT_EQ((sum - DoubleDouble(1)).hi, 1e-25);
  EXPECT_EQ((1 + 1e-25) - 1, 0);  // the twin in double
}

TEST(DoubleDouble, ProductOfDoublesIsExact) {
  // (2^30 + 1)^2 = 2^60 + 2^31 + 1.
  const double a = 1073741825.0;
  const DoubleDouble square = DoubleDouble(a) * DoubleDouble(a);
  const DoubleDouble rest =
      square - DoubleDouble(1152921504606846976.0) - DoubleDouble(2147483648.0);
  EXPECT_EQ(rest.hi, 1);
  EXPECT_EQ(rest.lo, 0);
}

TEST(DoubleDouble, SquareRootAndQuotient) {
  const DoubleDouble root = sqrt(DoubleDouble(2));
  EXPECT_LE(std::abs((root * root - DoubleDouble(2)).hi), 1e-30);
  const DoubleDouble third = DoubleDouble(1) / DoubleDouble(3);
  EXPECT_LE(std::abs((third * DoubleDouble(3) - DoubleDouble(1)).hi), 1e-31);
  EXPECT_EQ(sqrt(DoubleDouble(0)).hi, 0);
}

}  // namespace
}  // namespace thalweg::detail
