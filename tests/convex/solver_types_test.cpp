#include "thalweg/convex/solver_types.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

namespace thalweg {
namespace {

TEST(SolverInfo, StartsUnsolvedWithUnsetReals) {
  const SolverInfo info;
  EXPECT_EQ(info.status, SolverStatus::kUnsolved);
  EXPECT_TRUE(std::isnan(info.objective));
  EXPECT_TRUE(std::isnan(info.relative_gap));
}

TEST(SolverStatus, EveryValueHasItsOwnSentence) {
  std::set<std::string_view> sentences;
  for (const SolverStatus status :
       {SolverStatus::kUnsolved, SolverStatus::kSolved, SolverStatus::kReducedAccuracy,
        SolverStatus::kStepLimit, SolverStatus::kStopped}) {
    sentences.insert(describe(status));
  }
  EXPECT_EQ(sentences.size(), 5U);
}

}  // namespace
}  // namespace thalweg
