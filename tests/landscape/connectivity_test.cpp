#include "thalweg/landscape/connectivity.hpp"

#include <gmock/gmock.h>

#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

using ::testing::ElementsAre;

/// Modulo permutation and with permutations, by width.
struct Counts {
  std::vector<Index> modulo;
  std::vector<std::string> all;
};

Counts counts(const ConnectivityStaircase& staircase) {
  Counts result;
  for (const WidthComponents& step : staircase.steps) {
    result.modulo.push_back(step.components);
    result.all.push_back(step.components_with_permutations);
  }
  return result;
}

/// Vertices {0} and {1, 2}, joined by an edge.
PolytopeGraph fixture_F1() { return {3, {{0}, {1, 2}}, {{0, 1, 3}}}; }

/// Vertices of F7: {1, 3} and {0, 2, 3}.
PolytopeGraph fixture_F7() { return {4, {{1, 3}, {0, 2, 3}}, {{0, 1, 4}}}; }

/// A square with atoms 0..3, a vertex on 2 atoms each.
PolytopeGraph square() {
  return {4, {{0, 2}, {0, 3}, {1, 2}, {1, 3}}, {{0, 1, 3}, {0, 2, 3}, {1, 3, 3}, {2, 3, 3}}};
}

TEST(Connectivity, FixtureF1IsNotMonotone) {
  const ConnectivityStaircase staircase = connectivity_staircase(fixture_F1());
  EXPECT_EQ(staircase.m_star, 1);
  EXPECT_EQ(staircase.M_star, 2);
  EXPECT_EQ(staircase.connected_from, 3);
  EXPECT_THAT(counts(staircase).modulo, ElementsAre(1, 2, 1));
  EXPECT_THAT(counts(staircase).all, ElementsAre("1", "3", "1"));
  EXPECT_EQ(staircase.steps[1].isolated, 1);
  EXPECT_EQ(staircase.steps[1].isolated_with_permutations, "2");
}

TEST(Connectivity, FixtureF7) {
  const ConnectivityStaircase staircase = connectivity_staircase(fixture_F7());
  EXPECT_THAT(counts(staircase).modulo, ElementsAre(1, 2, 1));
  EXPECT_THAT(counts(staircase).all, ElementsAre("2", "7", "1"));
  EXPECT_EQ(staircase.connected_from, 4);
}

TEST(Connectivity, LargerEdgesConnectLater) {
  PolytopeGraph late = fixture_F1();
  late.atoms = 4;
  late.edges[0].size = 4;
  EXPECT_EQ(connectivity_staircase(late).connected_from, 4);
}

TEST(Connectivity, UniqueOptimumWithOneNeuronIsConnectedAtOnce) {
  const ConnectivityStaircase staircase = connectivity_staircase({1, {{0}}, {}});
  EXPECT_EQ(staircase.connected_from, 1);
  ASSERT_EQ(staircase.steps.size(), 1U);
  EXPECT_EQ(staircase.steps[0].isolated, 1);
}

TEST(Connectivity, UniqueOptimumWithManyNeuronsCountsTheirOrders) {
  std::vector<Index> support(25);
  for (Index q = 0; q < 25; ++q) support[static_cast<std::size_t>(q)] = q;
  const ConnectivityStaircase staircase = connectivity_staircase({25, {support}, {}});
  EXPECT_EQ(staircase.connected_from, 26);
  EXPECT_THAT(counts(staircase).all, ElementsAre("15511210043330985984000000", "1"));
  EXPECT_THAT(counts(staircase).modulo, ElementsAre(1, 1));
}

TEST(Connectivity, ZeroNetworkIsOnePointAtEveryWidth) {
  const PolytopeGraph zero{2, {{}}, {}};
  const ConnectivityStaircase staircase = connectivity_staircase(zero);
  EXPECT_EQ(staircase.m_star, 0);
  EXPECT_EQ(staircase.M_star, 0);
  EXPECT_EQ(staircase.connected_from, 0);
  ASSERT_EQ(staircase.steps.size(), 1U);
  for (Index width : {0, 1, 7}) {
    const WidthComponents step = width_components(zero, width);
    EXPECT_EQ(step.components, 1);
    EXPECT_EQ(step.isolated_with_permutations, "1");
  }
}

TEST(Connectivity, SingleWidthsAgreeWithTheStaircase) {
  for (const PolytopeGraph& graph : {fixture_F1(), fixture_F7(), square()}) {
    const ConnectivityStaircase staircase = connectivity_staircase(graph);
    for (const WidthComponents& step : staircase.steps) {
      const WidthComponents alone = width_components(graph, step.width);
      EXPECT_EQ(alone.components_with_permutations, step.components_with_permutations);
      EXPECT_EQ(alone.isolated, step.isolated);
    }
    EXPECT_EQ(width_components(graph, staircase.connected_from + 5).components, 1);
    EXPECT_EQ(width_components(graph, staircase.m_star - 1).components, 0);
  }
}

TEST(Connectivity, ChainsFollowEdgesThatFit) {
  EXPECT_THAT(*vertex_chain(square(), 0, 1, 3), ElementsAre(0, 1));
  const auto across = vertex_chain(square(), 0, 3, 3);
  ASSERT_TRUE(across);
  EXPECT_EQ(across->size(), 3U);
  EXPECT_EQ(across->front(), 0);
  EXPECT_EQ(across->back(), 3);
  EXPECT_FALSE(vertex_chain(square(), 0, 3, 2));
  EXPECT_FALSE(vertex_chain(fixture_F1(), 0, 1, 2));
  EXPECT_THAT(*vertex_chain(fixture_F1(), 0, 1, 3), ElementsAre(0, 1));
  EXPECT_THAT(*vertex_chain(fixture_F1(), 1, 1, 2), ElementsAre(1));
}

TEST(Connectivity, RefusesWhatIsNoPolytope) {
  EXPECT_THROW((void)connectivity_staircase({}), InvalidArgument);
  EXPECT_THROW((void)connectivity_staircase({3, {{0}, {1, 2}}, {}}), InvalidArgument);
  EXPECT_THROW((void)connectivity_staircase({2, {{0}, {1, 2}}, {{0, 1, 3}}}), InvalidArgument);
  EXPECT_THROW((void)connectivity_staircase({3, {{0}, {2, 1}}, {{0, 1, 3}}}), InvalidArgument);
  EXPECT_THROW((void)connectivity_staircase({3, {{0}, {1, 2}}, {{0, 2, 3}}}), InvalidArgument);
  EXPECT_THROW((void)connectivity_staircase({3, {{0}, {1, 2}}, {{0, 1, 2}}}), InvalidArgument);
  EXPECT_THROW((void)width_components(fixture_F1(), -1), InvalidArgument);
  EXPECT_THROW((void)vertex_chain(fixture_F1(), 0, 1, 1), InvalidArgument);
  EXPECT_THROW((void)vertex_chain(fixture_F1(), 0, 2, 3), InvalidArgument);
}

}  // namespace
}  // namespace thalweg
