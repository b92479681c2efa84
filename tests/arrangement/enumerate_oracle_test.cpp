#include <gtest/gtest.h>

#include <filesystem>

#include "arrangement/engine_cells.hpp"
#include "arrangement/hard_arrangements.hpp"
#include "support/groundtruth.hpp"
#include "thalweg/arrangement/characteristic_polynomial.hpp"
#include "thalweg/arrangement/enumerate.hpp"
#include "thalweg/io/npz.hpp"

namespace thalweg::testing {
namespace {

/// Both engines against the exact list, on `rounds` instances of at most `rows` by `columns`.
void compare_engines(std::uint64_t seed, int rounds, Index rows, Index columns) {
  Random random(seed);
  for (int round = 0; round < rounds; ++round) {
    const auto [kind, X] = hard_arrangement(random, rows, columns);
    const std::vector<PatternText> expected = exact_cells(X);
    const std::uint64_t flag = random.below(1000);
    ASSERT_EQ(listed_cells(X, with_engine(Engine::kVertexPencil, flag)), expected)
        << kind << ", round " << round << ", flag " << flag << "\n"
        << X;
    ASSERT_EQ(listed_cells(X, with_engine(Engine::kSignTree, flag)), expected)
        << kind << ", round " << round << "\n"
        << X;
  }
}

TEST(EnumerateOracle, EnginesEqualTheExactListOnManySmallInstances) {
  compare_engines(301, 3000, 8, 4);
}

TEST(EnumerateOracle, EnginesEqualTheExactListOnMediumInstances) {
  compare_engines(302, 500, 14, 4);
}

TEST(EnumerateOracle, EnginesEqualTheExactListInHigherDimensions) {
  compare_engines(303, 250, 10, 7);
}

TEST(EnumerateOracle, EnginesEqualTheExactListOnManyRowsOfLowRank) {
  compare_engines(304, 150, 40, 3);
}

std::uint64_t counted(const Matrix& X, Engine engine) {
  std::uint64_t seen = 0;
  const EnumerationInfo info =
      enumerate_cells(HyperplaneArrangement(X), with_engine(engine), [&](const CellBlock& block) {
        seen += static_cast<std::uint64_t>(block.count);
        return true;
      });
  EXPECT_EQ(info.status, EnumerationStatus::kComplete);
  EXPECT_EQ(info.delivered, seen);
  return info.cells();
}

TEST(EnumerateOracle, KnownFamiliesHaveTheirNumberOfCells) {
  for (const KnownArrangement& known : known_arrangements(100'000)) {
    EXPECT_EQ(counted(known.X, Engine::kVertexPencil), known.cells) << known.name;
    EXPECT_EQ(counted(known.X, Engine::kSignTree), known.cells) << known.name;
  }
}

TEST(EnumerateOracle, KnownFamiliesHaveTheirCells) {
  for (const KnownArrangement& known : known_arrangements(2000)) {
    if (known.X.rows() == 0) continue;  // a list has no room for the empty pattern
    const std::vector<PatternText> expected = exact_cells(known.X);
    EXPECT_EQ(expected.size(), known.cells);
    EXPECT_EQ(listed_cells(known.X, with_engine(Engine::kVertexPencil)), expected) << known.name;
    EXPECT_EQ(listed_cells(known.X, with_engine(Engine::kSignTree)), expected) << known.name;
  }
}

/// 35516 from two enumerators of other authors and from the characteristic polynomial.
TEST(EnumerateOracle, CubicGridWithBias) {
  const Matrix X = grid_with_bias(4, 3);
  EXPECT_EQ(counted(X, Engine::kVertexPencil), 35516u);
  EXPECT_EQ(counted(X, Engine::kSignTree), 35516u);
}

TEST(EnumerateOracle, LargeKnownFamiliesAgreeAsSets) {
  for (const KnownArrangement& known : {braid(7), resonance(5), threshold(4), signed_orders(5)}) {
    const HyperplaneArrangement arrangement(known.X);
    const auto pencils = list_cells(arrangement, with_engine(Engine::kVertexPencil));
    const auto tree = list_cells(arrangement, with_engine(Engine::kSignTree));
    EXPECT_EQ(pencils.second.cells(), known.cells) << known.name;
    EXPECT_EQ(pencils.first.patterns, tree.first.patterns) << known.name;
  }
}

TEST(EnumerateOracle, ResonanceSix) {
  const KnownArrangement known = resonance(6);
  EXPECT_EQ(counted(known.X, Engine::kAutomatic), known.cells);
}

/// The 0/1 rows of the stored list, as text, in its order.
std::vector<PatternText> stored_cells(const std::string& name) {
  const auto path = std::filesystem::path(THALWEG_TEST_DATA) / "groundtruth" / (name + ".npz");
  const io::NdArray array = io::read_npz(path)->read("S").value();
  std::vector<PatternText> cells(static_cast<std::size_t>(array.shape[0]));
  const auto n = static_cast<std::size_t>(array.shape[1]);
  for (std::size_t i = 0; i < array.values.size(); ++i) {
    cells[i / n] += array.values[i] > 0 ? '1' : '0';
  }
  return cells;
}

TEST(EnumerateOracle, StoredInstancesHaveTheirCells) {
  const std::vector<GroundTruth> instances = all_groundtruth();
  ASSERT_GE(instances.size(), 20u);
  for (const GroundTruth& truth : instances) {
    std::vector<PatternText> expected = stored_cells(truth.name);
    // The stored lists give zero rows the sign 0.
    for (PatternText& cell : expected) {
      for (Index i = 0; i < truth.X.rows(); ++i) {
        if (truth.X.row(i).isZero(0)) cell[static_cast<std::size_t>(i)] = '1';
      }
    }
    ASSERT_FALSE(expected.empty());
    EXPECT_EQ(listed_cells(truth.X, with_engine(Engine::kVertexPencil)), expected) << truth.name;
    EXPECT_EQ(listed_cells(truth.X, with_engine(Engine::kSignTree)), expected) << truth.name;
  }
}

}  // namespace
}  // namespace thalweg::testing
