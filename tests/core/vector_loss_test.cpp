#include "thalweg/core/vector_loss.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "thalweg/core/error.hpp"
#include "thalweg/core/random.hpp"

namespace thalweg {
namespace {

constexpr Index kSamples = 6;
constexpr Index kOutputs = 4;

class EveryVectorLoss : public testing::TestWithParam<VectorLoss> {
 protected:
  Matrix random_matrix(double spread) {
    Matrix result(kSamples, kOutputs);
    for (Index i = 0; i < result.size(); ++i) result.data()[i] = spread * random_.normal();
    return result;
  }
  Matrix random_targets() {
    if (!GetParam().is_softmax()) {
      Matrix Y = random_matrix(1.5);
      if (GetParam().scalar()->needs_labels()) Y = (Y.array() < 0).select(-1.0, Matrix::Ones(6, 4));
      return Y;
    }
    Matrix Y = Matrix::Zero(kSamples, kOutputs);
    for (Index i = 0; i < kSamples; ++i) Y(i, static_cast<Index>(random_.below(kOutputs))) = 1;
    return Y;
  }

  Random random_{20250117};
};

std::string test_name(const testing::TestParamInfo<VectorLoss>& info) {
  std::string name = info.param.name() + (info.param.scale() == LossScale::kSum ? "_sum" : "_mean");
  for (char& c : name) {
    if (c == '-') c = '_';
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(Losses, EveryVectorLoss,
                         testing::Values(VectorLoss::softmax(),
                                         VectorLoss::softmax(LossScale::kMean),
                                         VectorLoss::separable(Loss::squared(LossScale::kMean)),
                                         VectorLoss::separable(Loss::logistic()),
                                         VectorLoss::separable(Loss::huber(0.7)),
                                         VectorLoss::separable(Loss::squared_hinge())),
                         test_name);

TEST_P(EveryVectorLoss, GradientMatchesCentralDifferences) {
  for (int trial = 0; trial < 20; ++trial) {
    const Matrix Y = random_targets();
    const Matrix F = random_matrix(2.0);
    const Matrix V = random_matrix(1.0);
    constexpr double kStep = 1e-5;
    const double difference =
        (GetParam().value(F + kStep * V, Y) - GetParam().value(F - kStep * V, Y)) / (2 * kStep);
    EXPECT_NEAR(GetParam().gradient(F, Y).cwiseProduct(V).sum(), difference, 1e-5);
  }
}

TEST_P(EveryVectorLoss, CurvatureIsTheDerivativeOfTheGradientAndTheSquareOfItsRoot) {
  for (int trial = 0; trial < 20; ++trial) {
    const Matrix Y = random_targets();
    const Matrix F = random_matrix(2.0);
    const Matrix V = random_matrix(1.0);
    const Matrix product = GetParam().curvature_product(F, Y, V);
    constexpr double kStep = 1e-6;
    const Matrix difference =
        (GetParam().gradient(F + kStep * V, Y) - GetParam().gradient(F - kStep * V, Y)) /
        (2 * kStep);
    double quadratic = 0;
    for (Index i = 0; i < kSamples; ++i) {
      const Matrix S = GetParam().curvature_root(F.row(i), Y.row(i), kSamples);
      EXPECT_LT((S.transpose() * S * V.row(i).transpose() - product.row(i).transpose()).norm(),
                1e-13);
      quadratic += (S * V.row(i).transpose()).squaredNorm();
    }
    EXPECT_NEAR(quadratic, product.cwiseProduct(V).sum(), 1e-12);
    if (GetParam().is_softmax() || GetParam().name() == "squared") {  // others have kinks
      EXPECT_LT((product - difference).norm(), 1e-8);
    }
  }
}

TEST_P(EveryVectorLoss, FenchelYoungHoldsWithEqualityExactlyAtTheDualPoint) {
  for (int trial = 0; trial < 50; ++trial) {
    const Matrix Y = random_targets();
    const Matrix F = random_matrix(3.0);
    const double value = GetParam().value(F, Y);
    const Matrix own = -GetParam().gradient(F, Y);
    EXPECT_NEAR(GetParam().dual_value(own, Y), value + own.cwiseProduct(F).sum(), 1e-11);
    const Matrix other = GetParam().project_to_dual_domain(random_matrix(1.0), Y);
    const double bound = value + other.cwiseProduct(F).sum();
    EXPECT_LE(GetParam().dual_value(other, Y), bound + 1e-12);
    if ((other - own).norm() > 1e-2) {
      EXPECT_LT(GetParam().dual_value(other, Y), bound - 1e-7);
    }
  }
}

TEST_P(EveryVectorLoss, ProjectionIsInTheDomainAndIdempotentAndNearest) {
  for (int trial = 0; trial < 50; ++trial) {
    const Matrix Y = random_targets();
    const Matrix N = random_matrix(1.0);
    const Matrix P = GetParam().project_to_dual_domain(N, Y);
    EXPECT_TRUE(std::isfinite(GetParam().dual_value(P, Y)));
    EXPECT_LT((GetParam().project_to_dual_domain(P, Y) - P).norm(), 1e-14);
    // The angle at a projection onto a convex set is obtuse.
    const Matrix other = GetParam().project_to_dual_domain(random_matrix(1.0), Y);
    EXPECT_LE((N - P).cwiseProduct(other - P).sum(), 1e-12);
    // The domain is star-shaped.
    EXPECT_TRUE(std::isfinite(GetParam().dual_value(0.3 * P, Y)));
    EXPECT_DOUBLE_EQ(GetParam().largest_dual_scale(0.999 * P, Y), 1);
  }
}

TEST_P(EveryVectorLoss, DualSlopeMatchesCentralDifferences) {
  for (int trial = 0; trial < 20; ++trial) {
    const Matrix Y = random_targets();
    const Matrix N = GetParam().project_to_dual_domain(random_matrix(1.0), Y);
    constexpr double kStep = 1e-6;
    const double difference = (GetParam().dual_value((0.5 + kStep) * N, Y) -
                               GetParam().dual_value((0.5 - kStep) * N, Y)) /
                              (2 * kStep);
    EXPECT_NEAR(GetParam().dual_slope(N, Y, 0.5), difference, 1e-7);
  }
}

TEST(Softmax, OutsideItsDualDomainTheValueIsMinusInfinity) {
  const VectorLoss loss = VectorLoss::softmax();
  Matrix Y(1, 3);
  Y << 0, 1, 0;
  Matrix inside(1, 3);
  inside << -0.25, 0.5, -0.25;
  EXPECT_NEAR(loss.dual_value(inside, Y), 1.5 * std::log(2.0), 1e-15);
  Matrix row_sum = inside;
  row_sum(0, 0) = -0.3;
  Matrix negative(1, 3);
  negative << 0.25, 0.5, -0.75;
  Matrix too_far(1, 3);
  too_far << -0.75, 1.5, -0.75;
  for (const Matrix& outside : {row_sum, negative, too_far}) {
    EXPECT_EQ(loss.dual_value(outside, Y), -std::numeric_limits<double>::infinity());
  }
  EXPECT_EQ(loss.largest_dual_scale(negative, Y), 0);
  EXPECT_EQ(loss.largest_dual_scale(row_sum, Y), 0);
  EXPECT_NEAR(loss.largest_dual_scale(too_far, Y), 1 / 1.5, 1e-15);
}

TEST(VectorLoss, RefusesSampleWeights) {
  EXPECT_NO_THROW((void)VectorLoss::separable(Loss::squared()));
  EXPECT_THROW((void)VectorLoss::separable(Loss::squared().with_sample_weights(Vector::Ones(3))),
               InvalidArgument);
}

TEST(Softmax, TwoClassesAreLogisticLossOfTheDifference) {
  Random random(7);
  const Loss logistic = Loss::logistic();
  const VectorLoss softmax = VectorLoss::softmax();
  for (int trial = 0; trial < 20; ++trial) {
    Matrix F(1, 2);
    F << 5 * random.normal(), 5 * random.normal();
    Matrix Y(1, 2);
    Y << 1, 0;
    const Vector difference = Vector::Constant(1, F(0, 0) - F(0, 1));
    const Vector label = Vector::Ones(1);
    EXPECT_NEAR(softmax.value(F, Y), logistic.value(difference, label), 1e-14);
    EXPECT_NEAR(softmax.gradient(F, Y)(0, 0), logistic.gradient(difference, label)[0], 1e-15);
  }
}

TEST(Softmax, ExtremeOutputsNeitherOverflowNorCancel) {
  const VectorLoss loss = VectorLoss::softmax();
  Matrix Y(1, 2);
  Y << 1, 0;
  Matrix F(1, 2);
  F << 800, -800;
  EXPECT_EQ(loss.value(F, Y), 0);
  F << -800, 800;
  EXPECT_EQ(loss.value(F, Y), 1600);
  F << 40, 0;
  EXPECT_NEAR(loss.value(F, Y) / std::exp(-40.0), 1, 1e-12);
  EXPECT_NEAR(-loss.gradient(F, Y)(0, 0) / std::exp(-40.0), 1, 1e-12);
}

}  // namespace
}  // namespace thalweg
