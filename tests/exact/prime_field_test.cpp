#include "thalweg/exact/prime_field.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>

#include "thalweg/core/random.hpp"

namespace thalweg {
namespace {

template <class Field>
class PrimeFields : public ::testing::Test {};

using Fields = ::testing::Types<PrimeField<1>, PrimeField<31>>;
TYPED_TEST_SUITE(PrimeFields, Fields);

std::uint64_t random_residue(Random& random, std::uint64_t prime) {
  // The ends of the range as often as its middle.
  switch (random.below(3)) {
    case 0:
      return random.below(4);
    case 1:
      return prime - 1 - random.below(4);
    default:
      return random.below(prime);
  }
}

TYPED_TEST(PrimeFields, AgreesWithLongDivision) {
  Random random(91);
  constexpr std::uint64_t kPrime = TypeParam::kPrime;
  for (int round = 0; round < 20000; ++round) {
    const std::uint64_t a = random_residue(random, kPrime);
    const std::uint64_t b = random_residue(random, kPrime);
    const unsigned __int128 product = static_cast<unsigned __int128>(a) * b;
    EXPECT_EQ(TypeParam::multiply(a, b), static_cast<std::uint64_t>(product % kPrime));
    EXPECT_EQ((static_cast<unsigned __int128>(TypeParam::subtract(a, b)) + b) % kPrime, a);
    if (a != 0) {
      EXPECT_EQ(TypeParam::multiply(a, TypeParam::inverse(a)), 1u);
    }
  }
}

TYPED_TEST(PrimeFields, ResiduesOfDoubles) {
  constexpr std::uint64_t kPrime = TypeParam::kPrime;
  EXPECT_EQ(TypeParam::residue(0), 0u);
  EXPECT_EQ(TypeParam::residue(1), 1u);
  EXPECT_EQ(TypeParam::residue(-3), kPrime - 3);
  EXPECT_EQ(TypeParam::multiply(TypeParam::residue(0.5), 2), 1u);
  EXPECT_EQ(TypeParam::residue(0x1p61), (std::uint64_t{1} << 61) - kPrime);
  Random random(92);
  for (int round = 0; round < 2000; ++round) {
    const double a = std::ldexp(random.normal(), static_cast<int>(random.below(800)) - 400);
    // Exact in doubles, so exact in the field.
    EXPECT_EQ(TypeParam::multiply(TypeParam::residue(a), 8), TypeParam::residue(8 * a));
    EXPECT_EQ(TypeParam::subtract(0, TypeParam::residue(a)), TypeParam::residue(-a));
    const double low =
        std::ldexp(std::trunc(std::ldexp(a, 20 - std::ilogb(a))), std::ilogb(a) - 20);
    EXPECT_EQ(TypeParam::subtract(TypeParam::residue(a), TypeParam::residue(low)),
              TypeParam::residue(a - low));
  }
  const double smallest = std::numeric_limits<double>::denorm_min();
  EXPECT_EQ(
      TypeParam::multiply(TypeParam::residue(smallest),
                          TypeParam::multiply(TypeParam::power(2, 1023), TypeParam::power(2, 51))),
      1u);
}

/// The other prime tells powers of two apart that the Mersenne prime does not.
TEST(PrimeField, PowersOfTwo) {
  EXPECT_EQ(MersenneField::residue(0x1p61), MersenneField::residue(1));
  EXPECT_NE(PrimeField<31>::residue(0x1p61), PrimeField<31>::residue(1));
}

}  // namespace
}  // namespace thalweg
