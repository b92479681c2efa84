#include "io/decimal.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

namespace thalweg::io {
namespace {

TEST(Decimal, AcceptsPlainDecimalsOnly) {
  for (const std::string text : {"0", "-0", "+1", "1.", ".5", "1e5", "1E+05", "-1.5e-07"})
    EXPECT_TRUE(is_decimal(text)) << text;
  for (const std::string text :
       {"", "+", ".", "e1", "1e", "1e+", "0x1", "nan", "inf", " 1", "1 ", "1,5", "+-1"}) {
    EXPECT_FALSE(is_decimal(text)) << text;
    EXPECT_FALSE(parse_decimal(text)) << text;
  }
}

TEST(Decimal, RoundsToNearestTiesToEven) {
  EXPECT_EQ(parse_decimal("0.1"), 0.1);
  EXPECT_EQ(parse_decimal("9007199254740993"), 0x1p53);      // halfway, to the even neighbour
  EXPECT_EQ(parse_decimal("9007199254740995"), 0x1p53 + 4);  // halfway, to the even neighbour
  EXPECT_EQ(parse_decimal("1.7976931348623157e308"), std::numeric_limits<double>::max());
  EXPECT_EQ(parse_decimal("+2.5"), 2.5);
}

TEST(Decimal, KeepsTheSignOfZero) {
  EXPECT_TRUE(std::signbit(parse_decimal("-0.0").value()));
  EXPECT_TRUE(std::signbit(parse_decimal("-1e-400").value()));
  EXPECT_FALSE(std::signbit(parse_decimal("1e-400").value()));
}

TEST(Decimal, TellsUnderflowFromOverflowWhereverTheDigitsStand) {
  const std::string zeros(400, '0');
  EXPECT_EQ(parse_decimal("4.9e-324"), std::numeric_limits<double>::denorm_min());
  EXPECT_EQ(parse_decimal("2e-324"), 0.0);
  EXPECT_EQ(parse_decimal("0." + zeros + "1"), 0.0);
  EXPECT_EQ(parse_decimal("0." + zeros + "1e5"), 0.0);
  EXPECT_EQ(parse_decimal("1" + zeros + "e-800"), 0.0);
  EXPECT_EQ(parse_decimal("1" + zeros + "e-400"), 1.0);
  EXPECT_EQ(parse_decimal("1e-99999999999999999999"), 0.0);
  EXPECT_EQ(parse_decimal("0e99999999999999999999"), 0.0);
  EXPECT_FALSE(parse_decimal("1" + zeros));
  EXPECT_FALSE(parse_decimal("1" + zeros + "e-5"));
  EXPECT_FALSE(parse_decimal("0." + zeros + "1e800"));
  EXPECT_FALSE(parse_decimal("1e99999999999999999999"));
  EXPECT_FALSE(parse_decimal("-1e309"));
}

TEST(Decimal, KnowsTheSpellingsOfWhatIsNotFinite) {
  for (const std::string text : {"nan", "-NaN", "+inf", "Infinity", "-INF"})
    EXPECT_TRUE(is_non_finite(text)) << text;
  for (const std::string text : {"na", "infinite", "", "1"})
    EXPECT_FALSE(is_non_finite(text)) << text;
}

}  // namespace
}  // namespace thalweg::io
