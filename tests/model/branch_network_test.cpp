#include "thalweg/model/branch_network.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

const std::vector<BranchLayer> kLayers = {{"U", {2, 3}}, {"alpha", {}}};

TEST(BranchNetwork, SizesAreProductsOfShapes) {
  EXPECT_EQ(kLayers[0].size(), 6);
  EXPECT_EQ(kLayers[1].size(), 1);
  EXPECT_EQ(BranchNetwork{}.branches(), 0);
}

TEST(BranchNetwork, MustHaveTheLayers) {
  BranchNetwork network{{Matrix::Ones(4, 6), Matrix::Ones(4, 1)}};
  EXPECT_EQ(network.branches(), 4);
  EXPECT_NO_THROW(check_network(kLayers, network));
  EXPECT_NO_THROW(check_network(kLayers, {{Matrix(0, 6), Matrix(0, 1)}}));
  EXPECT_THROW(check_network(kLayers, {{Matrix::Ones(4, 6)}}), InvalidArgument);
  EXPECT_THROW(check_network(kLayers, {{Matrix::Ones(4, 5), Matrix::Ones(4, 1)}}), InvalidArgument);
  EXPECT_THROW(check_network(kLayers, {{Matrix::Ones(4, 6), Matrix::Ones(3, 1)}}), InvalidArgument);
  network.layers[1](2, 0) = std::numeric_limits<double>::infinity();
  EXPECT_THROW(check_network(kLayers, network), InvalidArgument);
}

}  // namespace
}  // namespace thalweg
