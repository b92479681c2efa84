#include "thalweg/reformulation/convolutional_network.hpp"

#include <gtest/gtest.h>

#include "reformulation/architecture_laws.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

constexpr Pooling kPoolings[] = {Pooling::kSum, Pooling::kAverage, Pooling::kMax, Pooling::kNone};

PatchGeometry small_images(bool bias) {
  return PatchGeometry({.input = {2, 3, 3}, .kernel = {2, 2}, .padding = {1, 0}, .bias = bias});
}

TEST(ConvolutionalNetwork, BlocksAreBranches) {
  const Matrix X = testing::seeded_matrix(3, 18, 1);
  for (const Pooling pooling : kPoolings) {
    for (const bool bias : {false, true}) {
      const ConvolutionalNetwork network(small_images(bias), pooling);
      testing::expect_blocks_decode(network, X, 2);
      Random random(3);
      testing::expect_lift(network, X, testing::random_network(network, 4, random));
    }
  }
}

TEST(ConvolutionalNetwork, PredictsWhatTheFormulaSays) {
  // One filter (1, -1) over (3, 1, 2): patches 2 and -1.
  const PatchGeometry patches({.input = {3}, .kernel = {2}});
  Matrix X(1, 3);
  X << 3, 1, 2;
  BranchNetwork branch;
  branch.layers = {Matrix(1, 2), Matrix::Constant(1, 1, -2)};
  branch.layers[0] << 1, -1;
  EXPECT_EQ(ConvolutionalNetwork(patches, Pooling::kSum).predict(X, branch)[0], -4);
  EXPECT_EQ(ConvolutionalNetwork(patches, Pooling::kAverage).predict(X, branch)[0], -2);
  EXPECT_EQ(ConvolutionalNetwork(patches, Pooling::kMax).predict(X, branch)[0], -4);
  EXPECT_EQ(ConvolutionalNetwork(patches, Pooling::kNone).predict(X, branch),
            Eigen::Vector2d(-4, 0));
  EXPECT_EQ(ConvolutionalNetwork(patches, Pooling::kSum).penalty(branch), 3);
}

TEST(ConvolutionalNetwork, OnePatchIsFullyConnected) {
  const Matrix X = testing::seeded_matrix(4, 3, 5);
  const PatchGeometry patches({.input = {3}, .kernel = {3}});
  for (const Pooling pooling : kPoolings) {
    const std::vector<BranchForm> forms = ConvolutionalNetwork(patches, pooling).forms(X);
    ASSERT_EQ(forms.size(), 1u);
    EXPECT_TRUE(forms[0].is_shallow());
    EXPECT_EQ(forms[0].rows(), X);
    EXPECT_EQ(forms[0].samples(), 4);
  }
}

TEST(ConvolutionalNetwork, IdenticalPatchesCountKTimesInTheSumAndOnceInTheRest) {
  const Matrix patch = testing::seeded_matrix(4, 2, 6);
  Matrix X(4, 6);
  X << patch, patch, patch;
  const PatchGeometry patches({.input = {6}, .kernel = {2}, .stride = {2}});
  const Vector w = Random(7).direction(2);
  const Vector once = (patch * w).cwiseMax(0);
  const auto output = [&](Pooling pooling) {
    return ConvolutionalNetwork(patches, pooling).forms(X)[0].evaluate(w).outputs;
  };
  EXPECT_LT((output(Pooling::kSum) - 3 * once).norm(), 1e-14);
  EXPECT_LT((output(Pooling::kAverage) - once).norm(), 1e-14);
  EXPECT_LT((output(Pooling::kMax) - once).norm(), 1e-14);
}

TEST(ConvolutionalNetwork, ResidualTargetsAndOutputsAreInverse) {
  const Matrix X = testing::seeded_matrix(3, 4, 8);
  const Matrix wanted = testing::seeded_matrix(3, 4, 9);
  const Vector targets = residual_targets(X, wanted);
  EXPECT_EQ(targets[1], wanted(0, 1) - X(0, 1));  // sample-major
  EXPECT_LT((add_residual(X, targets) - wanted).norm(), 1e-14);
  EXPECT_THROW(static_cast<void>(residual_targets(X, wanted.leftCols(3))), InvalidArgument);
  EXPECT_THROW(static_cast<void>(add_residual(X, targets.head(5))), InvalidArgument);
}

TEST(ConvolutionalNetwork, RefusesOtherShapes) {
  const ConvolutionalNetwork network(small_images(true), Pooling::kSum);
  EXPECT_THROW(static_cast<void>(network.forms(Matrix(2, 17))), InvalidArgument);
  Random random(1);
  BranchNetwork branches = testing::random_network(network, 2, random);
  branches.layers[1].resize(3, 1);
  EXPECT_THROW(check_network(network, branches), InvalidArgument);
  branches.layers.pop_back();
  EXPECT_THROW(static_cast<void>(network.penalty(branches)), InvalidArgument);
}

}  // namespace
}  // namespace thalweg
