#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "landscape/dyadic_instance.hpp"
#include "landscape/rational_solver.hpp"
#include "thalweg/landscape/connectivity.hpp"
#include "thalweg/landscape/optimal_set.hpp"

namespace thalweg {
namespace {

using testing::DyadicInstance;
using testing::Exact;
using testing::ExactDirection;
using testing::Support;

constexpr std::size_t kMostCells = 20'000;  ///< of a brute-force count of components

Vector rounded_unit(const Exact& p) {
  Vector u(static_cast<Index>(p.size()));
  for (Index j = 0; j < u.size(); ++j) u[j] = p[static_cast<std::size_t>(j)].get_d();
  return u.normalized();
}

/// Position of each found direction in the exact list; -1 where there is none.
template <class Atoms>
std::vector<Index> positions(const Atoms& atoms, const std::vector<ExactDirection>& wanted) {
  std::vector<Index> result;
  for (const auto& atom : atoms) {
    result.push_back(-1);
    for (std::size_t q = 0; q < wanted.size(); ++q) {
      if (wanted[q].sign != atom.sign) continue;
      if ((rounded_unit(wanted[q].p) - atom.u).norm() > atom.radius + 1e-14) continue;
      result.back() = static_cast<Index>(q);
    }
  }
  return result;
}

bool is_permutation(const std::vector<Index>& places, std::size_t count) {
  const std::set<Index> different(places.begin(), places.end());
  return places.size() == count && different.size() == count && different.count(-1) == 0;
}

Support renamed(const Support& support, const std::vector<Index>& places) {
  Support result;
  for (const Index q : support) result.push_back(places[static_cast<std::size_t>(q)]);
  std::sort(result.begin(), result.end());
  return result;
}

Support exact_ties(const std::vector<Exact>& X, const Exact& p) {
  Support ties;
  for (std::size_t i = 0; i < X.size(); ++i) {
    if (testing::inner(X[i], X[i]) != 0 && testing::inner(X[i], p) == 0) {
      ties.push_back(static_cast<Index>(i));
    }
  }
  return ties;
}

void expect_components(const PolytopeGraph& found, const DyadicInstance& instance) {
  for (const WidthComponents& step : connectivity_staircase(found).steps) {
    double cells = 1;
    for (Index j = 0; j < step.width; ++j) {
      cells *= static_cast<double>(instance.directions.size() + 1);
    }
    if (cells > static_cast<double>(kMostCells)) continue;
    const testing::CellCount count = testing::CellComplex(instance.system, step.width).count();
    EXPECT_EQ(step.components, count.components_modulo_order) << "width " << step.width;
    EXPECT_EQ(step.isolated, count.isolated_modulo_order) << "width " << step.width;
    EXPECT_EQ(step.components_with_permutations, std::to_string(count.components));
    EXPECT_EQ(step.isolated_with_permutations, std::to_string(count.isolated));
  }
}

TEST(DyadicOptimalSet, ManyInstancesHaveVerticesOfSeveralSizes) {
  ASSERT_EQ(testing::dyadic_instances().size(), testing::kDyadicSeeds.size());
  int strict = 0;
  for (const DyadicInstance& instance : testing::dyadic_instances()) {
    const auto vertices = testing::brute_force_vertices(instance.system);
    std::set<std::size_t> sizes;
    for (const auto& [support, masses] : vertices) sizes.insert(support.size());
    EXPECT_GE(vertices.size(), 2U);
    strict += sizes.size() > 1 ? 1 : 0;
  }
  EXPECT_GE(strict, 50);  // m* < M*
}

void expect_exact_set(const DyadicInstance& instance) {
  const OptimalSet set = optimal_set(instance.problem(), {});
  EXPECT_EQ(set.level, ClaimLevel::kExact);
  EXPECT_EQ(set.unique, Uniqueness::kNo);
  EXPECT_TRUE(set.enclosed);
  const std::vector<Index> places = positions(set.atoms, instance.directions);
  ASSERT_TRUE(is_permutation(places, instance.directions.size()));
  const std::vector<Exact> rows = testing::exact_rows(instance.X);
  for (std::size_t q = 0; q < places.size(); ++q) {
    const Exact& p = instance.directions[static_cast<std::size_t>(places[q])].p;
    EXPECT_EQ(set.atoms[q].kinks, exact_ties(rows, p));
  }
  const auto vertices = testing::brute_force_vertices(instance.system);
  ASSERT_TRUE(set.complete);
  ASSERT_EQ(set.polytope.supports.size(), vertices.size());
  std::set<Index> sizes;
  Support union_of_all;
  for (const auto& [support, masses] : vertices) {
    sizes.insert(static_cast<Index>(support.size()));
    union_of_all = testing::union_of(union_of_all, support);
  }
  for (const Support& support : set.polytope.supports) {
    EXPECT_EQ(vertices.count(renamed(support, places)), 1U);
  }
  EXPECT_EQ(set.m_star_lower, *sizes.begin());
  EXPECT_EQ(set.m_star_upper, *sizes.begin());
  EXPECT_EQ(set.M_star_lower, *sizes.rbegin());
  EXPECT_EQ(set.M_star_upper, *sizes.rbegin());
  EXPECT_EQ(set.dimension, static_cast<Index>(union_of_all.size()) -
                               testing::rank_of(instance.system, union_of_all));
  expect_components(set.polytope, instance);
}

TEST(DyadicOptimalSet, IsExactAndAgreesWithBruteForce) {
  for (std::size_t k = 0; k < testing::dyadic_instances().size(); ++k) {
    SCOPED_TRACE("seed " + std::to_string(testing::kDyadicSeeds[k]));
    expect_exact_set(testing::dyadic_instances()[k]);
  }
}

void expect_rational_optimum(const DyadicInstance& instance) {
  const auto found = testing::solve_rational(instance.problem());
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->dual, instance.nu);
  std::vector<OptimalAtom> atoms;
  for (const landscape::OptimumAtom& atom : found->optimum.atoms) {
    atoms.push_back({atom.sign, atom.star.u, atom.star.ties, atom.radius});
  }
  const std::vector<Index> places = positions(atoms, instance.directions);
  ASSERT_TRUE(is_permutation(places, instance.directions.size()));
  for (std::size_t q = 0; q < places.size(); ++q) {
    const Exact& p = instance.directions[static_cast<std::size_t>(places[q])].p;
    EXPECT_EQ(found->optimum.atoms[q].star.p, p);
  }
  const auto vertices = testing::brute_force_vertices(instance.system);
  ASSERT_EQ(found->vertices.masses.size(), vertices.size());
  for (std::size_t v = 0; v < vertices.size(); ++v) {
    const Support& support = found->vertices.graph.supports[v];
    std::map<Index, mpq_class> masses;
    for (std::size_t q = 0; q < support.size(); ++q) {
      masses[places[static_cast<std::size_t>(support[q])]] = found->vertices.masses[v][q];
    }
    const auto wanted = vertices.find(renamed(support, places));
    ASSERT_NE(wanted, vertices.end());
    std::size_t q = 0;
    for (const auto& [atom, mass] : masses) EXPECT_EQ(mass, wanted->second[q++]);
  }
}

/// The third proof alone, also where Lemma A would do: dual and vertices equal to the last digit.
TEST(DyadicOptimalSet, RationalOptimumIsTheConstructedOne) {
  for (std::size_t k = 0; k < testing::dyadic_instances().size(); ++k) {
    SCOPED_TRACE("seed " + std::to_string(testing::kDyadicSeeds[k]));
    expect_rational_optimum(testing::dyadic_instances()[k]);
  }
}

}  // namespace
}  // namespace thalweg
