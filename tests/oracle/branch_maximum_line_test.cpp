#include "oracle/branch_maximum_line.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "oracle/branch_relaxation.hpp"
#include "thalweg/core/random.hpp"
#include "thalweg/oracle/branch_oracle.hpp"

namespace thalweg::oracle {
namespace {

/// One maximum over `patches` rows for each of `samples` samples, w in R^h with the length as norm.
BranchForm maxima(Index samples, Index patches, Index h, std::uint64_t seed) {
  Random random(seed);
  BranchForm form(samples, BlockNorm::l2(h));
  for (Index i = 0; i < samples; ++i) {
    Matrix rows(patches, h);
    for (Index k = 0; k < patches; ++k) {
      for (Index c = 0; c < h; ++c) rows(k, c) = random.normal();
    }
    form.add_maximum(i, rows, 1);
  }
  return form;
}

Vector normals(Index n, std::uint64_t seed) {
  Random random(seed);
  Vector v(n);
  for (Index i = 0; i < n; ++i) v[i] = random.normal();
  return v;
}

/// On a node where the first maxima are decided at some w, the line of another one is above it at
/// every point of the node, and no higher than that of the whole ball.
TEST(BranchMaximumLine, IsAboveTheMaximumOnTheNode) {
  const BranchForm form = maxima(5, 6, 3, 11);
  Random random(12);
  for (int trial = 0; trial < 10; ++trial) {
    const Vector at = random.direction(3);
    const BranchPattern pattern = form.evaluate(at).pattern;
    BranchChoices choices(5, kUndecided);
    for (std::size_t u = 0; u < 3; ++u) choices[u] = pattern[u];
    const BranchRegion region(form, choices);
    const MaximumLine line = maximum_line(region, 4, at);
    const MaximumLine whole = maximum_line(BranchRegion(form, BranchChoices(5, kUndecided)), 4, at);
    EXPECT_LE(line.constant, whole.constant * (1 + 1e-3) + 1e-9);
    int inside = 0;
    double least = std::numeric_limits<double>::infinity();
    for (int k = 0; k < 3000; ++k) {
      const Vector w = (at + random.uniform() * random.direction(3)).normalized();
      if ((region.cone().transpose() * w).minCoeff() < 0) continue;
      ++inside;
      double t = 0;
      for (Index r = 24; r < 30; ++r) t = std::max(t, form.row(r).dot(w));
      least = std::min(least, line.direction.dot(w) + line.constant - t);
    }
    EXPECT_GT(inside, 10);
    EXPECT_GE(least, -1e-12);
  }
}

/// Twenty maxima of ten patches in R^3: bounds on the whole ball leave a third of the value open.
TEST(BranchMaximumLine, ClosesManyPatches) {
  const BranchOracle oracle(maxima(20, 10, 3, 1));
  const Vector nu = normals(20, 2);
  BranchNormSettings settings;
  settings.control.deadline = Deadline::after(60);
  const BranchNormResult result = oracle.maximise(nu, settings);
  EXPECT_EQ(result.status, DualNormStatus::kClosed);
  // A fine grid never exceeds the bound, and comes near it.
  Random random(3);
  double best = 0;
  for (int k = 0; k < 20000; ++k) {
    const Vector w = random.direction(3);
    best = std::max(best, std::abs(nu.dot(oracle.form().evaluate(w).outputs)));
  }
  EXPECT_LE(best, result.upper);
  EXPECT_GE(best, 0.97 * result.upper);
}

}  // namespace
}  // namespace thalweg::oracle
