#include "landscape/polytope_exact.hpp"

#include <gmock/gmock.h>

#include <set>

#include "landscape/polytope_brute_force.hpp"
#include "landscape/polytope_fixtures.hpp"

namespace thalweg::landscape {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;
using thalweg::testing::brute_force_vertices;
using thalweg::testing::CellComplex;
using thalweg::testing::CellCount;
using thalweg::testing::random_small_system;
using thalweg::testing::Support;
using thalweg::testing::union_of;

/// Adjacent pairs by the rank test, each once.
std::set<std::set<Support>> brute_force_edges(const RationalSystem& system) {
  std::set<std::set<Support>> edges;
  const auto vertices = brute_force_vertices(system);
  for (auto a = vertices.begin(); a != vertices.end(); ++a) {
    for (auto b = std::next(a); b != vertices.end(); ++b) {
      const Support both = union_of(a->first, b->first);
      const auto size = static_cast<Index>(both.size());
      if (thalweg::testing::rank_of(system, both) == size - 1) {
        edges.insert({a->first, b->first});
      }
    }
  }
  return edges;
}

std::set<std::set<Support>> edges_of(const PolytopeGraph& graph) {
  std::set<std::set<Support>> edges;
  for (const PolytopeEdge& edge : graph.edges) {
    const Support& a = graph.supports[static_cast<std::size_t>(edge.first)];
    const Support& b = graph.supports[static_cast<std::size_t>(edge.second)];
    EXPECT_EQ(static_cast<Index>(union_of(a, b).size()), edge.size);
    EXPECT_TRUE(edges.insert({a, b}).second) << "an edge is listed twice";
  }
  return edges;
}

/// Whether Theorem K's counts of a width are the cell complex's.
bool agrees(const PolytopeGraph& graph, const RationalSystem& system, Index width) {
  const WidthComponents counted = width_components(graph, width);
  const CellCount cells = CellComplex(system, width).count();
  return counted.components == cells.components_modulo_order &&
         counted.isolated == cells.isolated_modulo_order &&
         counted.components_with_permutations == std::to_string(cells.components) &&
         counted.isolated_with_permutations == std::to_string(cells.isolated);
}

/// Classes of the vertices of a width that chains join; every step of a chain must be an edge.
Index classes_by_chains(const PolytopeGraph& graph, Index width) {
  const std::set<std::set<Support>> edges = edges_of(graph);
  std::vector<Index> representatives;
  for (Index v = 0; v < static_cast<Index>(graph.supports.size()); ++v) {
    if (static_cast<Index>(graph.supports[static_cast<std::size_t>(v)].size()) > width) continue;
    bool known = false;
    for (Index other : representatives) {
      const auto chain = vertex_chain(graph, v, other, width);
      known = known || chain.has_value();
      for (std::size_t i = 1; chain && i < chain->size(); ++i) {
        const Support& a = graph.supports[static_cast<std::size_t>((*chain)[i - 1])];
        const Support& b = graph.supports[static_cast<std::size_t>((*chain)[i])];
        EXPECT_EQ(edges.count({a, b}), 1U);
        EXPECT_LE(static_cast<Index>(union_of(a, b).size()), width);
      }
    }
    if (!known) representatives.push_back(v);
  }
  return static_cast<Index>(representatives.size());
}

TEST(ExactPolytope, FixtureF1x) {
  ExactPolytope polytope(thalweg::testing::fixture_F1x());
  EXPECT_EQ(polytope.dimension(), 1);
  EXPECT_EQ(polytope.rank(), 2);
  EXPECT_THAT(polytope.support(), ElementsAre(0, 1, 2));
  const auto vertices = polytope.vertices();
  ASSERT_EQ(vertices.status, PolytopeStatus::kComplete);
  EXPECT_THAT(vertices.graph.supports, UnorderedElementsAre(Support{0}, Support{1, 2}));
  const ConnectivityStaircase staircase = connectivity_staircase(vertices.graph);
  ASSERT_EQ(staircase.steps.size(), 3U);
  EXPECT_EQ(staircase.steps[0].components_with_permutations, "1");
  EXPECT_EQ(staircase.steps[1].components_with_permutations, "3");
  EXPECT_EQ(staircase.connected_from, 3);
}

TEST(ExactPolytope, FixtureF2x) {
  ExactPolytope polytope(thalweg::testing::fixture_F2x());
  EXPECT_EQ(polytope.dimension(), 3);
  const auto vertices = polytope.vertices();
  ASSERT_EQ(vertices.status, PolytopeStatus::kComplete);
  ASSERT_EQ(vertices.graph.supports.size(), 5U);
  ASSERT_EQ(vertices.graph.edges.size(), 9U);
  for (const PolytopeEdge& edge : vertices.graph.edges) EXPECT_EQ(edge.size, 4);
  const ConnectivityStaircase staircase = connectivity_staircase(vertices.graph);
  EXPECT_EQ(staircase.m_star, 2);
  EXPECT_EQ(staircase.M_star, 3);
  ASSERT_EQ(staircase.steps.size(), 3U);
  EXPECT_EQ(staircase.steps[0].components, 3);
  EXPECT_EQ(staircase.steps[0].components_with_permutations, "6");
  EXPECT_EQ(staircase.steps[1].components, 5);
  EXPECT_EQ(staircase.steps[1].components_with_permutations, "15");
  EXPECT_EQ(staircase.connected_from, 4);
}

TEST(ExactPolytope, FixtureF5bIsOnePoint) {
  ExactPolytope polytope(thalweg::testing::fixture_F5b());
  EXPECT_EQ(polytope.dimension(), 0);
  EXPECT_EQ(polytope.centre()[0], mpq_class(49, 50));
  EXPECT_EQ(polytope.centre()[1], mpq_class(19, 100));
  const ConnectivityStaircase staircase = connectivity_staircase(polytope.vertices().graph);
  ASSERT_EQ(staircase.steps.size(), 2U);
  EXPECT_EQ(staircase.steps[0].components_with_permutations, "2");
  EXPECT_EQ(staircase.connected_from, 3);
}

TEST(ExactPolytope, FixturesAgreeWithTheCellComplex) {
  for (const RationalSystem& system :
       {thalweg::testing::fixture_F1x(), thalweg::testing::fixture_F2x(),
        thalweg::testing::fixture_F5b()}) {
    const PolytopeGraph graph = ExactPolytope(system).vertices().graph;
    for (Index width = 0; width <= 5; ++width) EXPECT_TRUE(agrees(graph, system, width)) << width;
  }
}

TEST(ExactPolytope, TheCellComplexNoticesAWrongGraph) {
  const RationalSystem system = thalweg::testing::fixture_F2x();
  PolytopeGraph graph = ExactPolytope(system).vertices().graph;
  for (PolytopeEdge& edge : graph.edges) edge.size = 5;
  EXPECT_FALSE(agrees(graph, system, 4));
  graph = ExactPolytope(system).vertices().graph;
  graph.supports.pop_back();
  std::erase_if(graph.edges, [](const PolytopeEdge& e) { return e.first == 4 || e.second == 4; });
  EXPECT_FALSE(agrees(graph, system, 3) && agrees(graph, system, 2));
}

TEST(ExactPolytope, RandomPolytopesAgreeWithBruteForce) {
  Random random(20260501);
  int degenerate = 0;
  int large = 0;
  for (int instance = 0; instance < 1500; ++instance) {
    SCOPED_TRACE(instance);
    const RationalSystem system = random_small_system(random);
    const auto expected = brute_force_vertices(system);
    ExactPolytope polytope(system);
    ASSERT_FALSE(polytope.empty());
    const auto found = polytope.vertices();
    ASSERT_EQ(found.status, PolytopeStatus::kComplete);
    ASSERT_EQ(found.graph.supports.size(), expected.size());
    Support everywhere;
    for (std::size_t v = 0; v < expected.size(); ++v) {
      const auto match = expected.find(found.graph.supports[v]);
      ASSERT_NE(match, expected.end());
      EXPECT_EQ(match->second, found.masses[v]);
      everywhere = union_of(everywhere, match->first);
      degenerate += static_cast<Index>(match->first.size()) < polytope.rank() ? 1 : 0;
    }
    EXPECT_EQ(edges_of(found.graph), brute_force_edges(system));
    EXPECT_EQ(polytope.support(), everywhere);
    EXPECT_EQ(polytope.dimension(), static_cast<Index>(everywhere.size()) -
                                        thalweg::testing::rank_of(system, everywhere));
    large += polytope.dimension() > 1 ? 1 : 0;
  }
  EXPECT_GT(degenerate, 300);
  EXPECT_GT(large, 100);
}

TEST(ExactPolytope, RandomPolytopesHaveTheComponentsOfTheCellComplex) {
  Random random(20260502);
  int interesting = 0;
  for (int instance = 0; instance < 800; ++instance) {
    SCOPED_TRACE(instance);
    const RationalSystem system = random_small_system(random);
    const PolytopeGraph graph = ExactPolytope(system).vertices().graph;
    const ConnectivityStaircase staircase = connectivity_staircase(graph);
    interesting += staircase.m_star < staircase.M_star ? 1 : 0;
    const Index widest = system.A.columns() <= 4 ? 5 : 4;
    for (Index width = 0; width <= widest; ++width) {
      EXPECT_TRUE(agrees(graph, system, width)) << "width " << width;
      EXPECT_EQ(classes_by_chains(graph, width), width_components(graph, width).components);
      if (width >= staircase.connected_from) {
        EXPECT_EQ(width_components(graph, width).components_with_permutations, "1");
      }
    }
  }
  EXPECT_GT(interesting, 100);
}

/// Doubly stochastic n x n matrices: vertices are the permutations, and two are adjacent iff one
/// cycle leads from one to the other; n of 2 n - 1 basic variables are positive.
RationalSystem doubly_stochastic(Index n) {
  RationalMatrix A(2 * n, n * n);
  for (Index i = 0; i < n; ++i) {
    for (Index j = 0; j < n; ++j) {
      A(i, i * n + j) = 1;
      A(n + j, i * n + j) = 1;
    }
  }
  return {std::move(A), std::vector<mpq_class>(static_cast<std::size_t>(2 * n), 1)};
}

TEST(ExactPolytope, PermutationMatricesAndTheirCycles) {
  const std::vector<std::pair<std::size_t, std::size_t>> known = {{2, 1}, {6, 15}, {24, 240}};
  for (Index n = 2; n <= 4; ++n) {
    const RationalSystem system = doubly_stochastic(n);
    ExactPolytope polytope(system);
    EXPECT_EQ(polytope.dimension(), (n - 1) * (n - 1));
    const auto vertices = polytope.vertices();
    ASSERT_EQ(vertices.status, PolytopeStatus::kComplete);
    EXPECT_EQ(vertices.graph.supports.size(), known[static_cast<std::size_t>(n - 2)].first);
    EXPECT_EQ(vertices.graph.edges.size(), known[static_cast<std::size_t>(n - 2)].second);
    const ConnectivityStaircase staircase = connectivity_staircase(vertices.graph);
    EXPECT_EQ(staircase.m_star, n);
    EXPECT_EQ(staircase.connected_from, n + 2);  // transpositions generate
    RoundedPolytope doubles(thalweg::testing::rounded(system));
    const auto estimated = doubles.vertices();
    EXPECT_EQ(estimated.graph.supports.size(), vertices.graph.supports.size());
    EXPECT_EQ(estimated.graph.edges.size(), vertices.graph.edges.size());
  }
}

TEST(ExactPolytope, OptimaAreThoseOverTheVertices) {
  Random random(20260503);
  for (int instance = 0; instance < 200; ++instance) {
    const RationalSystem system = random_small_system(random);
    ExactPolytope polytope(system);
    std::vector<mpq_class> costs;
    for (Index q = 0; q < system.A.columns(); ++q) {
      costs.push_back(thalweg::testing::ratio(static_cast<long>(random.below(9)) - 4, 3));
    }
    const auto optimum = polytope.maximum(costs);
    std::optional<mpq_class> best;
    for (const auto& [support, masses] : brute_force_vertices(system)) {
      mpq_class value = 0;
      for (std::size_t i = 0; i < masses.size(); ++i) {
        value += masses[i] * costs[static_cast<std::size_t>(support[i])];
      }
      if (!best || value > *best) best = value;
    }
    EXPECT_EQ(optimum.value, *best);
    for (const std::vector<mpq_class>& point : {optimum.point, polytope.centre()}) {
      for (Index i = 0; i < system.A.rows(); ++i) {
        mpq_class fit = 0;
        for (Index q = 0; q < system.A.columns(); ++q) {
          fit += system.A(i, q) * point[static_cast<std::size_t>(q)];
        }
        EXPECT_EQ(fit, system.b[static_cast<std::size_t>(i)]);
      }
    }
  }
}

/// Beale's linear program, on which the largest reduced cost with the first of tied rows cycles for
/// ever, made bounded by a row with one more variable (the first).
TEST(ExactPolytope, LexicographicRatiosDoNotCycle) {
  Matrix A(4, 8);
  A << 0, 4, 0, 0, 1, -32, -4, 36,  //
      0, 0, 2, 0, 1, -24, -1, 6,    //
      0, 0, 0, 1, 0, 0, 1, 0,       //
      1, 1, 1, 1, 1, 1, 1, 1;
  auto tableau =
      IntegerTableau::make({RationalMatrix(A), {0, 0, 1, 100}}, {0, 1, 2, 3, 4, 5, 6, 7});
  ASSERT_TRUE(tableau);
  LexicographicPivoting<IntegerTableau> pivoting(std::move(*tableau));
  ASSERT_TRUE(pivoting.reach_feasible());
  EXPECT_EQ(pivoting.tableau().row_of(4), -1);  // Beale's start: the slacks
  const std::vector<mpq_class> costs = {0, 0, 0, 0, mpq_class(3, 4), -20, mpq_class(1, 2), -6};
  pivoting.maximise(costs);
  mpq_class value = 0;
  for (Index row = 0; row < 4; ++row) {
    value += costs[static_cast<std::size_t>(pivoting.tableau().basic(row))] *
             pivoting.tableau().value(row);
  }
  EXPECT_EQ(value, mpq_class(5, 4));
}

TEST(ExactPolytope, NoFitIsTheZeroNetwork) {
  const RationalSystem system{RationalMatrix(Matrix::Ones(2, 3)), {0, 0}};
  ExactPolytope polytope(system);
  EXPECT_TRUE(polytope.support().empty());
  const auto vertices = polytope.vertices();
  EXPECT_EQ(vertices.graph.supports, std::vector<Support>{{}});
  EXPECT_EQ(vertices.graph.atoms, 3);
}

TEST(ExactPolytope, EmptyAndUnboundedAreSaid) {
  ExactPolytope outside({RationalMatrix(Matrix::Ones(2, 3)), {1, 2}});
  EXPECT_TRUE(outside.empty());
  ExactPolytope negative({RationalMatrix(Matrix::Ones(1, 3)), {-1}});
  EXPECT_TRUE(negative.empty());
  EXPECT_THROW((void)negative.vertices(), InvalidArgument);
  Matrix line(1, 2);
  line << 1, -1;
  EXPECT_THROW(ExactPolytope({RationalMatrix(line), {0}}), InvalidArgument);
  EXPECT_THROW(ExactPolytope({RationalMatrix(line), {0, 1}}), InvalidArgument);
}

TEST(ExactPolytope, LimitsGiveAPartThatSaysSo) {
  ExactPolytope polytope(thalweg::testing::fixture_F2x());
  const auto part = polytope.vertices({2, {}});
  EXPECT_EQ(part.status, PolytopeStatus::kLimit);
  EXPECT_GE(part.graph.supports.size(), 1U);
  EXPECT_LE(part.graph.supports.size(), 2U);
  PolytopeLimits stopped;
  stopped.control.cancellation.cancel();
  EXPECT_EQ(polytope.vertices(stopped).status, PolytopeStatus::kStopped);
  EXPECT_EQ(polytope.vertices().graph.supports.size(), 5U);
}

}  // namespace
}  // namespace thalweg::landscape
