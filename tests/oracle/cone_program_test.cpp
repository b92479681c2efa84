#include "oracle/cone_program.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "oracle/column_kernels.hpp"
#include "thalweg/core/random.hpp"

namespace thalweg::oracle {
namespace {

/// Rays in the positive orthant, scaled to unit length.
ConeMetric random_metric(Index rank, Random& random) {
  Matrix rays(rank, rank);
  for (Index k = 0; k < rank; ++k) rays.col(k) = random.direction(rank).cwiseAbs();
  ConeMetric metric;
  metric.rank = rank;
  const Matrix gram = rays.transpose() * rays;
  for (Index k = 0; k < rank; ++k) {
    metric.norm[static_cast<std::size_t>(k)] = 1;
    for (Index l = 0; l < rank; ++l) metric.gram(k, l) = gram(k, l);
  }
  return metric;
}

double quadratic(const ConeMetric& metric, const RayVector& x) {
  double sum = 0;
  for (Index k = 0; k < metric.rank; ++k) {
    for (Index l = 0; l < metric.rank; ++l) {
      sum += x[static_cast<std::size_t>(k)] * metric.gram(k, l) * x[static_cast<std::size_t>(l)];
    }
  }
  return sum;
}

TEST(ConeProgram, BoundAndPointAgreeAndNoSampleExceedsTheBound) {
  Random random(3);
  for (int instance = 0; instance < 300; ++instance) {
    const auto rank = static_cast<Index>(1 + random.below(6));
    const ConeMetric metric = random_metric(rank, random);
    RayVector c{};
    for (Index k = 0; k < rank; ++k) c[static_cast<std::size_t>(k)] = random.normal() + 0.3;
    RayVector x{};
    maximise_linear(metric, c, x);
    EXPECT_NEAR(quadratic(metric, x), 1, 1e-9);
    const double bound = linear_bound(metric, c, x);
    double value = 0;
    for (std::size_t k = 0; k < static_cast<std::size_t>(rank); ++k) value += c[k] * x[k];
    EXPECT_LE(value, bound * (1 + 1e-12));
    if (value > 0.1) {
      EXPECT_NEAR(value, bound, 1e-6 * bound);
    }
    for (int sample = 0; sample < 50; ++sample) {
      RayVector y{};
      double other = 0;
      for (std::size_t k = 0; k < static_cast<std::size_t>(rank); ++k) {
        y[k] = random.uniform();
        other += c[k] * y[k];
      }
      EXPECT_LE(other, bound * std::sqrt(quadratic(metric, y)) * (1 + 1e-12));
    }
  }
}

TEST(ConeProgram, AnyMultiplierPointGivesABound) {
  Random random(4);
  const ConeMetric metric = random_metric(3, random);
  const RayVector c{1, 2, -1};
  RayVector best{};
  maximise_linear(metric, c, best);
  const double bound = linear_bound(metric, c, best);
  EXPECT_GE(linear_bound(metric, c, {1, 1, 1}), bound * (1 - 1e-12));
  ConeMetric square;
  square.rank = 2;
  square.gram(0, 0) = square.gram(1, 1) = 1;
  square.gram(0, 1) = square.gram(1, 0) = 0;
  // y lacks the second ray altogether, so t y + delta (1, 1) with t = c . y = 1 and delta = 1 takes
  // over: 1 + |(1, 1)|.
  EXPECT_GE(linear_bound(square, {1, 1}, {1, 0}), std::sqrt(2.0));
  EXPECT_LE(linear_bound(square, {1, 1}, {1, 0}), (1 + std::sqrt(2.0)) * (1 + 1e-14));
  EXPECT_GE(linear_bound(square, {1, 1}, {1, 1}), std::sqrt(2.0));
  EXPECT_LE(linear_bound(square, {1, 1}, {1, 1}), std::sqrt(2.0) * (1 + 1e-14));
}

TEST(ConeProgram, NoPointExceedsTheBoundWhereRaysMakeObtuseAngles) {
  for (std::uint64_t instance = 0; instance < 3000; ++instance) {
    SCOPED_TRACE(instance);
    Random random(instance + 1);
    const auto rank = static_cast<Index>(2 + random.below(3));
    Matrix rays(rank + 1, rank);
    for (Index i = 0; i <= rank; ++i) {
      for (Index k = 0; k < rank; ++k) rays(i, k) = random.normal() * (i == 0 ? 3 : 1);
    }
    rays.colwise().normalize();
    ConeMetric metric;
    metric.rank = rank;
    metric.signed_gram = true;
    RayVector c{};
    RayVector y{};
    for (Index i = 0; i < rank; ++i) {
      c[static_cast<std::size_t>(i)] = random.normal();
      for (Index k = 0; k < rank; ++k) {
        metric.gram(i, k) = rays.col(i).dot(rays.col(k));
        metric.gram_error(i, k) = 1e-15;
      }
    }
    maximise_linear(metric, c, y);
    if (instance % 2 == 0) {
      for (Index k = 0; k < rank; ++k) {
        y[static_cast<std::size_t>(k)] = std::fabs(random.normal());
      }
    }
    const double bound = linear_bound(metric, c, y);
    for (int sample = 0; sample < 50; ++sample) {
      Vector x(rank);
      for (Index k = 0; k < rank; ++k) x[k] = random.below(3) == 0 ? 0 : random.uniform();
      if (x.isZero()) continue;
      double value = 0;
      for (Index k = 0; k < rank; ++k) value += c[static_cast<std::size_t>(k)] * x[k];
      EXPECT_LE(value, bound * (rays * x).norm() * (1 + 1e-9) + 1e-12);
    }
  }
}

TEST(ConeProgram, NumbersThatOverflowedBoundNothing) {
  ConeMetric square;
  square.rank = 1;
  square.gram(0, 0) = 1;
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(linear_bound(square, {std::nan("")}, {1}), infinity);
  EXPECT_EQ(linear_bound(square, {infinity}, {1}), infinity);
}

TEST(ConeProgram, NeedsAtRightAnglesToThePointCostWhatTheyAre) {
  // p = (1, 0) has product 0 with the second ray, which asks for 1e-18: no multiple of p serves.
  ConeMetric square;
  square.rank = 2;
  square.gram(0, 0) = square.gram(1, 1) = 1;
  square.gram(0, 1) = square.gram(1, 0) = 0;
  EXPECT_GE(linear_bound(square, {1, 1e-18}, {1, 0}), 1.0);
  EXPECT_LE(linear_bound(square, {1, 1e-18}, {1, 0}), 1 + 1e-14);
  EXPECT_LE(linear_bound(square, {-1, 1e-18}, {0, 1}), 1e-17);
  // Rays at an obtuse angle whose sum is at right angles to the first: only infinity is left.
  ConeMetric obtuse = square;
  obtuse.signed_gram = true;
  obtuse.gram(0, 1) = obtuse.gram(1, 0) = -1;
  obtuse.gram_error.entries.fill(0);
  EXPECT_EQ(linear_bound(obtuse, {1, 1}, {1, 0}), std::numeric_limits<double>::infinity());
}

TEST(ColumnKernels, SumsAgreeWithPlainLoops) {
  Random random(6);
  for (const Index n : {0, 3, 8, 511, 1200}) {
    const Index stride = kernels::padded(n);
    Matrix columns = Matrix::Zero(stride, 3);
    for (Index i = 0; i < n; ++i) {
      for (Index k = 0; k < 3; ++k) columns(i, k) = random.normal();
    }
    const double* pointers[3] = {columns.data(), columns.data() + stride,
                                 columns.data() + 2 * stride};
    const Vector factors = Vector::Random(3);
    const Vector t = columns * factors;
    Vector sums(3);
    kernels::positive_sums(pointers, 3, factors.data(), stride, sums.data());
    const Vector active = (t.array() > 0).cast<double>();
    EXPECT_LT((sums - columns.transpose() * active).norm(), 1e-11);
    EXPECT_NEAR(kernels::plus_sum(pointers, 3, factors.data(), stride), t.cwiseMax(0).sum(), 1e-11);
    Vector out(stride);
    EXPECT_NEAR(kernels::add_columns(pointers[0], 2.0, pointers[1], -0.5, stride, out.data()),
                (2 * columns.col(0) - 0.5 * columns.col(1)).cwiseMax(0).sum(), 1e-11);
    EXPECT_EQ(out, 2 * columns.col(0) - 0.5 * columns.col(1));
  }
}

TEST(ColumnKernels, SignsWithinTheToleranceCountAsBoth) {
  const double column[8] = {1, -1, 1e-17, -1e-17, 0, 2, -2, 0};
  std::uint16_t positive[8] = {2, 2, 2, 2, 2, 0, 0, 0};
  std::uint16_t negative[8] = {};
  EXPECT_EQ(kernels::mark_signs(column, 1e-15, 1, positive, negative, positive, negative, 8), 5);
  EXPECT_EQ(positive[0], 3);
  EXPECT_EQ(negative[0], 0);
  EXPECT_EQ(negative[2], 1);
  std::uint16_t strict_positive[8] = {};
  std::uint16_t strict_negative[8] = {};
  EXPECT_EQ(kernels::mark_signs(column, 0, 1, strict_positive, strict_negative, strict_positive,
                                strict_negative, 8),
            0);
  EXPECT_EQ(strict_positive[4] + strict_negative[4], 0);
}

TEST(ColumnKernels, TheWorstViolationIsTheFirstLargest) {
  const double t[8] = {1, -3, 5, 2, -4, 0, 0, 0};
  const double s[8] = {0, 1, 0.5, 0, 0, 0, 0, 0};
  const kernels::Violation worst = kernels::worst_violation(t, s, 8);
  EXPECT_EQ(worst.row, 1);
  EXPECT_EQ(worst.value, 3);
  const double feasible[8] = {1, 1, 1, 1, 1, 1, 1, 1};
  EXPECT_EQ(kernels::worst_violation(t, feasible, 8).value, 4);
  const double zero[8] = {};
  EXPECT_EQ(kernels::worst_violation(zero, feasible, 8).row, -1);
}

}  // namespace
}  // namespace thalweg::oracle
