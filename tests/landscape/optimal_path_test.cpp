#include "thalweg/landscape/optimal_path.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "support/groundtruth.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

/// Neighbours share their atoms wherever both have mass, and the loss is constant in between.
void expect_flat(const TrainingProblem& problem, const OptimalSet& set, const OptimalPath& path,
                 double optimum) {
  ASSERT_FALSE(path.waypoints.empty());
  for (std::size_t k = 0; k + 1 < path.waypoints.size(); ++k) {
    const SlotMasses& a = path.waypoints[k];
    const SlotMasses& b = path.waypoints[k + 1];
    for (std::size_t j = 0; j < a.atoms.size(); ++j) {
      const auto slot = static_cast<Index>(j);
      if (a.masses[slot] > 0 && b.masses[slot] > 0) {
        EXPECT_EQ(a.atoms[j], b.atoms[j]);
      }
    }
    for (const double t : {0.0, 0.3, 0.7, 1.0}) {
      SlotMasses between = a;
      for (std::size_t j = 0; j < a.atoms.size(); ++j) {
        const auto slot = static_cast<Index>(j);
        if (!(a.masses[slot] > 0)) between.atoms[j] = b.atoms[j];
        between.masses[slot] = (1 - t) * a.masses[slot] + t * b.masses[slot];
      }
      EXPECT_NEAR(problem.objective(network_at(problem, set, between)), optimum, 1e-9 * optimum);
    }
  }
}

TwoLayerNetwork vertex_network(const TrainingProblem& problem, const OptimalSet& set, Index vertex,
                               Index width, bool reversed) {
  SlotMasses point;
  point.atoms.assign(static_cast<std::size_t>(width), 0);
  point.masses = Vector::Zero(width);
  Index slot = 0;
  for (const Index q : set.polytope.supports[static_cast<std::size_t>(vertex)]) {
    const Index place = reversed ? width - 1 - slot : slot;
    point.atoms[static_cast<std::size_t>(place)] = q;
    point.masses[place] = set.vertex_masses(vertex, q);
    ++slot;
  }
  return network_at(problem, set, point);
}

TEST(OptimalPath, ConnectsAsTheStaircaseSays) {
  int connected = 0;
  int disconnected = 0;
  for (const testing::GroundTruth& truth : testing::all_groundtruth()) {
    SCOPED_TRACE(truth.name);
    const TrainingProblem problem = truth.problem();
    const OptimalSet set = optimal_set(problem, {});
    if (set.m_star_upper == 0) continue;
    const auto last = static_cast<Index>(set.polytope.supports.size()) - 1;
    for (Index width = set.m_star_upper; width <= set.M_star_upper + 2; ++width) {
      const TwoLayerNetwork from = vertex_network(problem, set, 0, width, false);
      const TwoLayerNetwork to = vertex_network(problem, set, last, width, true);
      const OptimalPath path = connect_optima(problem, set, from, to);
      EXPECT_EQ(path.level, ClaimLevel::kExact);
      // m* = M* in all of them: at that width every network is isolated, above it all are joined.
      const bool joined = width > set.M_star_upper || (last == 0 && (from.W - to.W).isZero(0));
      EXPECT_EQ(path.status,
                joined ? OptimalPathStatus::kConnected : OptimalPathStatus::kDisconnected);
      (joined ? connected : disconnected) += 1;
      if (joined) expect_flat(problem, set, path, truth.optimum);
    }
    // Samples are anywhere in the set.
    Random random(5);
    const OptimalNetworks networks(problem, set);
    for (int trial = 0; trial < 5; ++trial) {
      const Index width = set.M_star_upper + 1 + trial;
      const OptimalPath path = connect_optima(problem, set, networks.sample(width, random),
                                              networks.sample(width, random));
      ASSERT_EQ(path.status, OptimalPathStatus::kConnected);
      EXPECT_LE(path.snapped, 1e-9);
      expect_flat(problem, set, path, truth.optimum);
    }
  }
  EXPECT_GE(connected, 40);
  EXPECT_GE(disconnected, 15);
}

TEST(OptimalPath, IsNotMonotoneInTheWidth) {
  // F1 (theory): 1, 3, 1 components at the widths 1, 2, 3, with permutations.
  Matrix X(2, 2);
  X << -std::sqrt(3.0), 1, std::sqrt(3.0), 1;
  const TrainingProblem problem(X, Vector::Ones(2), 0.1, Loss::squared());
  const OptimalSet set = optimal_set(problem, {});
  ASSERT_EQ(set.polytope.supports.size(), 2U);
  const Index pair = set.polytope.supports[0].size() == 2 ? 0 : 1;
  const auto status = [&](Index width, Index from, Index to, bool reversed) {
    return connect_optima(problem, set, vertex_network(problem, set, from, width, false),
                          vertex_network(problem, set, to, width, reversed))
        .status;
  };
  EXPECT_EQ(status(2, pair, 1 - pair, false), OptimalPathStatus::kDisconnected);
  EXPECT_EQ(status(2, pair, pair, true), OptimalPathStatus::kDisconnected);
  EXPECT_EQ(status(2, pair, pair, false), OptimalPathStatus::kConnected);
  EXPECT_EQ(status(2, 1 - pair, 1 - pair, true), OptimalPathStatus::kConnected);
  EXPECT_EQ(status(3, pair, 1 - pair, false), OptimalPathStatus::kConnected);
  EXPECT_EQ(status(3, pair, pair, true), OptimalPathStatus::kConnected);
}

TEST(OptimalPath, RefusesNetworksThatAreNotOptimal) {
  const testing::GroundTruth truth = testing::all_groundtruth()[5];
  const TrainingProblem problem = truth.problem();
  const OptimalSet set = optimal_set(problem, {});
  Random random(1);
  const OptimalNetworks networks(problem, set);
  TwoLayerNetwork moved = networks.smallest();
  EXPECT_THROW(
      (void)connect_optima(problem, set, moved, networks.sample(moved.width() + 1, random)),
      InvalidArgument);
  moved.W.row(0) *= -1;
  EXPECT_THROW((void)connect_optima(problem, set, moved, moved), InvalidArgument);
}

}  // namespace
}  // namespace thalweg
