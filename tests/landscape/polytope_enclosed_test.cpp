#include "landscape/polytope_enclosed.hpp"

#include <gmock/gmock.h>

#include <set>

#include "landscape/polytope_exact.hpp"
#include "landscape/polytope_fixtures.hpp"

namespace thalweg::landscape {
namespace {

using ::testing::ElementsAre;
using Support = std::vector<Index>;

/// Every edge as its two supports, and every support.
std::pair<std::set<Support>, std::set<std::set<Support>>> type_of(const PolytopeGraph& graph) {
  std::pair<std::set<Support>, std::set<std::set<Support>>> type;
  type.first.insert(graph.supports.begin(), graph.supports.end());
  for (const PolytopeEdge& edge : graph.edges) {
    type.second.insert({graph.supports[static_cast<std::size_t>(edge.first)],
                        graph.supports[static_cast<std::size_t>(edge.second)]});
  }
  return type;
}

/// Generic integers: N <= 8 atoms, masses on all; independent rows.
RationalSystem random_generic_system(Random& random) {
  const auto atoms = static_cast<Index>(4 + random.below(5));
  const Index rows = 2 + static_cast<Index>(random.below(static_cast<std::uint64_t>(atoms) - 2));
  RationalMatrix A(rows, atoms);
  std::vector<mpq_class> b(static_cast<std::size_t>(rows));
  for (Index q = 0; q < atoms; ++q) {
    const auto mass = static_cast<long>(1 + random.below(1000));
    for (Index i = 0; i < rows; ++i) {
      A(i, q) = i == 0 ? 1L : static_cast<long>(random.below(2001)) - 1000;
      b[static_cast<std::size_t>(i)] += A(i, q) * mass;
    }
  }
  return {std::move(A), std::move(b)};
}

/// Relative radii around a system whose numbers are doubles.
EnclosedSystem blown_up(const RationalSystem& system, double radius) {
  const RoundedSystem centre = thalweg::testing::rounded(system);
  return {centre.A, radius * centre.A.cwiseAbs(), centre.b, radius * centre.b.cwiseAbs()};
}

/// A system within the radii, as the exact sum of centre and a fraction of the radius.
RationalSystem sample(const EnclosedSystem& system, Random& random) {
  const auto pick = [&](double centre, double radius) -> mpq_class {
    return mpq_class(centre) + mpq_class(radius) * mpq_class(2 * random.uniform() - 1);
  };
  RationalMatrix A(system.A.rows(), system.A.cols());
  std::vector<mpq_class> b;
  for (Index i = 0; i < A.rows(); ++i) {
    for (Index q = 0; q < A.columns(); ++q) A(i, q) = pick(system.A(i, q), system.A_radius(i, q));
    b.push_back(pick(system.b[i], system.b_radius[i]));
  }
  return {std::move(A), std::move(b)};
}

TEST(EnclosedPolytope, SmallRadiiAgreeWithTheExactEngine) {
  Random random(20260505);
  std::size_t vertices = 0;
  int proved = 0;
  for (int instance = 0; instance < 300; ++instance) {
    SCOPED_TRACE(instance);
    const RationalSystem system = random_generic_system(random);
    const auto enclosed = enclosed_vertices(blown_up(system, 1e-12));
    const auto exact = ExactPolytope(system).vertices();
    if (enclosed.status != PolytopeStatus::kComplete) continue;
    ++proved;
    vertices += exact.graph.supports.size();
    ASSERT_EQ(type_of(enclosed.graph), type_of(exact.graph));
    for (std::size_t v = 0; v < exact.masses.size(); ++v) {
      const auto found = std::find(exact.graph.supports.begin(), exact.graph.supports.end(),
                                   enclosed.graph.supports[v]) -
                         exact.graph.supports.begin();
      const auto& masses = exact.masses[static_cast<std::size_t>(found)];
      for (std::size_t i = 0; i < masses.size(); ++i) {
        EXPECT_LE(mpq_class(enclosed.masses[v][i].lower), masses[i]);
        EXPECT_GE(mpq_class(enclosed.masses[v][i].upper), masses[i]);
        EXPECT_GT(enclosed.masses[v][i].lower, 0);
      }
    }
  }
  EXPECT_GE(proved, 295);
  EXPECT_GT(vertices, 1500U);
}

TEST(EnclosedPolytope, WhatIsProvedHoldsForEverySystemWithinTheRadii) {
  Random random(20260506);
  int proved = 0;
  int undetermined = 0;
  for (int instance = 0; instance < 400; ++instance) {
    SCOPED_TRACE(instance);
    const double radius = instance % 2 == 0 ? 1e-3 : 1e-2;
    const EnclosedSystem system = blown_up(random_generic_system(random), radius);
    const auto enclosed = enclosed_vertices(system);
    ++(enclosed.status == PolytopeStatus::kComplete ? proved : undetermined);
    if (enclosed.status != PolytopeStatus::kComplete) continue;
    std::vector<Enclosure> costs;
    std::vector<mpq_class> cost;
    for (Index q = 0; q < system.A.cols(); ++q) {
      cost.emplace_back(random.normal());
      costs.push_back({cost.back().get_d() - 0.01, cost.back().get_d() + 0.001});
    }
    const Enclosure maximum = enclosed_maximum(enclosed, costs);
    for (int draw = 0; draw < 3; ++draw) {
      ExactPolytope exact(sample(system, random));
      EXPECT_EQ(type_of(exact.vertices().graph), type_of(enclosed.graph));
      const mpq_class value = exact.maximum(cost).value;
      EXPECT_LT(mpq_class(maximum.lower), value);
      EXPECT_GT(mpq_class(maximum.upper), value);
    }
  }
  EXPECT_GT(proved, 40);
  EXPECT_GT(undetermined, 40);
}

TEST(EnclosedPolytope, DegenerateDataAreUndetermined) {
  for (const RationalSystem& system :
       {thalweg::testing::fixture_F1x(), thalweg::testing::fixture_F2x()}) {
    for (double radius : {0.0, 1e-15, 1e-12}) {
      const auto enclosed = enclosed_vertices(blown_up(system, radius));
      EXPECT_EQ(enclosed.status, PolytopeStatus::kUndetermined);
      EXPECT_TRUE(enclosed.graph.supports.empty());
    }
  }
  Random random(20260507);
  int degenerate = 0;
  for (int instance = 0; instance < 600; ++instance) {
    SCOPED_TRACE(instance);
    const RationalSystem system = thalweg::testing::random_small_system(random);
    ExactPolytope exact(system);
    const PolytopeGraph graph = exact.vertices().graph;
    const bool simple =
        exact.rank() == system.A.rows() &&
        static_cast<Index>(exact.support().size()) == system.A.columns() &&
        std::all_of(graph.supports.begin(), graph.supports.end(), [&](const Support& support) {
          return static_cast<Index>(support.size()) == exact.rank();
        });
    const auto enclosed = enclosed_vertices(blown_up(system, 1e-12));
    EXPECT_EQ(enclosed.status == PolytopeStatus::kComplete, simple);
    degenerate += simple ? 0 : 1;
  }
  EXPECT_GT(degenerate, 300);
  EXPECT_LT(degenerate, 590);
}

TEST(EnclosedPolytope, AMovedGenericSystemIsUndeterminedOnceRadiiReachTheMove) {
  RationalSystem system = thalweg::testing::fixture_F1x();
  system.b[0] += mpq_class(1, 1 << 20);
  const auto near = enclosed_vertices(blown_up(system, 1e-9));
  EXPECT_EQ(near.status, PolytopeStatus::kComplete);
  EXPECT_EQ(type_of(near.graph), type_of(ExactPolytope(system).vertices().graph));
  EXPECT_EQ(enclosed_vertices(blown_up(system, 1e-6)).status, PolytopeStatus::kUndetermined);
}

TEST(EnclosedPolytope, OnePointIsProvedUnique) {
  Matrix A(2, 2);
  A << 1, 1, 0, 1;
  const EnclosedSystem system{A, Matrix::Constant(2, 2, 1e-10),
                              Vector::Ones(2) * 2 + Vector::Unit(2, 0), Vector::Constant(2, 1e-10)};
  const auto enclosed = enclosed_vertices(system);
  ASSERT_EQ(enclosed.status, PolytopeStatus::kComplete);
  EXPECT_EQ(enclosed.graph.supports, (std::vector<Support>{{0, 1}}));
  EXPECT_NEAR(enclosed.masses[0][1].upper, 2, 1e-9);
  EXPECT_LT(enclosed.masses[0][1].lower, 2 - 1e-10);
}

TEST(EnclosedPolytope, PartialListsAreProvedAsFarAsTheyGo) {
  Random random(20260508);
  const RationalSystem system = random_generic_system(random);
  const auto all = type_of(ExactPolytope(system).vertices().graph);
  ASSERT_GT(all.first.size(), 2U);
  const auto part = enclosed_vertices(blown_up(system, 1e-12), {2, {}});
  EXPECT_EQ(part.status, PolytopeStatus::kLimit);
  for (const Support& support : part.graph.supports) EXPECT_EQ(all.first.count(support), 1U);
}

TEST(EnclosedPolytope, ListsWithAMissingVertexOrAWrongEdgeAreNotProved) {
  Random random(20260510);
  for (int instance = 0; instance < 50; ++instance) {
    const RationalSystem exact = random_generic_system(random);
    const EnclosedSystem system = blown_up(exact, 1e-12);
    const PolytopeGraph graph = ExactPolytope(exact).vertices().graph;
    const auto status = [&](const PolytopeGraph& proposal) {
      return proved_vertices(system, PolytopeStatus::kComplete, proposal).status;
    };
    ASSERT_EQ(status(graph), PolytopeStatus::kComplete);
    PolytopeGraph changed = graph;
    const auto last = static_cast<Index>(graph.supports.size()) - 1;
    changed.supports.pop_back();
    std::erase_if(changed.edges, [&](const PolytopeEdge& edge) {
      return edge.first == last || edge.second == last;
    });
    EXPECT_EQ(status(changed), PolytopeStatus::kUndetermined);
    changed = graph;
    changed.edges.pop_back();
    EXPECT_EQ(status(changed), PolytopeStatus::kUndetermined);
    changed = graph;
    ++changed.edges.front().size;
    EXPECT_EQ(status(changed), PolytopeStatus::kUndetermined);
    changed = graph;
    changed.supports.back().front() =
        changed.supports.back().front() == 0 ? graph.atoms - 1 : Index{0};
    EXPECT_EQ(status(changed), PolytopeStatus::kUndetermined);
    changed = graph;
    changed.edges.push_back(changed.edges.front());
    EXPECT_EQ(status(changed), PolytopeStatus::kUndetermined);
    if (graph.edges.size() > 1) {
      changed = graph;
      changed.edges.back() = changed.edges.front();
      EXPECT_EQ(status(changed), PolytopeStatus::kUndetermined);
    }
    changed = graph;
    changed.edges.back().second = last + 1;
    EXPECT_EQ(status(changed), PolytopeStatus::kUndetermined);
    changed = graph;
    ++changed.atoms;
    EXPECT_EQ(status(changed), PolytopeStatus::kUndetermined);
  }
}

TEST(EnclosedSolution, SingularWithinTheRadiiIsRefused) {
  Matrix B(2, 2);
  B << 1, 1, 1, 1 + 1e-6;
  const EnclosedSystem narrow{B, Matrix::Constant(2, 2, 1e-9), Vector::Ones(2), Vector::Zero(2)};
  const auto solution = enclosed_solution(narrow);
  ASSERT_TRUE(solution);
  EXPECT_LE((*solution)[0].lower, 1);
  EXPECT_GE((*solution)[0].upper, 1);
  EnclosedSystem wide = narrow;
  wide.A_radius.setConstant(1e-6);
  EXPECT_FALSE(enclosed_solution(wide));
  EnclosedSystem exactly_singular = narrow;
  exactly_singular.A(1, 1) = 1;
  EXPECT_FALSE(enclosed_solution(exactly_singular));
}

TEST(EnclosedSolution, WrongShapesAreRefused) {
  const EnclosedSystem flat{Matrix::Ones(1, 2), Matrix::Zero(1, 2), Vector::Ones(1),
                            Vector::Zero(1)};
  EXPECT_THROW((void)enclosed_solution(flat), InvalidArgument);
  EnclosedSystem negative = flat;
  negative.b_radius[0] = -1;
  EXPECT_THROW((void)enclosed_vertices(negative), InvalidArgument);
  EnclosedSystem misshapen = flat;
  misshapen.A_radius.resize(2, 2);
  EXPECT_THROW((void)enclosed_vertices(misshapen), InvalidArgument);
  EXPECT_THROW((void)enclosed_maximum({PolytopeStatus::kUndetermined, {1, {}, {}}, {}}, {{0, 1}}),
               InvalidArgument);
}

}  // namespace
}  // namespace thalweg::landscape
