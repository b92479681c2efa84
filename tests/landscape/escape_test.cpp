#include "thalweg/landscape/escape.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "support/fixtures.hpp"
#include "support/groundtruth.hpp"
#include "thalweg/convex/neuron.hpp"
#include "thalweg/model/transform.hpp"

namespace thalweg {
namespace {

TEST(Escape, StoredNetworks) {
  int places = 0;
  for (const testing::GroundTruth& truth : testing::all_groundtruth()) {
    const TrainingProblem problem = truth.problem();
    for (const testing::GroundTruthNetwork& stored : truth.networks) {
      const bool global = stored.name == "global_solver";
      const bool spurious = stored.name.rfind("spurious_", 0) == 0;
      const bool zero = stored.name == "zero_network" && truth.beta < 0.999 * truth.beta_max;
      if (!global && !spurious && !zero) continue;
      SCOPED_TRACE(truth.name + " " + stored.name);
      const Stationarity found = stationarity(problem, stored.network);
      const auto escape = find_escape(problem, stored.network, found);
      ASSERT_TRUE(escape);
      EXPECT_FALSE(escape->advice.empty());
      if (global) {
        EXPECT_EQ(escape->verdict, Verdict::kGlobalMinimum);
        EXPECT_FALSE(escape->neuron);
        continue;
      }
      EXPECT_EQ(escape->verdict, Verdict::kSuboptimal);
      ASSERT_TRUE(escape->neuron);
      EXPECT_TRUE(escape->neuron->verified);
      EXPECT_GT(escape->neuron->decrease, 0);
      EXPECT_LE(escape->neuron->decrease, stored.gap * (1 + 1e-9));
      EXPECT_EQ(escape->neuron->network.width(), stored.network.width() + 1);
      if (zero) {
        EXPECT_EQ(escape->zero_slots, 1);
      }
      if (escape->zero_slots + escape->freed_slots > 0) {
        ASSERT_TRUE(escape->same_width);
        ++places;
      }
      if (!escape->same_width) continue;
      EXPECT_LE(escape->same_width->network.width(), stored.network.width());
      EXPECT_TRUE(escape->same_width->verified);
      EXPECT_LE(problem.objective(escape->same_width->network),
                stored.objective - 0.999 * escape->same_width->decrease);
    }
  }
  EXPECT_GT(places, 20);
}

/// F3 at width 2: no slot is free, a neuron more gains (h - beta)^2 / (2 |(X u)_+|^2).
TEST(Escape, F3NeedsAWiderNetwork) {
  const TrainingProblem problem =
      testing::make_fixture("F3", {{0.6, 0.8}, {0.6, -0.8}}, {1, 1}, 0).problem();
  Vector first(2);
  Vector second(2);
  first << 0.6, 0.8;
  second << 0.6, -0.8;
  const TwoLayerNetwork network =
      to_network({{0.9 * first, Sign::kPlus, {}, -1}, {0.9 * second, Sign::kPlus, {}, -1}}, 2, {});
  const auto escape = find_escape(problem, network, stationarity(problem, network));
  ASSERT_TRUE(escape && escape->neuron);
  // u = (1, 0): h = 1.2 beta, |(X u)_+|^2 = 0.72.
  EXPECT_NEAR(escape->neuron->decrease, 0.02 * 0.02 / (2 * 0.72), 1e-9);
  EXPECT_EQ(escape->zero_slots + escape->freed_slots, 0);
  EXPECT_FALSE(escape->same_width);
  EXPECT_NE(escape->advice.find("no slot is free"), std::string::npos);
  // Split, the same function has a slot to free.
  TwoLayerNetwork split = append_neuron(network, network.W.row(0) / std::sqrt(2.0),
                                        network.alpha(0, 0) / std::sqrt(2.0));
  split.W.row(0) /= std::sqrt(2.0);
  split.alpha(0, 0) /= std::sqrt(2.0);
  const auto freed = find_escape(problem, split, stationarity(problem, split));
  ASSERT_TRUE(freed && freed->same_width);
  EXPECT_EQ(freed->freed_slots, 1);
  EXPECT_NEAR(freed->same_width->decrease, 0.02 * 0.02 / (2 * 0.72), 1e-9);
  EXPECT_NE(freed->advice.find("simplify"), std::string::npos);
}

}  // namespace
}  // namespace thalweg
