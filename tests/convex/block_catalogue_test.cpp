#include "convex/block_catalogue.hpp"

#include <gtest/gtest.h>

#include "convex/problem_catalogue.hpp"
#include "thalweg/convex/semismooth_newton.hpp"

/// Every loss, everything outside the blocks, every method, awkward data, beta from 1e-8 to 10
/// beta_max: whatever the status, each number that a solution claims is recomputed from the data.
namespace thalweg {
namespace {

using testing::BlockCheck;
using testing::BlockJudge;
using testing::BlockShape;
using testing::Outside;

/// What must hold of any solution; solved ones have the gap that was asked for.
void expect_honest(const BlockSolution& solution, const BlockCheck& check, double relative_gap,
                   double zero_loss) {
  const SolverInfo& info = solution.info;
  ASSERT_TRUE(std::isfinite(info.objective) && std::isfinite(info.lower_bound));
  const double rounding = 1e-12 * (std::abs(check.objective) + check.magnitude) + 1e-20 * zero_loss;
  EXPECT_NEAR(info.objective, check.objective, rounding);
  EXPECT_LE(info.lower_bound, check.lower_bound + rounding);
  EXPECT_LE(info.lower_bound, check.objective + rounding);  // weak duality
  EXPECT_LE(check.imbalance, 2e-12);
  EXPECT_TRUE(check.strictly_listed);
  if (info.objective > 1e-28 * zero_loss) {
    EXPECT_NEAR(info.relative_gap, (info.objective - info.lower_bound) / info.objective, 1e-12);
  }
  if (info.status != SolverStatus::kSolved) return;
  const double gap = relative_gap * check.objective + rounding;
  EXPECT_LE(check.gap, gap);
  // The parts of the gap: alignment of every block, the loss's pair, the bias.
  EXPECT_LE(check.misalignment, gap + rounding);
  EXPECT_LE(check.misfit, gap + rounding);
  EXPECT_LE(check.bias_slack, gap + rounding);
}

struct Tally {
  int runs = 0;
  int solved = 0;
};

/// All methods on one program: each honest, and no bound above any objective.
void run_methods(const BlockShape& shape, const TrainingProblem& problem,
                 const std::vector<BlockMethod>& methods, double relative_gap, Tally& tally) {
  const MaskedMaps maps(shape.X, shape.patterns);
  const BlockProgram program(problem, maps, shape.weights);
  const std::vector<Matrix> formed = testing::formed_maps(shape.X, shape.patterns);
  const BlockJudge judge(problem, formed, shape.weights);
  const double zero_loss = problem.loss().value(Vector::Zero(problem.samples()), problem.y());
  double best_objective = std::numeric_limits<double>::infinity();
  double best_bound = -best_objective;
  for (const BlockMethod method : methods) {
    SCOPED_TRACE(name(method));
    SolverSettings settings;
    settings.relative_gap = relative_gap;
    settings.max_steps = method == BlockMethod::kSemismoothNewton ? 200 : 2;
    const BlockSolution solution = solve_blocks(program, method, settings);
    expect_honest(solution, judge.check(solution), relative_gap, zero_loss);
    best_objective = std::min(best_objective, solution.info.objective);
    best_bound = std::max(best_bound, solution.info.lower_bound);
    ++tally.runs;
    if (solution.info.status == SolverStatus::kSolved) ++tally.solved;
  }
  EXPECT_LE(best_bound, best_objective + 1e-11 * (best_objective + zero_loss));
}

TrainingProblem problem_of(const BlockShape& shape, const Loss& loss, const Outside& outside,
                           double share) {
  const double beta = share * testing::scale_of_beta(shape, loss);
  return {shape.X,      testing::targets_for(shape, loss),
          beta,         testing::fitted(loss, shape.X.rows()),
          outside.bias, outside.skip};
}

std::string words(const BlockShape& shape, const Loss& loss, const Outside& outside, double share) {
  return shape.name + ", " + loss.name() + ", " + outside.name + ", " + std::to_string(share);
}

TEST(BlockCatalogue, NewtonIsHonestOnEveryProblemAndSolvesAllButTheMostExtreme) {
  Tally tally;
  for (const BlockShape& shape : testing::block_shapes()) {
    for (const Loss& loss : testing::every_loss()) {
      for (const Outside& outside : testing::every_outside()) {
        for (const double share : {1e-8, 1e-6, 1e-4, 1e-2, 0.3, 1.5, 10.0}) {
          SCOPED_TRACE(words(shape, loss, outside, share));
          run_methods(shape, problem_of(shape, loss, outside, share),
                      {BlockMethod::kSemismoothNewton}, 1e-8, tally);
        }
      }
    }
  }
  EXPECT_GE(tally.solved, tally.runs * 95 / 100);
}

TEST(BlockCatalogue, NewtonSolvesEveryProblemOfOrdinaryScale) {
  Tally tally;
  for (const BlockShape& shape : testing::block_shapes()) {
    if (shape.name == "columns from 1e-6 to 1e6" || shape.name == "targets of size 1e6") continue;
    for (const Loss& loss : testing::every_loss()) {
      for (const Outside& outside : testing::every_outside()) {
        for (const double share : {1e-3, 1e-2, 0.1, 0.5, 2.0}) {
          if (shape.X.rows() < shape.X.cols() && outside.skip != SkipConnection::kNone) continue;
          SCOPED_TRACE(words(shape, loss, outside, share));
          const int before = tally.runs - tally.solved;
          run_methods(shape, problem_of(shape, loss, outside, share),
                      {BlockMethod::kSemismoothNewton}, 1e-8, tally);
          EXPECT_EQ(tally.runs - tally.solved, before);
        }
      }
    }
  }
}

TEST(BlockCatalogue, AllMethodsAreHonestAndAgree) {
  const std::vector<BlockMethod> methods(std::begin(testing::kEveryMethod),
                                         std::end(testing::kEveryMethod));
  Tally tally;
  Tally large;
  std::size_t turn = 0;
  for (const BlockShape& shape : testing::block_shapes()) {
    for (const Loss& loss : testing::every_loss()) {
      const std::vector<Outside> outsides = testing::every_outside();
      const Outside& outside = outsides[turn++ % outsides.size()];
      for (const double share : {1e-6, 1e-2, 0.3, 1.5}) {
        SCOPED_TRACE(words(shape, loss, outside, share));
        run_methods(shape, problem_of(shape, loss, outside, share), methods, 1e-6,
                    share > 0.1 ? large : tally);
      }
    }
  }
  EXPECT_GE(large.solved, large.runs * 8 / 10);
}

/// The catalogue of the program with cones, its patterns as gates, extreme problems included.
TEST(BlockCatalogue, TheProblemsOfTheRestrictedProgram) {
  const std::vector<BlockMethod> methods(std::begin(testing::kEveryMethod),
                                         std::end(testing::kEveryMethod));
  Tally all;
  Tally newton;
  for (const auto& catalogue :
       {testing::loss_catalogue(), testing::degenerate_catalogue(), testing::extreme_catalogue()}) {
    for (const testing::CatalogueProblem& entry : catalogue) {
      if (entry.patterns.rows() == 0) continue;
      SCOPED_TRACE(entry.name);
      const BlockShape shape{entry.name, entry.problem.X(), entry.patterns, entry.problem.y(),
                             Vector::Ones(entry.patterns.rows())};
      run_methods(shape, entry.problem, methods, 1e-6, all);
      run_methods(shape, entry.problem, {BlockMethod::kSemismoothNewton}, 1e-8, newton);
    }
  }
  EXPECT_GE(newton.solved, newton.runs * 8 / 10);  // extreme ones are beyond 1e-8
}

TEST(BlockCatalogue, AWarmStartFromTheSolutionEndsAtOnce) {
  for (const BlockShape& shape : {testing::make_shape("warm", 21, 30, 3, 12)}) {
    for (const Loss& loss : testing::every_loss()) {
      for (const Outside& outside : testing::every_outside()) {
        SCOPED_TRACE(words(shape, loss, outside, 0.05));
        const TrainingProblem problem = problem_of(shape, loss, outside, 0.05);
        const MaskedMaps maps(shape.X, shape.patterns);
        const BlockProgram program(problem, maps, shape.weights);
        SolverSettings settings;
        settings.relative_gap = 1e-7;
        const BlockSolution cold = semismooth_newton(program, settings);
        ASSERT_EQ(cold.info.status, SolverStatus::kSolved);
        const BlockSolution warm = semismooth_newton(program, settings, &cold);
        EXPECT_EQ(warm.info.status, SolverStatus::kSolved);
        EXPECT_LE(warm.info.steps, cold.info.steps / 2 + 1);
        const BlockSolution other =
            solve_blocks(program, BlockMethod::kBlockCoordinate, settings, &cold);
        EXPECT_EQ(other.info.status, SolverStatus::kSolved);
        EXPECT_NEAR(other.info.objective, cold.info.objective, 1e-6 * cold.info.objective);
      }
    }
  }
}

}  // namespace
}  // namespace thalweg
