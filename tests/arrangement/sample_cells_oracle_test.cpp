// Uniformity against complete lists, on instances that take a few seconds.
#include <gtest/gtest.h>

#include "arrangement/sample_support.hpp"
#include "support/arrangement_families.hpp"
#include "thalweg/arrangement/enumerate.hpp"

namespace thalweg::testing {
namespace {

/// Chi-square score of a uniform sample of 40 expected draws a cell.
void expect_uniform(const std::string& name, const Matrix& X, std::uint64_t seed) {
  const HyperplaneArrangement arrangement(X);
  const auto [list, info] = list_cells(arrangement);
  ASSERT_TRUE(info.complete()) << name;
  const std::vector<PatternText> cells = to_texts(X, list, info.antipodal);
  const CellSample sample = sample_cells(
      arrangement, sample_settings(40 * static_cast<std::uint64_t>(cells.size()), seed));
  EXPECT_EQ(sample.status, SampleStatus::kComplete) << name;
  EXPECT_LT(std::abs(uniformity_score(cells, sample.cells)), kHonest) << name;
}

TEST(SampleCellsOracle, Uniform) {
  Random random(1);
  expect_uniform("gaussian (20, 4)", gaussian_rows(random, 20, 4), 1);
  expect_uniform("gaussian (70, 3)", gaussian_rows(random, 70, 3), 2);
  expect_uniform("grid 10", plane_grid(10).X, 3);
  expect_uniform("threshold 4", threshold(4).X, 4);
  expect_uniform("resonance 4", resonance(4).X, 5);
  expect_uniform("{-1, 0, 1}^5", small_integer_rows(random, 18, 5, 1), 6);
  expect_uniform("signed orders 4", signed_orders(4).X, 7);
  expect_uniform("duplicates", with_duplicates(gaussian_rows(random, 12, 4)), 8);
  expect_uniform("slivers", nudged(random, grid_with_bias(5, 2)), 9);
  expect_uniform("rank deficient", rank_deficient_rows(random, 16, 6, 4), 10);
}

TEST(SampleCellsOracle, UniformOnRandomDegenerateArrangements) {
  Random random(2);
  for (int round = 0; round < 150; ++round) {
    const auto [kind, X] = random_arrangement(random, 9, 4);
    const std::vector<PatternText> cells = exact_cells(X);
    if (cells.size() < 4) continue;
    const CellSample sample =
        sample_cells(HyperplaneArrangement(X),
                     sample_settings(30 * static_cast<std::uint64_t>(cells.size()), 3));
    EXPECT_LT(uniformity_score(cells, sample.cells), 6) << kind << "\n" << X;
  }
}

TEST(SampleCellsOracle, GaussianIsNotUniform) {
  Random random(4);
  for (const Matrix& X : {gaussian_rows(random, 20, 4), plane_grid(10).X, threshold(4).X,
                          small_integer_rows(random, 18, 5, 1)}) {
    const HyperplaneArrangement arrangement(X);
    const auto [list, info] = list_cells(arrangement);
    const std::vector<PatternText> cells = to_texts(X, list, info.antipodal);
    const CellSample sample = sample_gaussian_cells(
        arrangement, sample_settings(40 * static_cast<std::uint64_t>(cells.size()), 5));
    EXPECT_GT(uniformity_score(cells, sample.cells), 100);
  }
}

}  // namespace
}  // namespace thalweg::testing
