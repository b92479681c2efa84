#include "thalweg/convex/kkt_residuals.hpp"

#include <gtest/gtest.h>

#include "support/fixtures.hpp"

namespace thalweg {
namespace {

/// F3: one neuron along (1, 0) in the cell where both rows are active; P* = 5 beta/3 - 25
/// beta^2/36.
struct Optimum {
  Matrix X{{0.6, 0.8}, {0.6, -0.8}};
  TrainingProblem problem{X, Vector::Ones(2), 0.1, Loss::squared()};
  Matrix patterns{{1.0, 1.0}, {1.0, 0.0}, {0.0, 1.0}, {0.0, 0.0}};
  RestrictedSolution solution;

  Optimum() {
    for (Index cell = 0; cell < 4; ++cell) {
      for (const Sign sign : {Sign::kPlus, Sign::kMinus}) {
        RestrictedBlock block;
        block.cell = cell;
        block.sign = sign;
        solution.blocks.push_back(block);
      }
    }
    const double fit = 1 - 0.5 / 6;
    solution.blocks[0].w = Vector::Zero(2);
    solution.blocks[0].w[0] = fit / 0.6;
    solution.dual = Vector::Constant(2, 0.5 / 6);
  }
};

TEST(KktResiduals, AcceptsTheClosedFormOptimum) {
  const Optimum optimum;
  // The cells {x_1} and {x_2} need multipliers to show their value: |nu_1 x_1| = beta 5/6 < beta.
  const KktResiduals residuals = kkt_residuals(optimum.problem, optimum.patterns, optimum.solution);
  EXPECT_LE(residuals.stationarity, 1e-14);
  EXPECT_LE(residuals.feasibility, 1e-15);
  EXPECT_LE(residuals.dual_fit, 1e-14);
  EXPECT_LE(residuals.dual_excess, 1e-14);
  EXPECT_NEAR(residuals.objective, 0.5 / 3 - 0.25 / 36, 1e-15);
  EXPECT_LE(std::abs(residuals.relative_gap), 1e-13);
}

TEST(KktResiduals, RejectsWrongPoints) {
  {
    Optimum scaled;
    scaled.solution.blocks[0].w *= 1.001;
    EXPECT_GT(kkt_residuals(scaled.problem, scaled.patterns, scaled.solution).dual_fit, 1e-4);
  }
  {
    Optimum turned;
    turned.solution.blocks[0].w[1] = 0.01;
    EXPECT_GT(kkt_residuals(turned.problem, turned.patterns, turned.solution).stationarity, 1e-3);
  }
  {
    Optimum outside;
    outside.solution.blocks[0].w << 0.1, 1.0;
    EXPECT_GT(kkt_residuals(outside.problem, outside.patterns, outside.solution).feasibility, 0.1);
  }
  {
    Optimum doubled;
    doubled.solution.dual *= 2;
    const KktResiduals residuals =
        kkt_residuals(doubled.problem, doubled.patterns, doubled.solution);
    EXPECT_GT(residuals.dual_excess, 0.9);
    EXPECT_GT(residuals.dual_fit, 0.1);
  }
  {
    Optimum negative;
    negative.solution.blocks[2].multipliers.emplace_back(0, -0.5);
    EXPECT_GT(kkt_residuals(negative.problem, negative.patterns, negative.solution).multiplier, 1);
  }
  {
    Optimum slack;
    slack.solution.blocks[0].multipliers.emplace_back(0, 0.1);
    EXPECT_GT(kkt_residuals(slack.problem, slack.patterns, slack.solution).complementarity, 0.1);
  }
}

}  // namespace
}  // namespace thalweg
