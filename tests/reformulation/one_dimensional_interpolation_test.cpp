#include "thalweg/reformulation/one_dimensional_interpolation.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "support/random_matrix.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

using testing::random_vector;

/// Network, norm and dual prove each other.
void expect_optimal(const Vector& x, const Vector& y, Index layers,
                    const MinimumNormInterpolation& result, double tolerance) {
  EXPECT_LE((result.network.predict(x) - y).cwiseAbs().maxCoeff(), tolerance);
  EXPECT_NEAR(result.network.penalty(), result.norm, tolerance);
  EXPECT_NEAR(result.z.lpNorm<1>(), result.norm, tolerance);
  EXPECT_NEAR(result.dual.dot(y), result.norm, tolerance);
  EXPECT_LE(std::abs(result.dual.sum()), tolerance);
  const Matrix columns = recursive_features(x, std::min<Index>(layers, 4)).columns;
  if (columns.cols() > 0) {
    EXPECT_LE((columns.transpose() * result.dual).cwiseAbs().maxCoeff(), 1 + tolerance);
  }
}

TEST(MinimumNormInterpolation, TableOfTheTheory) {
  const Vector four{{0, 2, 6, 7}};
  const Vector six{{0, 4, 5, 7, 10, 11}};
  struct Row {
    Vector x;
    Vector y;
    double norms[3];  // L = 2, 3, 4
  };
  const std::vector<Row> table = {{four, Vector{{0, 0, 3, 3}}, {1.5, 0.75, 0.75}},
                                  {four, Vector{{0, 0, 3, 7}}, {4, 4, 4}},
                                  {six, Vector{{0, 0, 0, 2, 3, 3}}, {2, 1, 1}}};
  for (const Row& row : table) {
    for (Index layers = 2; layers <= 4; ++layers) {
      const MinimumNormInterpolation result = interpolate_one_dimensional(row.x, row.y, layers);
      EXPECT_DOUBLE_EQ(result.norm, row.norms[layers - 2]);
      expect_optimal(row.x, row.y, layers, result, 1e-14);
    }
  }
}

/// The units that the linear program finds: ramps [5, 7] with 2/3 and [5, 10] with 1/3.
TEST(MinimumNormInterpolation, UnitsOfTheTheory) {
  const MinimumNormInterpolation result =
      interpolate_one_dimensional(Vector{{0, 4, 5, 7, 10, 11}}, Vector{{0, 0, 0, 2, 3, 3}}, 3);
  ASSERT_EQ(result.z.size(), 2);
  EXPECT_NEAR(std::abs(result.z[0]), 2.0 / 3, 1e-15);
  EXPECT_NEAR(std::abs(result.z[1]), 1.0 / 3, 1e-15);
  EXPECT_EQ(result.features[0].thresholds, (std::vector<double>{5, 2}));
  EXPECT_EQ(result.features[1].thresholds, (std::vector<double>{5, 5}));
}

TEST(MinimumNormInterpolation, RandomData) {
  Random random(4);
  for (int trial = 0; trial < 60; ++trial) {
    const Index n = 1 + static_cast<Index>(random.below(8));
    const Vector x = 3 * random_vector(random, n);
    Vector y = random_vector(random, n);
    if (trial % 3 == 1) y = y.array().abs() + 2 * x.array();  // steep: first slope dominates
    if (trial % 3 == 2) y = y.array().round();                // changes that vanish
    for (const Index layers : {2, 3, 4, 6}) {
      const MinimumNormInterpolation result = interpolate_one_dimensional(x, y, layers);
      // Slopes between close samples are large, and so are their products with rounding.
      const double scale = 1 + result.norm + result.dual.lpNorm<1>() * (1 + y.norm());
      expect_optimal(x, y, layers, result, 1e-13 * scale);
    }
  }
}

TEST(MinimumNormInterpolation, IsTheLimitOfTheLasso) {
  Random random(6);
  const Vector x = random_vector(random, 7);
  const Vector y = random_vector(random, 7);
  for (const Index layers : {2, 3}) {
    const MinimumNormInterpolation result = interpolate_one_dimensional(x, y, layers);
    const double beta = 1e-6;
    SolverSettings settings;
    settings.relative_gap = 1e-11;
    const OneDimensionalSolution solved =
        solve_one_dimensional({x, y, beta, Loss::squared(), OutputBias::kFree}, layers, settings);
    // D(beta nu) <= optimum <= beta norm.
    EXPECT_LE(solved.info.lower_bound, beta * result.norm * (1 + 1e-12));
    EXPECT_GE(solved.objective,
              beta * result.norm - beta * beta * result.dual.squaredNorm() / 2 - 1e-12 * beta);
  }
}

TEST(MinimumNormInterpolation, EqualSamples) {
  const MinimumNormInterpolation merged =
      interpolate_one_dimensional(Vector{{1, 0, 1}}, Vector{{2, 0, 2}}, 3);
  EXPECT_DOUBLE_EQ(merged.norm, 2);
  const MinimumNormInterpolation constant =
      interpolate_one_dimensional(Vector{{1, 1}}, Vector{{2, 2}}, 2);
  EXPECT_EQ(constant.norm, 0);
  EXPECT_EQ(constant.network.offset, 2);
  EXPECT_EQ(constant.network.predict(Vector{{5}})[0], 2);
  EXPECT_THROW((void)interpolate_one_dimensional(Vector{{1, 0, 1}}, Vector{{2, 0, 3}}, 3),
               InvalidArgument);
}

TEST(MinimumNormInterpolation, Refuses) {
  const Vector two{{0, 1}};
  EXPECT_THROW((void)interpolate_one_dimensional(two, two, 1), InvalidArgument);
  EXPECT_THROW((void)interpolate_one_dimensional(two, Vector::Zero(3), 2), InvalidArgument);
  EXPECT_THROW((void)interpolate_one_dimensional(Vector(), Vector(), 2), InvalidArgument);
  EXPECT_THROW((void)interpolate_one_dimensional(two, Vector{{0, INFINITY}}, 2), InvalidArgument);
}

}  // namespace
}  // namespace thalweg
