#include "landscape/polytope_bounds.hpp"

#include <gtest/gtest.h>

#include "landscape/polytope_brute_force.hpp"
#include "landscape/polytope_fixtures.hpp"

namespace thalweg::landscape {
namespace {

/// Smallest and largest support by brute force.
std::pair<Index, Index> brute_force_sizes(const RationalSystem& system) {
  Index least = system.A.columns();
  Index most = 0;
  for (const auto& [support, masses] : thalweg::testing::brute_force_vertices(system)) {
    least = std::min(least, static_cast<Index>(support.size()));
    most = std::max(most, static_cast<Index>(support.size()));
  }
  return {least, most};
}

TEST(SupportBounds, CompleteListsAreExact) {
  const RationalSystem system = thalweg::testing::fixture_F2x();
  const SupportBounds bounds = support_bounds(system, ExactPolytope(system).vertices());
  EXPECT_EQ(bounds.m_star_lower, 2);
  EXPECT_EQ(bounds.m_star_upper, 2);
  EXPECT_EQ(bounds.M_star_lower, 3);
  EXPECT_EQ(bounds.M_star_upper, 3);
}

TEST(SupportBounds, PartialListsBoundTheTruthAndSearchClosesTheGap) {
  Random random(20260509);
  int closed_by_search = 0;
  int rank_is_not_reached = 0;
  for (int instance = 0; instance < 400; ++instance) {
    SCOPED_TRACE(instance);
    const RationalSystem system = thalweg::testing::random_small_system(random);
    const auto [least, most] = brute_force_sizes(system);
    const auto part = ExactPolytope(system).vertices({1, {}});
    const SupportBounds root = support_bounds(system, part, {1, {}});
    const SupportBounds searched = support_bounds(system, part);
    for (const SupportBounds& bounds : {root, searched}) {
      EXPECT_LE(bounds.m_star_lower, least);
      EXPECT_GE(bounds.m_star_upper, least);
      EXPECT_LE(bounds.M_star_lower, most);
      EXPECT_GE(bounds.M_star_upper, most);
    }
    EXPECT_EQ(searched.m_star_lower, least);
    EXPECT_EQ(searched.m_star_upper, least);
    closed_by_search += root.m_star_lower < least ? 1 : 0;
    rank_is_not_reached += searched.M_star_upper > most ? 1 : 0;
    const RoundedSystem doubles = thalweg::testing::rounded(system);
    const SupportBounds estimate =
        support_bounds(doubles, RoundedPolytope(doubles).vertices({1, {}}));
    EXPECT_EQ(estimate.m_star_lower, least);
    EXPECT_EQ(estimate.m_star_upper, least);
  }
  EXPECT_GT(closed_by_search, 5);
  EXPECT_GE(rank_is_not_reached, 1);
}

TEST(SupportBounds, EnclosedListsKnowTheLargestSupport) {
  PolytopeVertices<Enclosure> vertices{PolytopeStatus::kLimit, {5, {{0, 1, 2}}, {}}, {}};
  const SupportBounds part = support_bounds(3, vertices);
  EXPECT_EQ(part.m_star_lower, 1);
  EXPECT_EQ(part.m_star_upper, 3);
  EXPECT_EQ(part.M_star_lower, 3);
  EXPECT_EQ(part.M_star_upper, 3);
  vertices.status = PolytopeStatus::kComplete;
  EXPECT_EQ(support_bounds(3, vertices).m_star_lower, 3);
  vertices.graph.supports.clear();
  EXPECT_THROW((void)support_bounds(3, vertices), InvalidArgument);
}

}  // namespace
}  // namespace thalweg::landscape
