#include "thalweg/landscape/subsampled_program.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "support/fixtures.hpp"
#include "support/groundtruth.hpp"
#include "thalweg/convex/restricted_program.hpp"
#include "thalweg/core/error.hpp"
#include "thalweg/core/random.hpp"

namespace thalweg {
namespace {

TrainingProblem f4() { return testing::make_fixture("F4", {{1, -1}, {0, 1}}, {1, 1}, 0).problem(); }

TwoLayerNetwork one_neuron(double first, double second) {
  Vector w(2);
  w << first, second;
  return to_network({{w, Sign::kPlus, {}, -1}}, 2, {});
}

/// Theorems S0 and S2: stationary networks are optimal for their programs, others are not.
TEST(SubsampledProgram, StoredNetworks) {
  int kinds[3] = {0, 0, 0};
  for (const testing::GroundTruth& truth : testing::all_groundtruth()) {
    const TrainingProblem problem = truth.problem();
    for (const testing::GroundTruthNetwork& stored : truth.networks) {
      SCOPED_TRACE(truth.name + " " + stored.name);
      const Stationarity found = stationarity(problem, stored.network);
      const SubsampledProgram program = subsampled_program(problem, found);
      // Where beta is tiny, rounding may end the last steps towards a gap of 1e-10.
      if (truth.beta > 1e-5) {
        EXPECT_EQ(program.status, SolverStatus::kSolved);
      }
      EXPECT_LE(program.optimum_lower_bound, program.optimum * (1 + 1e-12));
      // Weak duality, from above and below.
      EXPECT_LE(program.optimum, program.objective * (1 + 1e-9));
      EXPECT_LE(program.lower_bound, program.optimum * (1 + 1e-9));
      // No program of few patterns is below the optimum.
      EXPECT_GE(program.optimum, truth.optimum * (1 - 1e-9));
      if (found.clarke.finding == Finding::kYes) {
        ++kinds[static_cast<int>(program.kind)];
        EXPECT_NEAR(program.objective, program.optimum, 1e-8 * program.objective);
        EXPECT_LE(program.gap, 1e-7 * program.objective);
        if (program.patterns > 0) {
          EXPECT_NEAR(program.dual_norm, truth.beta, 1e-8 * truth.beta);
        }
      }
      if (stored.name == "nonstationary" || stored.name == "unbalanced") {
        EXPECT_GT(program.objective, program.optimum * (1 + 1e-4));
        EXPECT_GT(program.gap, 1e-4 * program.objective);
      }
    }
  }
  EXPECT_GT(kinds[static_cast<int>(SubsampledKind::kOwnPatterns)], 20);
  EXPECT_GT(kinds[static_cast<int>(SubsampledKind::kAdjacentCells)], 20);
}

/// Clarke stationary, so optimal over its face; but both closed cells that contain it are better.
TEST(SubsampledProgram, F4IsOptimalOverItsFaceOnly) {
  const TrainingProblem problem = f4();
  const Stationarity found = stationarity(problem, one_neuron(0.9, 0));
  const SubsampledProgram face = subsampled_program(problem, found);
  EXPECT_EQ(face.kind, SubsampledKind::kFaces);
  EXPECT_EQ(face.patterns, 1);
  EXPECT_NEAR(face.objective, 0.595, 1e-12);
  EXPECT_NEAR(face.optimum, 0.595, 1e-9);
  EXPECT_NEAR(face.dual_norm, 0.1, 1e-12);
  for (const double side : {0.0, 1.0}) {
    Matrix cell(1, 2);
    cell << 1, side;
    EXPECT_LT(restricted_program(problem, cell, SolverSettings()).info.objective, 0.59);
  }
}

/// F6's optimum is on two ties, of different signs: four blocks.
TEST(SubsampledProgram, AdjacentCellsHaveTheNeuronsSign) {
  const TrainingProblem problem =
      testing::make_fixture("F6", {{1, 0}, {1, 1}}, {1, -1}, 0).problem();
  Vector first(2);
  Vector second(2);
  first << 1, -1;
  second << 0, 1;
  const TwoLayerNetwork network =
      to_network({{(1 - 0.1 * std::sqrt(2.0)) * first, Sign::kPlus, {}, -1},
                  {0.9 * second, Sign::kMinus, {}, -1}},
                 2, {});
  const SubsampledProgram program = subsampled_program(problem, stationarity(problem, network));
  EXPECT_EQ(program.kind, SubsampledKind::kAdjacentCells);
  EXPECT_EQ(program.patterns, 4);
  EXPECT_NEAR(program.optimum, 0.22642135623730949, 1e-10);
  SubsampledSettings few;
  few.max_patterns = 3;
  const SubsampledProgram faces = subsampled_program(problem, stationarity(problem, network), few);
  EXPECT_EQ(faces.kind, SubsampledKind::kFaces);
  EXPECT_EQ(faces.patterns, 2);
  EXPECT_NEAR(faces.optimum, 0.22642135623730949, 1e-9);
}

TEST(SubsampledProgram, WithoutNeuronsOnlyTheAffinePartIsLeft) {
  const TrainingProblem base = f4();
  const TrainingProblem problem(base.X(), base.y(), 0.1, Loss::squared(), OutputBias::kFree);
  TwoLayerNetwork network = TwoLayerNetwork::empty(2);
  network.output_bias[0] = 0.5;
  const SubsampledProgram program = subsampled_program(problem, stationarity(problem, network));
  EXPECT_EQ(program.patterns, 0);
  EXPECT_NEAR(program.objective, 0.25, 1e-15);
  EXPECT_NEAR(program.optimum, 0, 1e-15);
}

/// One sign a pattern: between the program with both signs and that without the pattern.
TEST(RestrictedSigns, BlocksOfTheOtherSignAreLeftOut) {
  Random random(3);
  const Matrix X = Matrix::NullaryExpr(12, 3, [&] { return random.normal(); });
  const Vector y = Vector::NullaryExpr(12, [&] { return random.normal(); });
  const TrainingProblem problem(X, y, 0.2, Loss::squared(), OutputBias::kPenalised);
  Matrix patterns(8, 12);
  std::vector<Sign> signs;
  for (Index k = 0; k < 8; ++k) {
    patterns.row(k) = (X * random.direction(3)).transpose();
    signs.push_back(k % 3 == 0 ? Sign::kMinus : Sign::kPlus);
  }
  const PatternSet set(patterns);
  const RestrictedSolution both = restricted_program(problem, set, SolverSettings());
  const RestrictedSolution own = restricted_program(problem, set, signs, SolverSettings());
  EXPECT_EQ(own.info.status, SolverStatus::kSolved);
  EXPECT_GE(own.info.objective, both.info.objective - 1e-9);
  for (const RestrictedBlock& block : own.blocks) {
    if (block.sign != signs[static_cast<std::size_t>(block.cell)]) {
      EXPECT_EQ(block.w.size(), 0);
    }
  }
  // The other signs, chosen so that what `both` uses is kept, change nothing.
  std::vector<Sign> used(8, Sign::kPlus);
  std::vector<int> count(8, 0);
  for (const RestrictedBlock& block : both.blocks) {
    if (block.w.size() == 0) continue;
    used[static_cast<std::size_t>(block.cell)] = block.sign;
    ++count[static_cast<std::size_t>(block.cell)];
  }
  if (*std::max_element(count.begin(), count.end()) == 1) {
    EXPECT_NEAR(restricted_program(problem, set, used, SolverSettings()).info.objective,
                both.info.objective, 1e-9);
  }
  EXPECT_THROW(
      (void)restricted_program(problem, set, std::vector<Sign>(7, Sign::kPlus), SolverSettings()),
      InvalidArgument);
}

}  // namespace
}  // namespace thalweg
