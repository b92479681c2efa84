#include <gtest/gtest.h>

#include <limits>

#include "reformulation/architecture_laws.hpp"
#include "thalweg/core/error.hpp"
#include "thalweg/reformulation/circular_relu.hpp"
#include "thalweg/reformulation/convolutional_three_layer.hpp"
#include "thalweg/reformulation/flattened_network.hpp"

namespace thalweg {
namespace {

PatchGeometry three_patches(bool bias = false) {
  return PatchGeometry({.input = {4}, .kernel = {2}, .bias = bias});
}

/// 3 + 1 patches of a filter (1, -1) with bias 1 over (3, 1, 2, 2): 3, 0, 1.
BranchNetwork one_branch() {
  BranchNetwork branch;
  branch.layers = {Matrix(1, 2), Matrix::Constant(1, 1, 1), Matrix(1, 3)};
  branch.layers[0] << 1, -1;
  branch.layers[2] << 2, 5, -7;
  return branch;
}

TEST(FlattenedNetwork, BlocksAreBranches) {
  const Matrix X = testing::seeded_matrix(4, 4, 1);
  for (const bool bias : {false, true}) {
    const FlattenedNetwork network(three_patches(bias));
    testing::expect_blocks_decode(network, X, 2);
    Random random(3);
    testing::expect_lift(network, X, testing::random_network(network, 20, random));
  }
}

TEST(FlattenedNetwork, PredictsWhatTheFormulaSays) {
  const FlattenedNetwork network(three_patches(true));
  const Matrix X = Eigen::RowVector4d(3, 1, 2, 2);
  EXPECT_EQ(network.predict(X, one_branch())[0], 2 * 3 + 5 * 0 - 7 * 1);
  EXPECT_EQ(network.penalty(one_branch()), (3 + 4 + 25 + 49) / 2.0);
}

TEST(FlattenedNetwork, BlocksOfRankTwoAreNoBranches) {
  const FlattenedNetwork network(PatchGeometry({.input = {3}, .kernel = {2}}));
  EXPECT_FALSE(network.decode({0, Sign::kPlus, Vector{{1.0, 0.0, 0.0, 1.0}}}).has_value());
  EXPECT_FALSE(network.decode({0, Sign::kPlus, Vector{{1.0, 2.0, 1.0, 2.01}}}).has_value());
  EXPECT_TRUE(network.decode({0, Sign::kPlus, Vector{{1.0, 2.0, 1.0, 2.0 + 1e-12}}}).has_value());
  // Form 0 has plus signs: both rows must point the same way.
  EXPECT_FALSE(network.decode({0, Sign::kPlus, Vector{{1.0, 2.0, -1.0, -2.0}}}).has_value());
  EXPECT_TRUE(network.decode({1, Sign::kPlus, Vector{{1.0, 2.0, -1.0, -2.0}}}).has_value());
}

TEST(FlattenedNetwork, RefusesManyPatches) {
  EXPECT_NO_THROW(FlattenedNetwork(PatchGeometry({.input = {9}, .kernel = {2}})));
  EXPECT_THROW(FlattenedNetwork(PatchGeometry({.input = {10}, .kernel = {2}})), InvalidArgument);
  EXPECT_THROW(ConvolutionalThreeLayer(PatchGeometry({.input = {10}, .kernel = {2}})),
               InvalidArgument);
}

TEST(ConvolutionalThreeLayer, BlocksAreBranches) {
  const Matrix X = testing::seeded_matrix(4, 4, 4);
  for (const bool bias : {false, true}) {
    const ConvolutionalThreeLayer network(three_patches(bias));
    testing::expect_blocks_decode(network, X, 5);
    Random random(6);
    testing::expect_lift(network, X, testing::random_network(network, 20, random));
  }
}

TEST(ConvolutionalThreeLayer, PredictsWhatTheFormulaSays) {
  const ConvolutionalThreeLayer network(three_patches(true));
  BranchNetwork branch = one_branch();
  branch.layers.push_back(Matrix::Constant(1, 1, -2));
  const Matrix X = Eigen::RowVector4d(3, 1, 2, 2);
  EXPECT_EQ(network.predict(X, branch)[0], 0);  // 6 - 7 < 0
  branch.layers[2](0, 2) = -1;
  EXPECT_EQ(network.predict(X, branch)[0], -2 * (6 - 1));
  EXPECT_DOUBLE_EQ(network.penalty(branch), 2 * std::sqrt(3.0) * std::sqrt(30.0));
}

TEST(CircularRelu, BlocksAreBranches) {
  for (const Index d : {1, 2, 3, 4, 5}) {
    const Matrix X = testing::seeded_matrix(4, d, 7);
    const CircularReluNetwork network(d);
    testing::expect_blocks_decode(network, X, 8);
    Random random(9);
    BranchNetwork branches = testing::random_network(network, 20, random);
    branches.layers[0].rowwise().normalize();
    testing::expect_lift(network, X, branches);
  }
}

TEST(CircularRelu, PredictsWhatTheFormulaSays) {
  const CircularReluNetwork network(3);
  BranchNetwork branch;
  branch.layers = {Matrix(1, 3), Matrix(1, 3), Matrix::Constant(1, 1, 2)};
  branch.layers[0] << 0, 1, 0;  // shifts by one
  branch.layers[1] << 1, 2, 3;
  const Matrix X = Matrix::Identity(3, 3);
  EXPECT_EQ(network.predict(X, branch), Eigen::Vector3d(6, 2, 4));
  EXPECT_EQ(network.penalty(branch), (14 + 4) / 2.0);
  branch.layers[0] *= 1.01;
  EXPECT_EQ(network.penalty(branch), std::numeric_limits<double>::infinity());
  EXPECT_THROW(static_cast<void>(network.forms(Matrix(2, 4))), InvalidArgument);
  EXPECT_THROW(CircularReluNetwork(0), InvalidArgument);
}

}  // namespace
}  // namespace thalweg
