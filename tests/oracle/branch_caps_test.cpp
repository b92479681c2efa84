#include "oracle/branch_caps.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "oracle/branch_cap_split.hpp"
#include "thalweg/core/random.hpp"
#include "thalweg/oracle/dual_oracle.hpp"

namespace thalweg::oracle {
namespace {

constexpr std::int64_t kNodes = 2000;

struct Instance {
  Matrix X;
  Vector g;
};

/// Patches as images have them: entries in [0, 1] around a common brightness; weights of mixed
/// signs, each for `repeat` rows.
Instance patches(Index rows, Index d, Index repeat, std::uint64_t seed) {
  Random random(seed);
  Instance instance{Matrix(rows, d), Vector(rows)};
  for (Index i = 0; i < rows; ++i) {
    const double bright = random.uniform();
    for (Index k = 0; k < d; ++k) instance.X(i, k) = 0.5 * (bright + random.uniform());
    instance.g[i] = i % repeat == 0 ? random.normal() : instance.g[i - 1];
  }
  return instance;
}

/// The same with rows in all directions.
Instance scattered(Index rows, Index d, std::uint64_t seed) {
  Instance instance = patches(rows, d, 1, seed);
  Random random(seed + 1000);
  for (Index i = 0; i < rows; ++i) instance.X.row(i) = random.direction(d).transpose();
  return instance;
}

/// max g^T (X u)_+ by the cone tree, closed to 1e-9.
double maximum(const Instance& instance) {
  DualNormSettings settings;
  settings.relative_gap = 1e-9;
  const DualNormResult both = DualOracle(instance.X).maximise(instance.g, settings);
  EXPECT_EQ(both.status, DualNormStatus::kClosed);
  double best = 0;
  for (const DualDirection& direction : both.maximisers) {
    if (direction.sign == Sign::kPlus) best = std::max(best, direction.value);
  }
  // Of one sign alone: the best that the tree or a climb found, where the other sign is larger.
  for (const DualDirection& direction : DualOracle(instance.X).climb(instance.g, 0, 8, 1)) {
    if (direction.sign == Sign::kPlus) best = std::max(best, direction.value);
  }
  return best;
}

TEST(BranchCaps, ProvesJustAboveTheMaximumAndNothingBelow) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    const Instance instance = seed % 2 == 0 ? patches(40, 6, 4, seed) : scattered(14, 4, seed);
    const double top = maximum(instance);
    ASSERT_GT(top, 0) << seed;
    const CapsOutcome holds = bound_by_caps(instance.X, instance.g, top * (1 + 1e-3), kNodes, {});
    EXPECT_TRUE(holds.proved) << seed << ": " << holds.nodes << " nodes";
    EXPECT_EQ(holds.above.size(), 0) << seed;
    const CapsOutcome fails = bound_by_caps(instance.X, instance.g, top * (1 - 1e-6), kNodes, {});
    EXPECT_FALSE(fails.proved) << seed;
    if (fails.above.size() > 0) {
      const double value = instance.g.dot((instance.X * fails.above).cwiseMax(0));
      EXPECT_GT(value / fails.above.norm(), top * (1 - 2e-6)) << seed;
    }
  }
}

TEST(BranchCaps, NothingPositiveNeedsNoNodes) {
  Instance instance = patches(5, 6, 1, 3);
  instance.g.setZero();
  const CapsOutcome outcome = bound_by_caps(instance.X, instance.g, 1e-3, kNodes, {});
  EXPECT_TRUE(outcome.proved);
  EXPECT_EQ(outcome.nodes, 0);
}

TEST(BranchCaps, StopsAtTheLimitWithoutAProof) {
  const Instance instance = scattered(200, 8, 4);
  const double low = DualOracle(instance.X).climb(instance.g, 0, 1, 0).front().value;
  EXPECT_FALSE(bound_by_caps(instance.X, instance.g, low * (1 + 1e-9), 1, {}).proved);
}

