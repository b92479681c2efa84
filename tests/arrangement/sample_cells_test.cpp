#include "thalweg/arrangement/sample_cells.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "arrangement/sample_support.hpp"
#include "support/arrangement_families.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg::testing {
namespace {

using Sampler = CellSample (*)(const HyperplaneArrangement&, const SampleSettings&);

CellSample local(const HyperplaneArrangement& arrangement, const SampleSettings& settings) {
  return sample_local_cells(arrangement, settings);
}

const std::vector<Sampler>& samplers() {
  static const std::vector<Sampler> all = {sample_cells, sample_gaussian_cells, local,
                                           sample_pencils};
  return all;
}

TEST(SampleCells, UniformInGeneralPosition) {
  Random random(1);
  const Matrix X = gaussian_rows(random, 12, 4);
  const std::vector<PatternText> cells = exact_cells(X);
  const HyperplaneArrangement arrangement(X);
  const CellSample sample = sample_cells(arrangement, sample_settings(20000, 2));
  EXPECT_EQ(sample.status, SampleStatus::kComplete);
  EXPECT_EQ(sample.drawn, 20000U);
  EXPECT_EQ(sample.trials, 20000U);
  EXPECT_LT(std::abs(uniformity_score(cells, sample.cells)), kHonest);
  const CellSample gaussian = sample_gaussian_cells(arrangement, sample_settings(20000, 2));
  EXPECT_GT(uniformity_score(cells, gaussian.cells), 100);
}

TEST(SampleCells, UniformOnDegenerateData) {
  for (const Matrix& X : {threshold(3).X, resonance(3).X, braid(4).X, grid_with_bias(3, 2)}) {
    const std::vector<PatternText> cells = exact_cells(X);
    const HyperplaneArrangement arrangement(X);
    const CellSample sample = sample_cells(arrangement, sample_settings(10000, 3));
    EXPECT_EQ(sample.status, SampleStatus::kComplete);
    EXPECT_GT(sample.trials, sample.drawn);
    EXPECT_LT(std::abs(uniformity_score(cells, sample.cells)), kHonest);
  }
  const CellSample gaussian =
      sample_gaussian_cells(HyperplaneArrangement(threshold(3).X), sample_settings(10000, 3));
  EXPECT_GT(uniformity_score(exact_cells(threshold(3).X), gaussian.cells), 20);
}

TEST(SampleCells, ShareOfSuccessfulTrialsCountsTheCells) {
  // Levels 4 and 2 of resonance 4, 15 hyperplanes: 455 + 15 choices for 370 / 2 cells.
  const CellSample sample =
      sample_cells(HyperplaneArrangement(resonance(4).X), sample_settings(20000, 4));
  const double share = static_cast<double>(sample.drawn) / static_cast<double>(sample.trials);
  const double expected = 185.0 / 470.0;
  const double deviation =
      std::sqrt(expected * (1 - expected) / static_cast<double>(sample.trials));
  EXPECT_NEAR(share, expected, kHonest * deviation);
}

TEST(SampleCells, EverySampleIsACellAndBothSignsOccur) {
  Random random(5);
  for (int round = 0; round < 150; ++round) {
    const auto [kind, X] = random_arrangement(random, 8, 4);
    const std::vector<PatternText> cells = exact_cells(X);
    const HyperplaneArrangement arrangement(X);
    for (const Sampler sampler : samplers()) {
      const CellSample sample = sampler(arrangement, sample_settings(40, 6));
      EXPECT_EQ(sample.status, SampleStatus::kComplete) << kind << "\n" << X;
      EXPECT_GT(sample.cells.size(), 0);
      std::set<PatternText> found;
      for (Index i = 0; i < sample.cells.size(); ++i) {
        found.insert(to_text(sample.cells.pattern(i), X.rows()));
      }
      for (const PatternText& cell : found) {
        EXPECT_TRUE(std::binary_search(cells.begin(), cells.end(), cell)) << kind << "\n" << X;
      }
      if (cells.size() == 2 && sampler != sample_pencils) {
        EXPECT_EQ(found.size(), 2U) << kind << "\n" << X;
      }
    }
  }
}

TEST(SampleCells, SeedDecidesAndThreadsDoNot) {
  for (const Matrix& X : {grid_with_bias(4, 2), resonance(4).X}) {
    const HyperplaneArrangement arrangement(X);
    for (const Sampler sampler : samplers()) {
      SampleSettings settings = sample_settings(3000, 7);
      const CellSample one = sampler(arrangement, settings);
      settings.threads = 3;
      const CellSample three = sampler(arrangement, settings);
      EXPECT_EQ(one.cells.patterns, three.cells.patterns);
      EXPECT_EQ(one.trials, three.trials);
      EXPECT_EQ(one.exact_signs, three.exact_signs);
      settings.seed = 8;
      EXPECT_NE(one.cells.patterns, sampler(arrangement, settings).cells.patterns);
    }
  }
}

TEST(SampleCells, WithoutHyperplanesThereIsOneCell) {
  for (const Sampler sampler : samplers()) {
    const CellSample zeros =
        sampler(HyperplaneArrangement(Matrix::Zero(2, 3)), sample_settings(5, 1));
    EXPECT_EQ(zeros.cells.patterns, std::vector<PatternWord>(5, 0b11));
    EXPECT_EQ(zeros.drawn, 5U);
    EXPECT_EQ(sampler(HyperplaneArrangement(Matrix(0, 2)), sample_settings(5, 1)).status,
              SampleStatus::kComplete);
  }
}

TEST(SampleCells, IndependentRowsHaveAllPatterns) {
  const Matrix X{{1, 0, 0}, {0, 0, 0}, {1, 1, 0}, {-2, -2, 0}, {1, 1, 1}};
  const std::vector<PatternText> cells = exact_cells(X);
  ASSERT_EQ(cells.size(), 8U);
  const CellSample sample = sample_cells(HyperplaneArrangement(X), sample_settings(4000, 9));
  EXPECT_LT(std::abs(uniformity_score(cells, sample.cells)), kHonest);
}

TEST(SampleCells, NoneWanted) {
  for (const Sampler sampler : samplers()) {
    const CellSample sample = sampler(HyperplaneArrangement(resonance(3).X), sample_settings(0, 1));
    EXPECT_EQ(sample.status, SampleStatus::kComplete);
    EXPECT_EQ(sample.cells.size(), 0);
  }
}

TEST(SampleCells, Duplicates) {
  const HyperplaneArrangement arrangement(resonance(3).X);
  for (const Sampler sampler : samplers()) {
    SampleSettings settings = sample_settings(2000, 10);
    const CellSample kept = sampler(arrangement, settings);
    EXPECT_FALSE(kept.distinct.has_value());
    settings.duplicates = Duplicates::kCount;
    const CellSample counted = sampler(arrangement, settings);
    EXPECT_EQ(counted.cells.patterns, kept.cells.patterns);
    EXPECT_EQ(counted.distinct, 32U);
    settings.duplicates = Duplicates::kDrop;
    const CellSample dropped = sampler(arrangement, settings);
    EXPECT_EQ(dropped.drawn, kept.drawn);
    EXPECT_EQ(dropped.distinct, 32U);
    std::vector<PatternWord> first;
    for (const PatternWord pattern : kept.cells.patterns) {
      if (std::find(first.begin(), first.end(), pattern) == first.end()) first.push_back(pattern);
    }
    EXPECT_EQ(dropped.cells.patterns, first);
  }
}

TEST(SampleCells, TrialsAreLimited) {
  SampleSettings settings = sample_settings(1000, 11);
  settings.max_trials = 1;
  const CellSample sample = sample_cells(HyperplaneArrangement(resonance(4).X), settings);
  EXPECT_EQ(sample.status, SampleStatus::kTrialLimit);
  EXPECT_GT(sample.drawn, 0U);
  EXPECT_LT(sample.drawn, 1000U);
  EXPECT_EQ(sample.cells.size(), static_cast<Index>(sample.drawn));
}

TEST(SampleCells, Cancelled) {
  for (const Sampler sampler : samplers()) {
    SampleSettings settings = sample_settings(1000, 11);
    settings.control.cancellation.cancel();
    const CellSample sample = sampler(HyperplaneArrangement(resonance(4).X), settings);
    EXPECT_EQ(sample.status, SampleStatus::kStopped);
    EXPECT_EQ(sample.cells.size(), 0);
  }
}

TEST(SampleCells, RejectsMistakes) {
  const HyperplaneArrangement arrangement(resonance(3).X);
  SampleSettings settings;
  settings.threads = 0;
  for (const Sampler sampler : samplers()) {
    EXPECT_THROW(static_cast<void>(sampler(arrangement, settings)), InvalidArgument);
  }
  EXPECT_THROW(static_cast<void>(sample_local_cells(arrangement, {}, -1)), InvalidArgument);
  EXPECT_THROW(static_cast<void>(cells_around(arrangement, Matrix::Zero(1, 2))), InvalidArgument);
  EXPECT_THROW(static_cast<void>(cells_around(arrangement, Matrix::Zero(1, 3), -1)),
               InvalidArgument);
  Matrix infinite = Matrix::Zero(1, 3);
  infinite(0, 1) = HUGE_VAL;
  EXPECT_THROW(static_cast<void>(cells_around(arrangement, infinite)), InvalidArgument);
}

}  // namespace
}  // namespace thalweg::testing
