#include "certificate/exact_number.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace thalweg::certificate {
namespace {

std::string text(const Dyad& dyad) {
  std::string result;
  append(result, dyad);
  return result;
}

TEST(Dyad, SpellsDoublesCanonically) {
  EXPECT_EQ(text(to_dyad(0.0)), "0:0");
  EXPECT_EQ(text(to_dyad(-0.0)), "0:0");
  EXPECT_EQ(text(to_dyad(1.0)), "1:0");
  EXPECT_EQ(text(to_dyad(-6.0)), "-3:-1");
  EXPECT_EQ(text(to_dyad(0.375)), "3:3");
  EXPECT_EQ(text(to_dyad(0.1)), "3602879701896397:55");
  EXPECT_EQ(text(to_dyad(std::numeric_limits<double>::denorm_min())), "1:1074");
  EXPECT_EQ(text(to_dyad(std::numeric_limits<double>::max())), "9007199254740991:-971");
}

TEST(Dyad, RemovesCommonPowersOfTwo) {
  EXPECT_EQ(text(to_dyad(mpz_class(-24), 5)), "-3:2");
  EXPECT_EQ(text(to_dyad(mpz_class(0), 5)), "0:0");
}

TEST(RoundToDyad, EnclosesTheValueWithinOneUnit) {
  for (const char* value : {"1/3", "-1/3", "22/7", "-355/113", "1/1000000000000000000000000",
                            "123456789012345678901234567890/7", "5", "-3/4"}) {
    const mpq_class exact(value);
    const mpq_class low = to_rational(round_to_dyad(exact, Rounding::kDown));
    const mpq_class high = to_rational(round_to_dyad(exact, Rounding::kUp));
    EXPECT_LE(low, exact) << value;
    EXPECT_GE(high, exact) << value;
    EXPECT_LE(high - low, abs(exact) / mpq_class("2251799813685248")) << value;
    EXPECT_LE(mpz_sizeinbase(round_to_dyad(exact, Rounding::kUp).mantissa.get_mpz_t(), 2), 53U);
  }
}

TEST(RoundToDyad, KeepsShortDyads) {
  EXPECT_EQ(text(round_to_dyad(mpq_class(3, 8), Rounding::kUp)), "3:3");
  EXPECT_EQ(text(round_to_dyad(mpq_class(3, 8), Rounding::kDown)), "3:3");
  EXPECT_EQ(text(round_to_dyad(mpq_class(0), Rounding::kUp)), "0:0");
}

TEST(ScaledIntegers, ShareTheLeastExponent) {
  Matrix values(2, 2);
  values << 0.5, -3, 0, 0.125;
  const ScaledIntegers integers = scaled_integers(values);
  EXPECT_EQ(integers.exponent, 3);
  EXPECT_EQ(integers(0, 0), 4);
  EXPECT_EQ(integers(0, 1), -24);
  EXPECT_EQ(integers(1, 0), 0);
  EXPECT_EQ(integers(1, 1), 1);
  EXPECT_EQ(scaled_integers(Matrix::Zero(2, 2)).exponent, 0);
}

}  // namespace
}  // namespace thalweg::certificate
