#include "arrangement/basis_inverse.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "arrangement/exact_dictionary.hpp"
#include "support/arrangement_families.hpp"

namespace thalweg::testing {
namespace {

/// Inverse and product hold for the matrix itself and for others within the error. Returns whether
/// a bound is known.
bool expect_bound(Random& random, const Matrix& rows, const std::vector<Index>& pivots,
                  double error) {
  const auto k = static_cast<Index>(pivots.size());
  const auto levels = static_cast<Index>(rows.cols());
  std::vector<double> entries;
  for (Index s = 0; s < k; ++s) {
    for (Index c = 0; c < levels; ++c) entries.push_back(rows(s, c));
  }
  BasisInverse result;
  invert_basis(entries, pivots, levels, error, result);
  if (!(result.error < std::numeric_limits<double>::infinity())) return false;
  for (int round = 0; round < 3; ++round) {
    Matrix moved = rows;
    for (double& entry : moved.reshaped()) {
      // Toward zero, so that the sum is within the error; the first time not at all.
      if (round > 0 && entry != 0) {
        const double step = error * (random.below(2) == 0 ? 1.0 : -1.0);
        const double there = std::nextafter(entry + step, entry);
        if (std::abs(there) <= 1) entry = there;
      }
    }
    RationalMatrix T(k, k);
    for (Index s = 0; s < k; ++s) {
      for (Index f = 0; f < k; ++f) T(s, f) = moved(s, pivots[static_cast<std::size_t>(f)]);
    }
    const RationalInverse exact = invert(T);
    EXPECT_NE(exact.determinant, 0);
    const RationalMatrix product = exact.inverse * RationalMatrix(moved);
    for (Index i = 0; i < k; ++i) {
      for (Index s = 0; s < k; ++s) {
        const double entry = result.inverse[static_cast<std::size_t>(i * k + s)];
        EXPECT_TRUE(within(entry, exact.inverse(i, s), result.error));
        EXPECT_LE(std::abs(entry), result.largest);
      }
      for (Index c = 0; c < levels; ++c) {
        if (std::find(pivots.begin(), pivots.end(), c) != pivots.end()) continue;
        const double entry = result.product[static_cast<std::size_t>(i * levels + c)];
        EXPECT_TRUE(within(entry, product(i, c), result.error));
        EXPECT_LE(std::abs(entry), result.largest);
      }
    }
  }
  return true;
}

TEST(BasisInverse, IsWithinItsErrorBound) {
  Random random(1501);
  int known = 0;
  for (int round = 0; round < 150; ++round) {
    const auto k = static_cast<Index>(1 + random.below(5));
    const Index levels = k + 2;
    Matrix rows = gaussian_rows(random, k, levels);
    // Every other time a row close to another one.
    if (k > 1 && round % 2 == 0) {
      const double distance = std::ldexp(1.0, -static_cast<int>(random.below(50)));
      rows.row(k - 1) = rows.row(0) + distance * rows.row(k - 1);
    }
    rows /= rows.cwiseAbs().maxCoeff();
    std::vector<Index> pivots;
    for (Index f = 0; f < k; ++f) pivots.push_back(f + 1);
    const double error = round % 3 == 0 ? 0.0 : std::ldexp(1.0, -static_cast<int>(30 + round % 23));
    if (expect_bound(random, rows, pivots, error)) ++known;
    ASSERT_FALSE(HasFailure()) << rows;
  }
  EXPECT_GT(known, 80);
}

TEST(BasisInverse, KnowsNothingOfMatricesThatMayBeSingular) {
  const std::vector<Index> pivots = {0, 1};
  BasisInverse result;
  invert_basis(std::vector<double>{1, 0.5, 0, 1, 0.5, 0}, pivots, 3, 0, result);
  EXPECT_TRUE(std::isinf(result.error));
  // Singular within the error.
  invert_basis(std::vector<double>{1, 0.5, 0, 1, 0.5 + 1e-6, 0}, pivots, 3, 1e-5, result);
  EXPECT_TRUE(std::isinf(result.error));
  // The twin.
  invert_basis(std::vector<double>{1, 0.5, 0, 1, 0.5 + 1e-6, 0}, pivots, 3, 1e-14, result);
  EXPECT_LT(result.error, 1.0e6);
}

}  // namespace
}  // namespace thalweg::testing
