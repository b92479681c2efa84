#include "arrangement/pattern_map.hpp"

#include <gtest/gtest.h>

#include "support/arrangement_families.hpp"

namespace thalweg::testing {
namespace {

bool bit(const std::vector<PatternWord>& words, Index i) {
  return (words[static_cast<std::size_t>(i / 64)] >> (i % 64) & 1) != 0;
}

/// The signs of X u over hyperplanes become those over samples, plus for zero rows.
void expect_signs(Random& random, const Matrix& X) {
  const HyperplaneArrangement arrangement(X);
  const PatternMap map(arrangement);
  for (int round = 0; round < 5; ++round) {
    const Vector z = random.direction(arrangement.rank());
    const Vector planes = arrangement.normals() * z;
    std::vector<PatternWord> in(static_cast<std::size_t>(map.hyperplane_words()), 0);
    for (Index h = 0; h < planes.size(); ++h) {
      if (planes[h] > 0) in[static_cast<std::size_t>(h / 64)] |= PatternWord{1} << (h % 64);
    }
    std::vector<PatternWord> out(static_cast<std::size_t>(map.sample_words()), ~PatternWord{0});
    map.to_samples(in.data(), out.data());
    const Vector samples = X * arrangement.to_direction(z);
    for (Index i = 0; i < 64 * map.sample_words(); ++i) {
      const bool plus = i < X.rows() && (X.row(i).isZero(0) || samples[i] > 0);
      ASSERT_EQ(bit(out, i), plus) << "row " << i << "\n" << X;
    }
  }
}

TEST(PatternMap, GivesTheSignsOfSamples) {
  Random random(1301);
  for (int round = 0; round < 40; ++round) {
    const auto n = static_cast<Index>(1 + random.below(150));
    Matrix X = small_integer_rows(random, n, 3, 2);
    X.row(0) << 1, 2, 3;
    ASSERT_NO_FATAL_FAILURE(expect_signs(random, X));
  }
}

TEST(PatternMap, IsTheIdentityOnlyWithoutZeroAndParallelRows) {
  const auto identity = [](const Matrix& X) {
    return PatternMap(HyperplaneArrangement(X)).identity();
  };
  EXPECT_TRUE(identity(Matrix{{1, 0}, {0, 1}, {1, 1}}));
  EXPECT_FALSE(identity(Matrix{{1, 0}, {0, 1}, {0, 0}}));
  EXPECT_FALSE(identity(Matrix{{1, 0}, {0, 1}, {0, 2}}));
  EXPECT_FALSE(identity(Matrix{{1, 0}, {0, 1}, {0, -1}}));
}

}  // namespace
}  // namespace thalweg::testing
