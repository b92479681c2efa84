#include "arrangement/sample_kernel.hpp"

#include <gmpxx.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <map>
#include <set>
#include <vector>

#include "arrangement/sample_cone.hpp"
#include "arrangement/sample_rows.hpp"
#include "arrangement/sample_subsets.hpp"
#include "support/arrangement_families.hpp"
#include "thalweg/arrangement/cell_block.hpp"

namespace thalweg::testing {
namespace {

constexpr Index kLanes = SampleKernels::kLanes;
using Rational = std::vector<std::vector<mpq_class>>;

std::vector<InstructionSet> sets() {
  std::vector<InstructionSet> result;
  for (const InstructionSet set :
       {InstructionSet::kPortable, InstructionSet::kAvx2, InstructionSet::kAvx512}) {
    if (available(set)) result.push_back(set);
  }
  return result;
}

/// What the kernels write.
struct Located {
  std::vector<std::int32_t> subsets;
  std::vector<double> matrix, inverse, point;
  std::array<double, kLanes> inverse_error, relation_error, tolerance;
  std::vector<PatternWord> negative;
  std::array<PatternWord, kLanes> small;

  Located(const SampleKernels& kernels, const SampleRows& rows, Index level,
          std::vector<std::int32_t> chosen)
      : subsets(std::move(chosen)) {
    const auto m = static_cast<std::size_t>(level);
    subsets.resize(m * kLanes);
    matrix.resize(m * m * kLanes);
    inverse.resize(m * m * kLanes);
    point.resize(m * kLanes);
    negative.resize(static_cast<std::size_t>(pattern_words(rows.count()) * kLanes));
    kernels.solve(rows.view(), {level, subsets.data(), matrix.data(), inverse.data(), point.data(),
                                inverse_error.data(), relation_error.data(), tolerance.data()});
    kernels.signs(rows.view(), level, point.data(), tolerance.data(), negative.data(),
                  small.data());
  }
};

/// The exact inverse, empty when singular.
Rational exact_inverse(Rational a) {
  const std::size_t n = a.size();
  for (std::size_t i = 0; i < n; ++i) {
    a[i].resize(2 * n);
    a[i][n + i] = 1;
  }
  for (std::size_t k = 0; k < n; ++k) {
    std::size_t pivot = k;
    while (pivot < n && a[pivot][k] == 0) ++pivot;
    if (pivot == n) return {};
    std::swap(a[k], a[pivot]);
    const mpq_class head = a[k][k];
    for (mpq_class& entry : a[k]) entry /= head;
    for (std::size_t i = 0; i < n; ++i) {
      if (i == k) continue;
      const mpq_class factor = a[i][k];
      for (std::size_t j = 0; j < 2 * n; ++j) a[i][j] -= factor * a[k][j];
    }
  }
  for (auto& row : a) row.erase(row.begin(), row.begin() + static_cast<std::ptrdiff_t>(n));
  return a;
}

/// Checks a lane's claims in rational arithmetic; whether there was anything to check.
bool check_lane(const Located& located, const SampleRows& rows, Index level, Index lane) {
  const auto l = static_cast<std::size_t>(lane);
  if (!(located.tolerance[l] < HUGE_VAL)) return false;
  const Index n = level - 1;
  const auto chosen = [&](Index i) {
    return rows.row(located.subsets[static_cast<std::size_t>(i * kLanes + lane)]);
  };
  Rational matrix(static_cast<std::size_t>(n));
  for (Index i = 0; i < n; ++i) {
    for (Index j = 0; j < n; ++j) matrix[static_cast<std::size_t>(i)].emplace_back(chosen(i)[j]);
  }
  const Rational inverse = exact_inverse(matrix);
  EXPECT_EQ(inverse.size(), static_cast<std::size_t>(n)) << "singular, but trusted";
  if (inverse.empty() && n > 0) return true;
  std::vector<mpq_class> point(static_cast<std::size_t>(level), 1);
  for (std::size_t i = 0; i < inverse.size(); ++i) {
    point[i] = 0;
    for (std::size_t j = 0; j < inverse.size(); ++j) {
      const double computed =
          located.inverse[(i * inverse.size() + j) * kLanes + static_cast<std::size_t>(lane)];
      EXPECT_LE(abs(inverse[i][j] - mpq_class(computed)), mpq_class(located.inverse_error[l]));
      point[i] -= inverse[i][j] * mpq_class(chosen(static_cast<Index>(j))[n]);
    }
  }
  Index small = 0;
  for (Index k = 0; k < rows.count(); ++k) {
    mpq_class value = 0;
    for (Index c = 0; c < level; ++c) {
      value += mpq_class(rows.row(k)[c]) * point[static_cast<std::size_t>(c)];
    }
    if (abs(value) <= 2 * mpq_class(located.tolerance[l])) {
      ++small;
      continue;
    }
    const bool negative =
        (located.negative[static_cast<std::size_t>(k / 64 * kLanes + lane)] >> (k % 64) & 1) != 0;
    EXPECT_EQ(negative, value < 0);
  }
  EXPECT_LE(located.small[l], static_cast<PatternWord>(small));
  EXPECT_GE(located.small[l], static_cast<PatternWord>(n));
  return true;
}

TEST(SampleKernel, ErrorBoundsHold) {
  Random random(1);
  int checked = 0;
  for (int round = 0; round < 60; ++round) {
    const Index level = 1 + static_cast<Index>(random.below(6));
    Matrix X = gaussian_rows(random, 70, 6);
    if (round % 3 == 1) X = small_integer_rows(random, 70, 6, 1);
    // Nearly dependent rows: the inverse becomes large.
    if (round % 3 == 2) X.topRows(35) = X.row(0).replicate(35, 1) + 1e-6 * X.topRows(35);
    const SampleRows rows = SampleRows::scaled(X);
    std::vector<std::int32_t> chosen(static_cast<std::size_t>(level * kLanes));
    for (Index l = 0; l < kLanes; ++l) {
      draw_subset(random, round % 3 == 2 ? 35 : 70, level - 1, chosen.data() + l, kLanes);
    }
    for (const InstructionSet set : sets()) {
      const Located located(sample_kernels(set), rows, level, chosen);
      for (Index l = 0; l < kLanes; ++l) checked += check_lane(located, rows, level, l) ? 1 : 0;
    }
  }
  EXPECT_GT(checked, 500);
}

TEST(SampleKernel, SingularMatricesAreNotTrusted) {
  const SampleRows rows(Matrix{{0.5, 0.25, 0.5}, {-0.5, -0.25, 0.5}, {0, 0, 0}, {0.5, 0.5, 0.5}},
                        0);
  const std::vector<std::int32_t> chosen = {0, 0, 0, 2, 2, 3, 0, 1, 1, 3, 2, 2, 3, 1, 3, 0};
  for (const InstructionSet set : sets()) {
    const Located located(sample_kernels(set), rows, 3, chosen);
    for (const std::size_t lane : {0, 1, 2, 3, 4, 7}) {
      EXPECT_EQ(located.tolerance[lane] == HUGE_VAL, lane != 1) << lane;
    }
  }
}

TEST(SampleKernel, AnEntryErrorIsPassedOn) {
  Random random(2);
  const Matrix X = gaussian_rows(random, 20, 3) / 8;
  const std::vector<std::int32_t> chosen = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  const Located exact(sample_kernels(), SampleRows(X, 0), 3, chosen);
  const Located rough(sample_kernels(), SampleRows(X, 1e-9), 3, chosen);
  for (std::size_t l = 0; l < kLanes; ++l) {
    EXPECT_LT(exact.tolerance[l], 1e-9);
    EXPECT_GT(rough.tolerance[l], 1e-9);
  }
}

TEST(SampleCone, DecidesWhatIsPlain) {
  EXPECT_EQ(positive_cone_meets(Matrix{{1, -1}, {-0.5, 1}}, 1e-12), true);
  EXPECT_EQ(positive_cone_meets(Matrix{{1, -1}, {-1, 0}}, 1e-12), false);
  // Opposite rows exclude everything, but that takes a combination of rows.
  EXPECT_EQ(positive_cone_meets(Matrix{{1, -1}, {-1, 1}}, 1e-12), std::nullopt);
  // Within the error of that, nothing is certain.
  EXPECT_EQ(positive_cone_meets(Matrix{{1, -1}, {-1, 1.25}}, 0.25), std::nullopt);
}

TEST(SampleSubsets, EverySubsetIsEquallyLikely) {
  Random random(3);
  std::map<std::set<int>, double> counts;
  constexpr int kDraws = 20000;
  for (int draw = 0; draw < kDraws; ++draw) {
    std::array<std::int32_t, 3> subset;
    draw_subset(random, 6, 3, subset.data(), 1);
    ++counts[{subset.begin(), subset.end()}];
  }
  ASSERT_EQ(counts.size(), 20U);
  double statistic = 0;
  for (const auto& [subset, count] : counts) {
    EXPECT_EQ(subset.size(), 3U);
    statistic += (count - kDraws / 20.0) * (count - kDraws / 20.0) / (kDraws / 20.0);
  }
  EXPECT_LT(statistic, 19 + 4.5 * std::sqrt(38.0));
}

TEST(SampleSubsets, ExactChoice) {
  Random random(4);
  const mpz_class huge = mpz_class(1) << 300;
  const std::array<mpz_class, 5> weights = {0, huge, 0, 3 * huge, 0};
  const ExactChoice choice(weights);
  EXPECT_EQ(choice.total(), 4 * huge);
  std::array<int, 5> counts = {};
  for (int draw = 0; draw < 10000; ++draw) ++counts[choice.draw(random)];
  EXPECT_EQ(counts[0] + counts[2] + counts[4], 0);
  EXPECT_NEAR(counts[1], 2500, 4.5 * std::sqrt(10000 * 3.0 / 16));
  const std::array<mpz_class, 1> single = {7};
  EXPECT_EQ(ExactChoice(single).draw(random), 0U);
}

TEST(SampleRows, ExactDotSign) {
  const double next = std::nextafter(1.0, 2.0);
  EXPECT_EQ(exact_dot_sign(Vector{{1, 1, 1}}, Vector{{next, -1, 0}}), 1);
  EXPECT_EQ(exact_dot_sign(Vector{{1, 1, 1}}, Vector{{1, -next, 0}}), -1);
  EXPECT_EQ(exact_dot_sign(Vector{{0.1, 0.2}}, Vector{{0.2, -0.1}}), 0);
  EXPECT_EQ(exact_dot_sign(Vector{{1e300, 1e300}}, Vector{{1e300, -1e299}}), 1);
  EXPECT_EQ(exact_dot_sign(Vector{{1e-300, 0}}, Vector{{-1e-300, 1}}), -1);
}

}  // namespace
}  // namespace thalweg::testing
