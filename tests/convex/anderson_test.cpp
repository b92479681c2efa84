#include "convex/anderson.hpp"

#include <gtest/gtest.h>

namespace thalweg {
namespace {

using detail::Anderson;

TEST(Anderson, FindsTheFixedPointOfALinearIterationInAFewDimensions) {
  // x -> M x + c with four distinct rates: five changes are dependent, so the combination is exact.
  const Vector rates{{0.9, 0.8, 0.5, -0.6}};
  const Vector offset{{1.0, -2.0, 3.0, 0.5}};
  const Vector fixed = offset.cwiseQuotient(Vector((1 - rates.array()).matrix()));
  Anderson anderson;
  Vector x = Vector::Zero(4);
  for (int step = 0; step < Anderson::kMemory; ++step) {
    EXPECT_FALSE(anderson.push({x, 2 * x}).has_value());
    x = rates.cwiseProduct(x) + offset;
  }
  const std::optional<Anderson::Point> point = anderson.push({x, 2 * x});
  ASSERT_TRUE(point.has_value());
  EXPECT_LE((point->state - fixed).norm(), 1e-3 * (x - fixed).norm());
  EXPECT_TRUE(point->image.isApprox(2 * point->state, 1e-12));
}

TEST(Anderson, AnIterationThatStandsStillGivesNothingWrong) {
  Anderson anderson;
  const Vector x{{1.0, 2.0}};
  for (int step = 0; step < Anderson::kMemory; ++step) (void)anderson.push({x, x});
  const std::optional<Anderson::Point> point = anderson.push({x, x});
  EXPECT_TRUE(!point || point->state.isApprox(x, 1e-12));
}

}  // namespace
}  // namespace thalweg
