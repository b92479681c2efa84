#include "thalweg/reformulation/parallel_network.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "reformulation/architecture_laws.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

using FanIns = std::vector<Index>;

const FanIns kTrees[] = {{}, {1}, {2}, {3}, {2, 2}, {3, 2}, {1, 2}, {2, 1, 2}};

TEST(ParallelNetwork, BlocksAreBranches) {
  const Matrix X = testing::seeded_matrix(6, 2, 1);
  for (const FanIns& fan_ins : kTrees) {
    testing::expect_blocks_decode(ParallelNetwork(2, fan_ins, BranchCost::kPath), X, 2);
  }
  for (const Index m : {1, 2, 3, 4}) {
    testing::expect_blocks_decode(ParallelNetwork(2, {m}, BranchCost::kConstrained), X, 3);
  }
}

TEST(ParallelNetwork, NetworksAreBlocks) {
  const Matrix X = testing::seeded_matrix(6, 2, 4);
  for (const FanIns& fan_ins : kTrees) {
    const ParallelNetwork network(2, fan_ins, BranchCost::kPath);
    Random random(5);
    testing::expect_lift(network, X, testing::random_network(network, 40, random));
  }
  for (const Index m : {1, 2, 3, 4}) {
    const ParallelNetwork network(2, {m}, BranchCost::kConstrained);
    Random random(6);
    BranchNetwork branches = testing::random_network(network, 40, random);
    branches.layers[0].rowwise().normalize();
    testing::expect_lift(network, X, branches);
  }
}

TEST(ParallelNetwork, ABlockLiftsToItself) {
  const Matrix X = testing::seeded_matrix(5, 2, 7);
  for (const FanIns& fan_ins : kTrees) {
    const ParallelNetwork network(2, fan_ins, BranchCost::kPath);
    const std::vector<BranchForm> forms = network.forms(X);
    Random random(8);
    for (Index form = 0; form < static_cast<Index>(forms.size()); ++form) {
      const std::vector<ActiveBlock> block{
          {form, Sign::kMinus, network.random_block(form, random)}};
      const std::vector<ActiveBlock> lifted = network.lift(*decode_network(network, block));
      EXPECT_NEAR(testing::block_cost(forms, lifted), testing::block_cost(forms, block), 1e-12);
      for (const ActiveBlock& part : lifted) EXPECT_EQ(part.form, form);
    }
  }
}

TEST(ParallelNetwork, EqualNeuronsMayBeExchanged) {
  const Matrix X = testing::seeded_matrix(5, 2, 9);
  for (const FanIns& fan_ins : kTrees) {
    testing::expect_symmetries(ParallelNetwork(2, fan_ins, BranchCost::kPath), X, 10);
  }
  const ParallelNetwork wide(2, {4}, BranchCost::kConstrained);
  EXPECT_TRUE(wide.symmetries(0).empty());
  EXPECT_EQ(wide.symmetries(1).size(), 2u);  // three under plus, one under minus
}

TEST(ParallelNetwork, SignsUpToExchange) {
  // Three layers: the leaf, and one form for each number of minus signs that is neither 0 nor m.
  for (const Index m : {1, 2, 3, 5}) {
    const ParallelNetwork network(2, {m}, BranchCost::kPath);
    EXPECT_EQ(network.forms(Matrix::Ones(1, 2)).size(), static_cast<std::size_t>(m));
  }
  // Heights 1 and 2 of (2, 2): shapes ++ and +-; ten multisets of two under signs, three of them
  // all minus, three all plus; with the leaf and +- below.
  EXPECT_EQ(ParallelNetwork(2, {2, 2}, BranchCost::kPath).forms(Matrix::Ones(1, 2)).size(), 6u);
}

TEST(ParallelNetwork, PredictsWhatTheFormulaSays) {
  const ParallelNetwork network(1, {2}, BranchCost::kConstrained);
  BranchNetwork branch;
  branch.layers = {Matrix(1, 2), Matrix(1, 2), Matrix::Constant(1, 1, -3)};
  branch.layers[0] << 0.6, 0.8;
  branch.layers[1] << 2, -1;
  const Vector outputs = network.predict(Vector{{1.0, -1.0}}, branch);
  EXPECT_DOUBLE_EQ(outputs[0], -3 * (1.2 - 0.8));
  EXPECT_EQ(outputs[1], 0);
  EXPECT_DOUBLE_EQ(network.penalty(branch), (4 + 1 + 9) / 2.0);
  EXPECT_DOUBLE_EQ(ParallelNetwork(1, {2}, BranchCost::kPath).penalty(branch),
                   3 * std::sqrt(4 * 0.36 + 0.64));
  branch.layers[0] *= 1.01;
  EXPECT_EQ(network.penalty(branch), std::numeric_limits<double>::infinity());
}

