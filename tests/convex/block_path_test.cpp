#include "thalweg/convex/block_path.hpp"

#include <gtest/gtest.h>

#include "convex/block_catalogue.hpp"

namespace thalweg {
namespace {

using testing::BlockShape;

std::vector<double> grid(double top, int count) {
  std::vector<double> betas;
  for (int k = 0; k < count; ++k) {
    betas.push_back(1.1 * top * std::pow(1e-3, static_cast<double>(k) / (count - 1)));
  }
  return betas;
}

struct Step {
  double beta;
  BlockSolution solution;
};

std::vector<Step> follow(const TrainingProblem& problem, const BlockMaps& maps,
                         const std::vector<double>& betas, BlockMethod method, double gap) {
  SolverSettings settings;
  settings.relative_gap = gap;
  std::vector<Step> steps;
  block_path(problem, maps, betas, method, settings, [&](double beta, const BlockSolution& s) {
    steps.push_back({beta, s});
    return true;
  });
  return steps;
}

TEST(BlockPath, EqualsSeparateSolves) {
  const BlockShape shape = testing::make_shape("path", 51, 40, 4, 30);
  const MaskedMaps maps(shape.X, shape.patterns);
  for (const Loss& loss : {Loss::squared(), Loss::logistic(LossScale::kMean), Loss::huber(0.5),
                           Loss::squared_hinge()}) {
    for (const BlockMethod method : {BlockMethod::kAutomatic, BlockMethod::kBlockCoordinate}) {
      const double gap = method == BlockMethod::kAutomatic ? 1e-9 : 1e-3;
      SCOPED_TRACE(loss.name() + std::string(" ") + std::string(name(method)));
      const TrainingProblem problem(shape.X, testing::targets_for(shape, loss), 1, loss,
                                    OutputBias::kFree);
      const std::vector<double> betas = grid(testing::scale_of_beta(shape, loss), 12);
      const std::vector<Step> steps = follow(problem, maps, betas, method, gap);
      ASSERT_EQ(steps.size(), betas.size());
      for (std::size_t k = 0; k < betas.size(); ++k) {
        EXPECT_EQ(steps[k].beta, betas[k]);
        EXPECT_EQ(steps[k].solution.info.status, SolverStatus::kSolved);
        const TrainingProblem here = problem.with_beta(betas[k]);
        SolverSettings settings;
        settings.relative_gap = 1e-9;
        const BlockSolution alone =
            solve_blocks(BlockProgram(here, maps), BlockMethod::kSemismoothNewton, settings);
        EXPECT_NEAR(steps[k].solution.info.objective, alone.info.objective,
                    1.1 * gap * alone.info.objective);
        EXPECT_LE(steps[k].solution.info.lower_bound, alone.info.objective * (1 + 1e-13));
      }
    }
  }
}

TEST(BlockPath, ValueIsConcaveAndMassFallsWithBeta) {
  // P(beta) is a minimum of functions affine in beta: concave, with the mass as slope.
  const BlockShape shape = testing::make_shape("path", 52, 30, 3, 20);
  const MaskedMaps maps(shape.X, shape.patterns);
  const TrainingProblem problem(shape.X, shape.targets, 1, Loss::squared());
  const std::vector<Step> steps =
      follow(problem, maps, grid(testing::scale_of_beta(shape, Loss::squared()), 20),
             BlockMethod::kSemismoothNewton, 1e-11);
  double mass_before = -1;
  double loss_before = std::numeric_limits<double>::infinity();
  for (std::size_t k = 0; k < steps.size(); ++k) {
    const auto& [beta, solution] = steps[k];
    const double mass = solution.W.colwise().norm().sum();
    const double loss = solution.info.objective - beta * mass;
    EXPECT_GE(mass, mass_before * (1 - 1e-6));
    EXPECT_LE(loss, loss_before * (1 + 1e-6));
    mass_before = mass;
    loss_before = loss;
    if (k == 0) continue;
    EXPECT_LE(solution.info.objective, steps[k - 1].solution.info.objective * (1 + 1e-10));
    // A tangent of a concave function is above it.
    EXPECT_LE(steps[k - 1].solution.info.objective,
              solution.info.objective + mass * (steps[k - 1].beta - beta) + 1e-9);
  }
}

TEST(BlockPath, StopsWhenToldTo) {
  const BlockShape shape = testing::make_shape("path", 53, 10, 2, 5);
  const MaskedMaps maps(shape.X, shape.patterns);
  const TrainingProblem problem(shape.X, shape.targets, 1, Loss::squared());
  int delivered = 0;
  block_path(problem, maps, {1.0, 0.5, 0.25}, BlockMethod::kAutomatic, {},
             [&](double, const BlockSolution&) { return ++delivered < 2; });
  EXPECT_EQ(delivered, 2);
}

}  // namespace
}  // namespace thalweg
