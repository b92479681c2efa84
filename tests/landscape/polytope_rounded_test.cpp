#include "landscape/polytope_rounded.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <set>

#include "landscape/polytope_fixtures.hpp"
#include "support/groundtruth.hpp"

namespace thalweg::landscape {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;
using Support = std::vector<Index>;

const double kRoot3 = std::sqrt(3.0);

std::set<Support> as_set(const PolytopeGraph& graph) {
  return {graph.supports.begin(), graph.supports.end()};
}

/// Atoms (X u)_+ as columns; directions are rows.
RoundedSystem plus_system(const Matrix& X, const Matrix& directions, const Vector& fit) {
  return {(X * directions.transpose()).cwiseMax(0.0), fit};
}

RoundedSystem fixture_F1() {
  Matrix X(2, 2);
  X << -kRoot3, 1, kRoot3, 1;
  Matrix u(3, 2);
  u << 0, 1, -kRoot3 / 2, 0.5, kRoot3 / 2, 0.5;
  return plus_system(X, u, Vector::Constant(2, 0.95));
}

RoundedSystem fixture_F2() {
  Matrix X(3, 2);
  X << 1, 0, -0.5, kRoot3 / 2, -0.5, -kRoot3 / 2;
  Matrix u(6, 2);
  u << X, X.row(0) + X.row(1), X.row(0) + X.row(2), X.row(1) + X.row(2);
  return plus_system(X, u, Vector::Constant(3, 0.9));
}

RoundedSystem fixture_F7() {
  Matrix X(3, 2);
  X << -2 - kRoot3, 1, -1, 1, kRoot3, 1;
  Matrix u(4, 2);
  u << kRoot3 / 2, 0.5, 0.5, kRoot3 / 2, 0, 1, -kRoot3 / 2, 0.5;
  Vector fit(3);
  fit << 3 + kRoot3, 1 + kRoot3, 3 + kRoot3;
  return plus_system(X, u, fit);
}

std::vector<Index> modulo_permutation(const ConnectivityStaircase& staircase) {
  std::vector<Index> counts;
  for (const WidthComponents& step : staircase.steps) counts.push_back(step.components);
  return counts;
}

std::vector<std::string> with_permutations(const ConnectivityStaircase& staircase) {
  std::vector<std::string> counts;
  for (const WidthComponents& step : staircase.steps) {
    counts.push_back(step.components_with_permutations);
  }
  return counts;
}

TEST(RoundedPolytope, FixtureF1) {
  const auto vertices = RoundedPolytope(fixture_F1()).vertices();
  EXPECT_THAT(vertices.graph.supports, UnorderedElementsAre(Support{0}, Support{1, 2}));
  const ConnectivityStaircase staircase = connectivity_staircase(vertices.graph);
  EXPECT_THAT(modulo_permutation(staircase), ElementsAre(1, 2, 1));
  EXPECT_THAT(with_permutations(staircase), ElementsAre("1", "3", "1"));
}

TEST(RoundedPolytope, FixtureF2) {
  RoundedPolytope polytope(fixture_F2());
  EXPECT_EQ(polytope.dimension(), 3);
  const auto vertices = polytope.vertices();
  EXPECT_EQ(vertices.graph.supports.size(), 5U);
  EXPECT_EQ(vertices.graph.edges.size(), 9U);
  const ConnectivityStaircase staircase = connectivity_staircase(vertices.graph);
  EXPECT_THAT(modulo_permutation(staircase), ElementsAre(3, 5, 1));
  EXPECT_THAT(with_permutations(staircase), ElementsAre("6", "15", "1"));
}

TEST(RoundedPolytope, FixtureF7) {
  RoundedPolytope polytope(fixture_F7());
  EXPECT_EQ(polytope.dimension(), 1);
  const auto vertices = polytope.vertices();
  EXPECT_THAT(vertices.graph.supports, UnorderedElementsAre(Support{1, 3}, Support{0, 2, 3}));
  for (std::size_t v = 0; v < 2; ++v) {
    if (vertices.graph.supports[v].size() == 2) {
      EXPECT_NEAR(vertices.masses[v][0], 1 + kRoot3, 1e-13);
      EXPECT_NEAR(vertices.masses[v][1], 3 - kRoot3, 1e-13);
    } else {
      EXPECT_NEAR(vertices.masses[v][0], 1 + 1 / kRoot3, 1e-13);
      EXPECT_NEAR(vertices.masses[v][2], 2 - 2 / kRoot3, 1e-13);
    }
  }
  const ConnectivityStaircase staircase = connectivity_staircase(vertices.graph);
  EXPECT_THAT(modulo_permutation(staircase), ElementsAre(1, 2, 1));
  EXPECT_THAT(with_permutations(staircase), ElementsAre("2", "7", "1"));
}

TEST(RoundedPolytope, ToleranceDecidesWhatIsDegenerate) {
  RoundedSystem system = fixture_F1();
  system.b[0] += 1e-6;
  EXPECT_THAT(RoundedPolytope(system).vertices().graph.supports,
              UnorderedElementsAre(Support{0, 1}, Support{1, 2}));
  system.tolerance = 1e-4;
  EXPECT_THAT(RoundedPolytope(system).vertices().graph.supports,
              UnorderedElementsAre(Support{0}, Support{1, 2}));
}

TEST(RoundedPolytope, AgreesWithTheExactEngineOnDegeneratePolytopes) {
  Random random(20260504);
  for (int instance = 0; instance < 1000; ++instance) {
    SCOPED_TRACE(instance);
    const RationalSystem system = thalweg::testing::random_small_system(random);
    ExactPolytope exact(system);
    RoundedPolytope polytope(thalweg::testing::rounded(system));
    ASSERT_FALSE(polytope.empty());
    EXPECT_EQ(polytope.support(), exact.support());
    EXPECT_EQ(polytope.dimension(), exact.dimension());
    const PolytopeGraph expected = exact.vertices().graph;
    const PolytopeGraph found = polytope.vertices().graph;
    EXPECT_EQ(as_set(found), as_set(expected));
    EXPECT_EQ(found.edges.size(), expected.edges.size());
  }
}

TEST(RoundedPolytope, GroundTruthVerticesAndComponents) {
  const auto folder = std::filesystem::path(THALWEG_TEST_DATA) / "groundtruth";
  int files = 0;
  int not_unique = 0;
  for (const thalweg::testing::GroundTruth& truth : thalweg::testing::all_groundtruth()) {
    SCOPED_TRACE(truth.name);
    ++files;
    std::ifstream file(folder / (truth.name + ".json"));
    const auto stored = nlohmann::json::parse(file);
    RoundedSystem system{Matrix(truth.X.rows(), static_cast<Index>(truth.atoms.size())),
                         thalweg::testing::json_vector(stored["fit"])};
    for (std::size_t q = 0; q < truth.atoms.size(); ++q) {
      system.A.col(static_cast<Index>(q)) =
          to_double(truth.atoms[q].sign) * (truth.X * truth.atoms[q].u).cwiseMax(0.0);
    }
    const auto vertices = RoundedPolytope(system).vertices();
    std::set<Support> expected;
    for (const auto& vertex : stored["vertices"]) expected.insert(vertex.get<Support>());
    EXPECT_EQ(as_set(vertices.graph), expected);
    not_unique += expected.size() > 1 ? 1 : 0;
    const ConnectivityStaircase staircase = connectivity_staircase(vertices.graph);
    EXPECT_EQ(staircase.m_star, stored["m_star"].get<Index>());
    EXPECT_EQ(staircase.M_star, stored["M_star"].get<Index>());
    for (const auto& [width, components] : stored["components_by_width"].items()) {
      EXPECT_EQ(width_components(vertices.graph, std::stol(width)).components,
                components.get<Index>());
    }
  }
  EXPECT_GE(files, 22);
  EXPECT_GE(not_unique, 5);
}

TEST(RoundedPolytope, EmptyIsSaid) {
  RoundedSystem system = fixture_F1();
  system.b << 1, -1;
  EXPECT_TRUE(RoundedPolytope(system).empty());
  system.A.conservativeResize(3, 3);
  system.A.row(2).setZero();
  EXPECT_THROW(RoundedPolytope{system}, InvalidArgument);
  system.b.resize(3);
  system.b << 1, 1, 1;
  EXPECT_TRUE(RoundedPolytope(system).empty());
  system.b[2] = 0;
  EXPECT_FALSE(RoundedPolytope(system).empty());
  system.A(0, 0) = std::nan("");
  EXPECT_THROW(RoundedPolytope{system}, InvalidArgument);
}

}  // namespace
}  // namespace thalweg::landscape
