#include "thalweg/arrangement/count_cells.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "support/arrangement_families.hpp"
#include "thalweg/arrangement/characteristic_polynomial.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg::testing {
namespace {

std::string exact_text(const Matrix& X) {
  const CellCount count = count_cells(HyperplaneArrangement(X));
  return count.exact ? count.exact->decimal : "none";
}

/// Coefficients of prod_k (t - roots[k]).
std::vector<BigCount> product_of_roots(const std::vector<long long>& roots) {
  std::vector<long long> coefficients = {1};
  for (const long long root : roots) {
    coefficients.push_back(0);
    for (std::size_t k = coefficients.size() - 1; k > 0; --k) {
      coefficients[k] -= root * coefficients[k - 1];
    }
  }
  std::vector<BigCount> result;
  for (const long long value : coefficients) result.push_back({std::to_string(value)});
  return result;
}

TEST(BigCount, Conversions) {
  EXPECT_EQ(BigCount{"18446744073709551615"}.to_uint64(), UINT64_MAX);
  EXPECT_EQ(BigCount{"18446744073709551616"}.to_uint64(), std::nullopt);
  EXPECT_EQ(BigCount{"-3"}.to_uint64(), std::nullopt);
  EXPECT_EQ(BigCount{"-3"}.to_double(), -3);
  EXPECT_EQ(BigCount{"18446744073709551616"}.to_double(), 0x1p64);
  EXPECT_EQ(BigCount{"1" + std::string(400, '0')}.to_double(), HUGE_VAL);
}

TEST(CellsInGeneralPosition, Formula) {
  EXPECT_EQ(cells_in_general_position(5, 0).decimal, "1");
  EXPECT_EQ(cells_in_general_position(0, 3).decimal, "1");
  EXPECT_EQ(cells_in_general_position(1, 1).decimal, "2");
  EXPECT_EQ(cells_in_general_position(20, 4).decimal, "2320");
  EXPECT_EQ(cells_in_general_position(100, 6).decimal, "150898640");
  EXPECT_EQ(cells_in_general_position(7, 7).decimal, "128");
  EXPECT_EQ(cells_in_general_position(7, 9).decimal, "128");
  // 2^200
  EXPECT_EQ(cells_in_general_position(200, 200).decimal,
            "1606938044258990275541962092341162602522202993782792835301376");
}

TEST(CountCells, KnownFamilies) {
  for (const KnownArrangement& known : known_arrangements(2'000'000)) {
    EXPECT_EQ(exact_text(known.X), std::to_string(known.cells)) << known.name;
  }
}

TEST(CountCells, ZeroParallelAndNoRows) {
  EXPECT_EQ(exact_text(Matrix(0, 3)), "1");
  EXPECT_EQ(exact_text(Matrix(3, 0)), "1");
  EXPECT_EQ(exact_text(Matrix::Zero(4, 2)), "1");
  EXPECT_EQ(exact_text(Matrix{{1, 2}, {-2, -4}, {0, 0}}), "2");
  Random random(2);
  const Matrix X = small_integer_rows(random, 12, 4, 5);
  EXPECT_EQ(exact_text(with_duplicates(X)), exact_text(X));
}

TEST(CountCells, IndependentRowsOfHighRank) {
  EXPECT_EQ(exact_text(Matrix::Identity(200, 200)), cells_in_general_position(200, 200).decimal);
  // One dependent row more: a circuit of 61 in rank 60.
  Matrix X(61, 60);
  X << Matrix::Identity(60, 60), Matrix::Ones(1, 60);
  EXPECT_EQ(exact_text(X), cells_in_general_position(61, 60).decimal);
  // A circuit of 31 and 30 independent rows beside it.
  X.bottomRows(1).rightCols(30).setZero();
  const CellCount count = count_cells(HyperplaneArrangement(X));
  EXPECT_EQ(count.method, CountMethod::kCharacteristicPolynomial);
  // (2^31 - 2) 2^30
  EXPECT_EQ(count.exact->decimal, std::to_string(((1ull << 31) - 2) << 30));
}

TEST(CharacteristicPolynomial, Factors) {
  for (const Index d : {3, 4, 5, 6, 7}) {
    std::vector<long long> orders;
    std::vector<long long> signed_roots;
    for (long long k = 1; k <= d; ++k) {
      if (k < d) orders.push_back(k);
      signed_roots.push_back(2 * k - 1);
    }
    const auto of_braid = characteristic_polynomial(HyperplaneArrangement(braid(d).X));
    EXPECT_EQ(of_braid.value().coefficients, product_of_roots(orders));
    const auto of_signed = characteristic_polynomial(HyperplaneArrangement(signed_orders(d).X));
    EXPECT_EQ(of_signed.value().coefficients, product_of_roots(signed_roots));
    const auto independent =
        characteristic_polynomial(HyperplaneArrangement(Matrix::Identity(d, d)));
    EXPECT_EQ(independent.value().coefficients,
              product_of_roots(std::vector<long long>(static_cast<std::size_t>(d), 1)));
  }
}

TEST(CharacteristicPolynomial, VanishesAtOne) {
  Random random(31);
  for (int round = 0; round < 100; ++round) {
    const auto [kind, X] = random_arrangement(random, 14, 5);
    const HyperplaneArrangement arrangement(X);
    const auto polynomial = characteristic_polynomial(arrangement).value();
    ASSERT_EQ(static_cast<Index>(polynomial.coefficients.size()), arrangement.rank() + 1);
    EXPECT_EQ(polynomial.coefficients[0].decimal, "1");
    if (arrangement.rank() == 0) continue;
    EXPECT_EQ(polynomial.coefficients[1].decimal, std::to_string(-arrangement.hyperplanes()));
    double sum = 0;
    for (const BigCount& coefficient : polynomial.coefficients) sum += coefficient.to_double();
    EXPECT_EQ(sum, 0) << kind << "\n" << X;
    EXPECT_EQ(polynomial.cells(), count_cells(arrangement).exact);
  }
}

TEST(GeneralPosition, SliversAreGeneralAndGridsAreNot) {
  Random random(4);
  const Matrix grid = grid_with_bias(4, 2);
  EXPECT_FALSE(proves_general_position(HyperplaneArrangement(grid)));
  EXPECT_EQ(count_cells(HyperplaneArrangement(grid)).method,
            CountMethod::kCharacteristicPolynomial);
  // The same points, each moved by about 2^-40: no three on a line.
  Matrix moved = grid;
  for (Index i = 0; i < moved.rows(); ++i) {
    for (Index k = 0; k < 2; ++k) {
      moved(i, k) += 0x1p-48 * static_cast<double>(random.below(256));
    }
  }
  EXPECT_TRUE(proves_general_position(HyperplaneArrangement(moved)));
  const CellCount count = count_cells(HyperplaneArrangement(moved));
  EXPECT_EQ(count.method, CountMethod::kGeneralPosition);
  EXPECT_EQ(count.exact, cells_in_general_position(16, 3));
  // One exact coincidence among them: the middle of two points, on a line with both.
  moved.row(5) = 0.5 * (moved.row(0) + moved.row(10));
  ASSERT_EQ(moved.row(5) * 2, moved.row(0) + moved.row(10));
  EXPECT_FALSE(proves_general_position(HyperplaneArrangement(moved)));
  EXPECT_EQ(exact_text(moved),
            std::to_string(cells_in_general_position(16, 3).to_uint64().value() - 2));
}

/// Modulo 2^61 - 1, where 2^61 = 1, every three of these rows are dependent.
TEST(GeneralPosition, PowersOfTwoThatThePrimeConfuses) {
  Matrix X(5, 3);
  X << 1, 1, 0, 1, 0x1p61, 1, 0x1p61, 1, 0x1p-61, 1, 1, 0x1p122, 1, 0x1p-61, 0x1p-61;
  EXPECT_TRUE(proves_general_position(HyperplaneArrangement(X)));
  EXPECT_EQ(exact_text(X), cells_in_general_position(5, 3).decimal);
  X.row(4) << 0, 0x1p61, 1;  // (1, 2^61, 1) - (1, 0, 0)
  X.row(0) << 1, 0, 0;
  EXPECT_FALSE(proves_general_position(HyperplaneArrangement(X)));
}

TEST(CountCells, GivesUpAboveItsWork) {
  Random random(5);
  const HyperplaneArrangement arrangement(gaussian_rows(random, 60, 6));
  EXPECT_FALSE(characteristic_polynomial(arrangement, {.max_work = 10'000, .control = {}}));
  EXPECT_FALSE(proves_general_position(arrangement, 10'000));
  EXPECT_TRUE(proves_general_position(arrangement));
  CountSettings settings;
  settings.max_work = 10'000;
  const CellCount count = count_cells(arrangement, settings);
  EXPECT_EQ(count.method, CountMethod::kEstimate);
  EXPECT_FALSE(count.exact);
  // Nothing varies in general position.
  EXPECT_NEAR(count.value, cells_in_general_position(60, 6).to_double(), 1e-3);
  EXPECT_GT(estimated_work(arrangement), 1e6);
}

TEST(CountCells, ObeysTheControl) {
  Random random(6);
  const HyperplaneArrangement arrangement(gaussian_rows(random, 60, 6));
  CountSettings settings;
  settings.control.cancellation.cancel();
  const CellCount count = count_cells(arrangement, settings);
  EXPECT_EQ(count.method, CountMethod::kUnsolved);
  EXPECT_FALSE(count.exact);
  EXPECT_TRUE(std::isnan(count.value));
  EXPECT_FALSE(proves_general_position(arrangement, 100'000'000, settings.control));
  settings.samples = 1;
  EXPECT_THROW((void)count_cells(arrangement, settings), InvalidArgument);
}

/// Of many confidence intervals on independent seeds about 95 % hold the truth.
TEST(CountCells, EstimatesCoverTheTruth) {
  for (const KnownArrangement& known : {resonance(5), threshold(4), plane_grid(10)}) {
    const HyperplaneArrangement arrangement(known.X);
    const auto truth = static_cast<double>(known.cells);
    int covered = 0;
    double mean = 0;
    constexpr int kRuns = 100;
    for (int run = 0; run < kRuns; ++run) {
      CountSettings settings;
      settings.max_work = 0;
      settings.seed = 1000 + static_cast<std::uint64_t>(run);
      const CellCount count = count_cells(arrangement, settings);
      ASSERT_EQ(count.method, CountMethod::kEstimate);
      EXPECT_EQ(count_cells(arrangement, settings).value, count.value);
      covered += count.low <= truth && truth <= count.high ? 1 : 0;
      mean += count.value / kRuns;
    }
    EXPECT_GE(covered, 86) << known.name;  // fewer: probability below 1e-3
    EXPECT_NEAR(mean, truth, 0.02 * truth) << known.name;
  }
}

}  // namespace
}  // namespace thalweg::testing
