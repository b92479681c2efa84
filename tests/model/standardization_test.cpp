#include "thalweg/model/standardization.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "thalweg/core/error.hpp"
#include "thalweg/core/random.hpp"

namespace thalweg {
namespace {

bool power_of_two(double value) {
  int exponent = 0;
  return std::frexp(value, &exponent) == 0.5;
}

Matrix gaussian(Index n, Index d, std::uint64_t seed) {
  Random random(seed);
  return Matrix::NullaryExpr(n, d, [&] { return random.normal(); });
}

TEST(Standardization, ColumnsAreCentredAndScaled) {
  Matrix X = gaussian(200, 4, 1);
  const double factors[] = {1e-6, 1, 3e4, 1e300};
  for (Index k = 0; k < 4; ++k) X.col(k) = factors[k] * (X.col(k).array() + 5);
  const ColumnScaling scaling = choose_scaling(X);
  const Matrix Z = scaling.apply(X);
  for (Index k = 0; k < 4; ++k) {
    EXPECT_TRUE(power_of_two(scaling.scale[k]));
    EXPECT_LE(std::abs(Z.col(k).mean()), 1.0 / 128 + 1e-12);
    const double deviation = std::sqrt((Z.col(k).array() - Z.col(k).mean()).square().mean());
    EXPECT_GE(deviation, std::sqrt(0.5) * (1 - 1e-12));
    EXPECT_LE(deviation, std::sqrt(2.0) * (1 + 1e-12));
    EXPECT_EQ(std::remainder(scaling.mean[k], scaling.scale[k] / 64), 0);
  }
}

TEST(Standardization, ConstantColumnsStay) {
  Matrix X(3, 2);
  X << 7, 1, 7, 2, 7, 4;
  const ColumnScaling scaling = choose_scaling(X);
  EXPECT_TRUE(scaling.identity(0));
  EXPECT_FALSE(scaling.identity(1));
  EXPECT_EQ(scaling.apply(X).col(0), X.col(0));
}

TEST(Standardization, IsExactOnAGrid) {
  // Multiples of 1/8 up to 4096: differences have at most 16 bits.
  Random random(3);
  const Matrix X = Matrix::NullaryExpr(
      100, 3, [&] { return static_cast<double>(random.below(32768)) / 8 - 1000; });
  const ColumnScaling scaling = choose_scaling(X);
  const Matrix Z = scaling.apply(X);
  EXPECT_EQ(scaling.rounded_entries(X), 0);
  for (Index k = 0; k < X.cols(); ++k) {
    const Eigen::VectorXd back = Z.col(k).array() * scaling.scale[k] + scaling.mean[k];
    EXPECT_EQ(back, X.col(k));
  }
}

TEST(Standardization, RoundingIsCounted) {
  // 0.1 has its last bit at 2^-56, and 0.1 - 1 needs 2^-1 too: two bits more than a double has.
  Matrix X(2, 1);
  X << 0.1, 1.9;
  EXPECT_EQ((ColumnScaling{Vector::Ones(1), Vector::Ones(1)}.rounded_entries(X)), 1);
  EXPECT_EQ((ColumnScaling{Vector::Zero(1), Vector::Constant(1, 4)}.rounded_entries(X)), 0);
  // 1.9 is 8556839292003942 * 2^-52, a multiple of 3; 0.1 is none.
  EXPECT_EQ((ColumnScaling{Vector::Zero(1), Vector::Constant(1, 3)}.rounded_entries(X)), 1);
}

TEST(Standardization, UnderflowIsRounding) {
  const Matrix X = Matrix::Constant(1, 1, 1e-310);
  EXPECT_EQ((ColumnScaling{Vector::Zero(1), Vector::Constant(1, 0x1p40)}.rounded_entries(X)), 1);
}

TEST(Standardization, ExtremeRanges) {
  const double largest = std::numeric_limits<double>::max();
  Matrix X(2, 1);
  X << 0, largest;
  EXPECT_TRUE(choose_scaling(X).apply(X).allFinite());
  X << 0, std::numeric_limits<double>::denorm_min();
  EXPECT_TRUE(choose_scaling(X).apply(X).allFinite());
  X << -largest, largest;
  EXPECT_THROW((void)choose_scaling(X), InvalidArgument);
}

TEST(Standardization, RejectsWhatDoesNotFit) {
  const ColumnScaling scaling{Vector::Zero(2), Vector::Ones(2)};
  EXPECT_THROW((void)scaling.apply(Matrix::Zero(3, 1)), InvalidArgument);
  const ColumnScaling tiny{Vector::Zero(1), Vector::Constant(1, 1e-300)};
  EXPECT_THROW((void)tiny.apply(Matrix::Constant(1, 1, 1e10)), InvalidArgument);
}

TEST(Standardization, TargetsOnlyWhenAsked) {
  Dataset dataset{gaussian(5, 2, 4), gaussian(5, 1, 5)};
  const ColumnScaling inputs = choose_scaling(dataset.X);
  EXPECT_EQ((Standardization{inputs, std::nullopt}.apply(dataset).y), dataset.y);
  const ColumnScaling targets{Vector::Ones(1), Vector::Constant(1, 2)};
  const Dataset both = Standardization{inputs, targets}.apply(dataset);
  EXPECT_EQ(both.X, inputs.apply(dataset.X));
  EXPECT_EQ(both.y, Matrix((dataset.y.array() - 1) / 2));
  dataset.y.resize(5, 0);
  EXPECT_EQ((Standardization{inputs, targets}.apply(dataset).y.cols()), 0);
}

}  // namespace
}  // namespace thalweg
