#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "support/arrangement_families.hpp"
#include "support/exact_cells.hpp"
#include "support/groundtruth.hpp"
#include "thalweg/arrangement/count_cells.hpp"

namespace thalweg::testing {
namespace {

TEST(CountCellsOracle, RandomInstances) {
  Random random(41);
  for (int round = 0; round < 4000; ++round) {
    const auto [kind, X] = random_arrangement(random, 11, 5);
    const HyperplaneArrangement arrangement(X);
    const CellCount count = count_cells(arrangement);
    const std::string cells = std::to_string(exact_cells(X).size());
    ASSERT_TRUE(count.exact) << kind << "\n" << X;
    ASSERT_EQ(count.exact->decimal, cells) << kind << "\n" << X;
    const BigCount bound = cells_in_general_position(arrangement.hyperplanes(), arrangement.rank());
    EXPECT_EQ(count.method == CountMethod::kGeneralPosition, bound == *count.exact) << kind << "\n"
                                                                                    << X;
    EXPECT_EQ(proves_general_position(arrangement), bound == *count.exact) << kind << "\n" << X;
  }
}

/// Dependences among numbers of 53 bits, which no prime below 2^61 proves.
TEST(CountCellsOracle, DependentRowsOfManyBits) {
  Random random(42);
  for (int round = 0; round < 500; ++round) {
    const Index d = 3 + static_cast<Index>(random.below(3));
    Matrix X = badly_scaled(random, gaussian_rows(random, 6, d), 40);
    // Rows in planes spanned by others: exact sums of truncated numbers.
    X = X.unaryExpr(
        [](double value) { return std::ldexp(std::round(std::ldexp(value, 20)), -20); });
    Matrix all(9, d);
    all << X, X.row(0) + X.row(1), X.row(2) - X.row(3), X.row(0) + X.row(4);
    const CellCount count = count_cells(HyperplaneArrangement(all));
    ASSERT_TRUE(count.exact);
    EXPECT_EQ(count.exact->decimal, std::to_string(exact_cells(all).size())) << all;
  }
}

/// Powers of two, which 2^61 - 1 confuses.
TEST(CountCellsOracle, PowersOfTwo) {
  Random random(43);
  for (int round = 0; round < 500; ++round) {
    const Index d = 2 + static_cast<Index>(random.below(3));
    const Matrix X = Matrix::NullaryExpr(7, d, [&] {
      const double power = std::ldexp(1.0, static_cast<int>(random.below(5)) * 61 - 122);
      return random.below(4) == 0 ? 0.0 : random.below(2) == 0 ? power : -power;
    });
    const CellCount count = count_cells(HyperplaneArrangement(X));
    ASSERT_TRUE(count.exact);
    EXPECT_EQ(count.exact->decimal, std::to_string(exact_cells(X).size())) << X;
  }
}

TEST(CountCellsOracle, GroundTruth) {
  for (const GroundTruth& truth : all_groundtruth()) {
    std::ifstream file(std::filesystem::path(THALWEG_TEST_DATA) / "groundtruth" /
                       (truth.name + ".json"));
    const nlohmann::json json = nlohmann::json::parse(file);
    const HyperplaneArrangement arrangement(truth.X);
    const CellCount count = count_cells(arrangement);
    ASSERT_TRUE(count.exact) << truth.name;
    EXPECT_EQ(count.exact->to_uint64(), json.at("p").get<std::uint64_t>()) << truth.name;
    EXPECT_EQ(cells_in_general_position(arrangement.hyperplanes(), arrangement.rank()).to_uint64(),
              json.at("p_general_position").get<std::uint64_t>())
        << truth.name;
  }
}

}  // namespace
}  // namespace thalweg::testing
