#include "convex/restricted_pricing.hpp"

#include <gtest/gtest.h>

#include "convex/problem_catalogue.hpp"
#include "thalweg/convex/cone_value.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

using detail::RestrictedPricing;
using detail::Violator;
using detail::Walls;

Matrix random_bits(Random& random, Index p, Index n) {
  Matrix bits(p, n);
  for (Index i = 0; i < p; ++i) {
    for (Index k = 0; k < n; ++k) bits(i, k) = random.uniform() < 0.5 ? 1 : 0;
  }
  return bits;
}

TEST(PatternSet, HoldsWhatItWasGiven) {
  Random random(41);
  for (const Index n : {1, 63, 64, 65, 130}) {
    const Matrix bits = random_bits(random, 7, n);
    const PatternSet patterns(bits);
    ASSERT_EQ(patterns.size(), 7);
    ASSERT_EQ(patterns.samples(), n);
    std::vector<std::uint64_t> words;
    for (Index i = 0; i < 7; ++i) {
      EXPECT_EQ(patterns.gate(i), bits.row(i).transpose());
      for (Index k = 0; k < n; ++k) EXPECT_EQ(patterns.active(i, k), bits(i, k) > 0);
      words.insert(words.end(), patterns.pattern(i).begin(), patterns.pattern(i).end());
    }
    const PatternSet again(n, words);
    ASSERT_EQ(again.size(), 7);
    EXPECT_EQ(again.gate(6), patterns.gate(6));
  }
}

TEST(PatternSet, RefusesWordsThatDoNotFit) {
  EXPECT_THROW(PatternSet(65, {1, 0, 1}), InvalidArgument);
  EXPECT_THROW(PatternSet(3, {8}), InvalidArgument);
  EXPECT_THROW(PatternSet(3, {7, 1, 16}), InvalidArgument);
  EXPECT_EQ(PatternSet(3, {7, 1, 0}).size(), 3);
}

TEST(GatedCorrelations, EqualTheDenseProductsForAnyNumberOfThreads) {
  Random random(42);
  for (const Index p : {1, 300, 2500}) {
    for (const Index n : {5, 64, 77}) {
      const Matrix bits = random_bits(random, p, n);
      const Matrix X = testing::random_matrix(random, n, 3);
      const Vector nu = testing::random_vector(random, n);
      const Matrix expected = X.transpose() * nu.asDiagonal() * bits.transpose();
      const Matrix one = gated_correlations(PatternSet(bits), X.transpose(), nu, 1);
      EXPECT_LE((one - expected).cwiseAbs().maxCoeff(), 1e-12);
      EXPECT_EQ(one, gated_correlations(PatternSet(bits), X.transpose(), nu, 3));
    }
  }
}

/// A pricing problem: data, patterns, dual and a beta that some blocks exceed.
struct Prices {
  testing::CatalogueData data = testing::planted_data(3, 40, 4, 400);
  PatternSet patterns{data.patterns};
  Walls walls{data.X};
  std::vector<char> known = std::vector<char>(2 * static_cast<std::size_t>(patterns.size()), 0);

  double value(std::size_t block, const Vector& nu) const {
    return cone_value(data.X, patterns.gate(static_cast<Index>(block / 2)),
                      block % 2 == 0 ? Sign::kPlus : Sign::kMinus, nu)
        .upper;
  }
  /// The bound that the block's multipliers certify.
  double certified(std::size_t block, const Vector& nu, const RestrictedPricing& pricing) const {
    const Vector gate = patterns.gate(static_cast<Index>(block / 2));
    Vector v = (block % 2 == 0 ? 1.0 : -1.0) * (data.X.transpose() * gate.cwiseProduct(nu));
    for (const auto& [row, rho] : pricing.multipliers(block)) {
      EXPECT_GT(rho, 0);
      v += rho * (2 * gate[row] - 1) * data.X.row(row).transpose();
    }
    return v.norm();
  }
};

