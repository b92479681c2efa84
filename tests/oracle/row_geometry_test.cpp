#include "thalweg/oracle/row_geometry.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "oracle/brute_force.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

double merged_value(const RowGeometry& geometry, const GroupWeights& weights, const Vector& z) {
  return weights.weight.dot((geometry.rows() * z).cwiseMax(0)) + weights.linear.dot(z);
}

TEST(RowGeometry, TheMergedFunctionIsTheFunctionOnEveryKindOfData) {
  Random random(7);
  for (int instance = 0; instance < 60; ++instance) {
    const auto d = static_cast<Index>(1 + random.below(4));
    const Matrix X = testing::random_data(14, d, instance, random);
    const Vector g = testing::random_dual(14, false, random);
    const RowGeometry geometry(X);
    const GroupWeights weights = group_weights(geometry, g);
    const Vector z = random.direction(geometry.coordinates());
    const Vector u = geometry.to_direction(z);
    const double scale = X.cwiseAbs().sum() * (1 + u.norm());
    EXPECT_NEAR(merged_value(geometry, weights, z), g.dot((X * u).cwiseMax(0)), 1e-14 * scale);
    EXPECT_NEAR(u.squaredNorm(), z.dot(geometry.gram() * z), 1e-13 * (1 + u.squaredNorm()));
    const Matrix frame = geometry.frame();
    EXPECT_LT((frame.transpose() * frame - Matrix::Identity(frame.cols(), frame.cols())).norm(),
              1e-13);
  }
}

TEST(RowGeometry, ReducesExactlyWhenTheRankIsDeficient) {
  Matrix X(4, 3);
  X << 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 0, 0;
  const RowGeometry flat(X);
  EXPECT_EQ(flat.rank(), 2);
  EXPECT_EQ(flat.coordinates(), 2);
  EXPECT_EQ(flat.basis().size(), 2u);
  X(2, 2) = std::nextafter(9.0, 10.0);
  const RowGeometry full(X);
  EXPECT_EQ(full.rank(), 3);
  EXPECT_TRUE(full.basis().empty());
}

TEST(RowGeometry, FewerRowsThanColumnsAndTheZeroMatrix) {
  Matrix X(2, 5);
  X << 1, 0, 2, 0, 1, 0, 1, 1, 0, 3;
  EXPECT_EQ(RowGeometry(X).coordinates(), 2);
  const RowGeometry zero(Matrix::Zero(3, 2));
  EXPECT_EQ(zero.rank(), 0);
  EXPECT_EQ(zero.groups(), 0);
  EXPECT_EQ(zero.coordinates(), 2);
}

TEST(RowGeometry, RejectsWhatIsNotFiniteOrHasTheWrongLength) {
  Matrix X = Matrix::Identity(2, 2);
  const RowGeometry geometry(X);
  EXPECT_THROW(static_cast<void>(group_weights(geometry, Vector::Ones(3))), InvalidArgument);
  X(0, 0) = std::numeric_limits<double>::infinity();
  EXPECT_THROW(static_cast<void>(RowGeometry(X)), InvalidArgument);
  EXPECT_THROW(static_cast<void>(RowGeometry(Matrix(3, 0))), InvalidArgument);
}

}  // namespace
}  // namespace thalweg