/// Moments and intervals of a cell hold for every direction of it: no direction in a cap leaves the
/// intervals that shorten_intervals gives, and no majorant of a cell's program is below f there.
TEST(BranchCaps, IntervalsAndMajorantsHoldInTheCap) {
  const Instance instance = patches(30, 7, 3, 9);
  const ScaledRows base = scale_rows(instance.X, instance.g);
  Random random(5);
  for (const double low : {0.2, 0.8, 0.99, 0.9999}) {
    const Vector centre = random.direction(7);
    CapCell cell{{}, {}, base.norm, base.norm, anywhere(7)};
    cell.caps.push_back({centre, low, kWholeCap});
    cell.cuts.push_back(random.direction(7));
    const double angle = std::acos(low);
    cell.point = with_trace_one(centre * std::cos(angle / 2), Matrix::Zero(7, 7));
    shorten_intervals(base, centre, low, cell);
    const CapProgram program = cap_program(base, cell);
    MomentProgram moments(program.rows);
    moments.start(program.cell, cell.point, 1e-2);
    for (int step = 0; step < 5; ++step) EXPECT_TRUE(moments.step());
    const CellMajorant majorant = cell_majorant(program.rows, program.cell, moments.multipliers());
    int inside = 0;
    for (int trial = 0; trial < 4000; ++trial) {
      const Vector beside = random.direction(7);
      const Vector across = (beside - beside.dot(centre) * centre).normalized();
      const double at = angle * random.uniform();
      const Vector u = std::cos(at) * centre + std::sin(at) * across;
      if (cell.cuts[0].dot(u) > 0) continue;
      ++inside;
      const Vector t = base.Y.transpose() * u;
      EXPECT_GE((t + cell.below).minCoeff(), -1e-12);
      EXPECT_GE((cell.above - t).minCoeff(), -1e-12);
      const double above =
          majorant.kappa + majorant.b.dot(u) + u.dot(majorant.M * u) + program.error;
      EXPECT_GE(above, value_of(base, u) - 1e-12);
    }
    EXPECT_GT(inside, 100);
  }
}

/// The interval of a narrow cap starts far from 0, so that the terms of its product cancel: their
/// rounding is larger than their sum. Against the same product in long double; the cap's own row
/// and the sum that takes it off again are each other's opposite.
TEST(BranchCaps, ErrorCoversTheTermsOfANarrowCap) {
  const Instance instance = patches(1, 6, 1, 2);
  const ScaledRows base = scale_rows(instance.X, instance.g);
  Random random(8);
  for (const double pi : {0x1p30 / 3, 0x1p40 / 3, 0x1p40 / 7}) {
    CapCell cell{{}, {}, base.norm, Vector::Zero(1), anywhere(6)};
    const double low = 1 - 1e-6 * (1 + random.uniform());
    cell.caps.push_back({random.direction(6), low, kWholeCap});
    const CapProgram program = cap_program(base, cell);
    const Vector zero = Vector::Zero(program.rows.count());
    CellMultipliers multipliers{zero, zero, zero, zero, {}};
    const Index last = zero.size() - 1;
    multipliers.pi[last] = pi;
    const CellMajorant majorant = cell_majorant(program.rows, program.cell, multipliers);
    for (int trial = 0; trial < 50; ++trial) {
      const Vector u = (cell.caps[0].centre + 1e-3 * random.direction(6)).normalized();
      using Wide = long double;
      Wide t = 0;
      Wide sum = 0;
      Wide square = 0;
      for (Index i = 0; i < 6; ++i) {
        t += Wide{program.rows.Y(i, last)} * u[i];
        sum += Wide{majorant.b[i]} * u[i];
        for (Index k = 0; k < 6; ++k) square += Wide{majorant.M(i, k)} * u[i] * u[k];
      }
      const Wide stored = majorant.kappa + sum + square;
      const Wide exact = pi * (t + program.cell.below[last]) * (program.cell.above[last] - t);
      EXPECT_LE(std::abs(static_cast<double>(stored - exact)), majorant.error) << pi;
    }
  }
}

}  // namespace
}  // namespace thalweg::oracle