TEST(RestrictedPricing, BoundsAreValidAndTheLargestIsExactWhereItExceedsBeta) {
  const Prices prices;
  RestrictedPricing pricing(prices.patterns, prices.walls, {}, 1);
  Random random(43);
  Vector nu = prices.data.y;
  for (int round = 0; round < 6; ++round) {
    double largest = 0;
    std::vector<double> values;
    for (std::size_t block = 0; block < prices.known.size(); ++block) {
      values.push_back(prices.value(block, nu));
      largest = std::max(largest, values.back());
    }
    const double beta = 0.7 * largest;
    EXPECT_NEAR(pricing.price(nu, beta, prices.known), largest, 1e-11 * largest);
    EXPECT_TRUE(pricing.exhaustive());
    for (std::size_t block = 0; block < values.size(); ++block) {
      const double bound = prices.certified(block, nu, pricing);
      EXPECT_GE(bound, values[block] - 1e-12);
      EXPECT_LE(bound, std::max(beta, values[block]) + 1e-12);
    }
    ASSERT_FALSE(pricing.violators().empty());
    for (const Violator& violator : pricing.violators()) {
      EXPECT_GT(violator.value, beta);
      EXPECT_NEAR(violator.value, values[violator.block], 1e-12);
      EXPECT_NEAR(violator.direction.norm(), 1, 1e-14);
    }
    nu = 0.9 * nu + 0.2 * testing::random_vector(random, nu.size());
  }
}

TEST(RestrictedPricing, StoppingEarlyOnlyLoosensTheBound) {
  Prices prices;
  RestrictedPricing all(prices.patterns, prices.walls, {}, 1);
  const double largest = all.price(prices.data.y, 1e-9, prices.known);
  RestrictedPricing few(prices.patterns, prices.walls, {}, 1);
  EXPECT_GE(few.price(prices.data.y, 0.1 * largest, prices.known, 3), largest * (1 - 1e-12));
  EXPECT_FALSE(few.exhaustive());
  EXPECT_GE(few.violators().size(), 3U);
  for (const Violator& violator : few.violators()) prices.known[violator.block] = 1;
  (void)few.price(prices.data.y, 0.1 * largest, prices.known, 3);
  for (const Violator& violator : few.violators()) EXPECT_EQ(prices.known[violator.block], 0);
}

TEST(RestrictedPricing, ALimitOnlyLoosensTheBound) {
  const Prices prices;
  RestrictedPricing all(prices.patterns, prices.walls, {}, 1);
  const double largest = all.price(prices.data.y, 1e-9, prices.known);
  RestrictedPricing stopped(prices.patterns, prices.walls, {}, 1);
  RunControl control;
  control.cancellation.cancel();
  const double bound =
      stopped.price(prices.data.y, 0.1 * largest, prices.known, RestrictedPricing::kAll, control);
  EXPECT_FALSE(stopped.exhaustive());
  EXPECT_TRUE(stopped.violators().empty());
  EXPECT_GT(bound, largest);
}

TEST(RestrictedPricing, ThreadsDoNotChangeTheResult) {
  const Prices prices;
  RestrictedPricing one(prices.patterns, prices.walls, {}, 1);
  RestrictedPricing three(prices.patterns, prices.walls, {}, 3);
  const double beta = 0.3 * one.price(prices.data.y, 1e-9, prices.known);
  (void)three.price(prices.data.y, 1e-9, prices.known);
  EXPECT_EQ(one.price(prices.data.y, beta, prices.known, 10),
            three.price(prices.data.y, beta, prices.known, 10));
  ASSERT_EQ(one.violators().size(), three.violators().size());
  for (std::size_t k = 0; k < one.violators().size(); ++k) {
    EXPECT_EQ(one.violators()[k].block, three.violators()[k].block);
    EXPECT_EQ(one.violators()[k].value, three.violators()[k].value);
  }
}

TEST(RestrictedPricing, WrongSuggestionsAreNotBelieved) {
  const Prices prices;
  RestrictedPricing pricing(prices.patterns, prices.walls, {}, 1);
  const double largest = pricing.price(prices.data.y, 1e-9, prices.known);
  const std::size_t worst = pricing.violators().front().block;
  pricing.suggest(worst, {{0, 1}, {5, 7}}, 1);
  EXPECT_NEAR(pricing.price(prices.data.y, 0.5 * largest, prices.known), largest, 1e-11 * largest);
}

}  // namespace
}  // namespace thalweg