/// Sum over all paths, one by one.
double path_norm_by_paths(const BranchNetwork& branch, const FanIns& fan_ins, Index features) {
  const Index leaves = branch.layers[0].cols() / features;
  double sum = 0;
  for (Index a = 0; a < leaves; ++a) {
    double product = branch.layers.back()(0, 0);
    Index node = a;
    for (std::size_t l = 0; l < fan_ins.size(); ++l) {
      product *= branch.layers[l + 1](0, node);
      node /= fan_ins[l];
    }
    for (Index k = 0; k < features; ++k) {
      sum += std::pow(product * branch.layers[0](0, a * features + k), 2);
    }
  }
  return std::sqrt(sum);
}

TEST(ParallelNetwork, PathNormIsTheSumOverPaths) {
  for (const FanIns& fan_ins : kTrees) {
    const ParallelNetwork network(3, fan_ins, BranchCost::kPath);
    Random random(11);
    const BranchNetwork branch = testing::random_network(network, 1, random);
    const double expected = path_norm_by_paths(branch, fan_ins, 3);
    EXPECT_NEAR(network.penalty(branch), expected, 1e-12 * expected);
  }
}

TEST(ParallelNetwork, FanInsOfOneAreTwoLayers) {
  const Matrix X = testing::seeded_matrix(5, 3, 12);
  for (const FanIns& fan_ins : {FanIns{}, FanIns{1}, FanIns{1, 1}}) {
    const std::vector<BranchForm> forms = ParallelNetwork(3, fan_ins, BranchCost::kPath).forms(X);
    ASSERT_EQ(forms.size(), 1u);
    EXPECT_TRUE(forms[0].is_shallow());
    EXPECT_EQ(forms[0].rows(), X);
  }
}

TEST(ParallelNetwork, RefusesWhatItIsNot) {
  EXPECT_THROW(ParallelNetwork(0, {2}, BranchCost::kPath), InvalidArgument);
  EXPECT_THROW(ParallelNetwork(2, {0}, BranchCost::kPath), InvalidArgument);
  EXPECT_THROW(ParallelNetwork(2, {2, 2}, BranchCost::kConstrained), InvalidArgument);
  EXPECT_THROW(ParallelNetwork(2, {}, BranchCost::kConstrained), InvalidArgument);
  EXPECT_THROW(ParallelNetwork(2, {9, 9, 9}, BranchCost::kPath), InvalidArgument);
  // More than 64 leaves, and more than 4096 forms.
  EXPECT_THROW(ParallelNetwork(2, {1000}, BranchCost::kPath), InvalidArgument);
  EXPECT_THROW(ParallelNetwork(2, {1'000'000, 1'000'000}, BranchCost::kPath), InvalidArgument);
  EXPECT_THROW(ParallelNetwork(2, {2, 2, 2, 2}, BranchCost::kPath), InvalidArgument);
  EXPECT_NO_THROW(ParallelNetwork(2, {64}, BranchCost::kPath));
  // Rows of 9 GB.
  const ParallelNetwork wide(64, {4, 4}, BranchCost::kPath);
  EXPECT_THROW(static_cast<void>(wide.forms(Matrix::Ones(200, 64))), InvalidArgument);
  EXPECT_FALSE(wide.forms(Matrix::Ones(1, 64)).empty());
  const ParallelNetwork network(2, {2}, BranchCost::kPath);
  EXPECT_THROW(static_cast<void>(network.forms(Matrix(3, 3))), InvalidArgument);
  EXPECT_THROW(static_cast<void>(network.decode({0, Sign::kPlus, Vector::Zero(4)})),
               InvalidArgument);
  EXPECT_THROW(static_cast<void>(network.signs(2)), InvalidArgument);
}

}  // namespace
}  // namespace thalweg
