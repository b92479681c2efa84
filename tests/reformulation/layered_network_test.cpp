#include "thalweg/reformulation/layered_network.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "reformulation/architecture_laws.hpp"
#include "thalweg/core/error.hpp"
#include "thalweg/reformulation/parallel_network.hpp"

namespace thalweg {
namespace {

using Widths = std::vector<Index>;

/// Weights of layer l of a branch, (out x in).
Matrix weights(const BranchNetwork& network, std::size_t l, Index branch, Index out) {
  const Vector row = network.layers[l].row(branch).transpose();
  return row.reshaped(row.size() / out, out).transpose();
}

BranchNetwork random_layered(Index features, const Widths& widths, Index branches, Random& random) {
  BranchNetwork network;
  Index inputs = features;
  Widths neurons = widths;
  neurons.push_back(1);
  for (const Index out : neurons) {
    network.layers.push_back(testing::random_matrix(random, branches, out * inputs));
    inputs = out;
  }
  network.layers.push_back(testing::random_matrix(random, branches, 1));
  return network;
}

/// Outputs of layered branches by matrix products.
Vector layered_outputs(const Matrix& X, const Widths& widths, const BranchNetwork& network) {
  Widths neurons = widths;
  neurons.push_back(1);
  Vector result = Vector::Zero(X.rows());
  for (Index k = 0; k < network.branches(); ++k) {
    Matrix active = X;
    for (std::size_t l = 0; l < neurons.size(); ++l) {
      active = (active * weights(network, l, k, neurons[l]).transpose()).cwiseMax(0);
    }
    result += network.layers.back()(k, 0) * active.col(0);
  }
  return result;
}

/// Sum of the branches' path norms, by products of squared weights.
double layered_path_norm(Index features, const Widths& widths, const BranchNetwork& network) {
  Widths neurons = widths;
  neurons.push_back(1);
  double sum = 0;
  for (Index k = 0; k < network.branches(); ++k) {
    Matrix paths = Matrix::Ones(features, 1);
    for (std::size_t l = 0; l < neurons.size(); ++l) {
      paths = weights(network, l, k, neurons[l]).cwiseAbs2() * paths;
    }
    sum += std::abs(network.layers.back()(k, 0)) * std::sqrt(paths(0, 0));
  }
  return sum;
}

TEST(LayeredNetwork, TreesHaveItsOutputsAndItsPathNorm) {
  const Matrix X = testing::seeded_matrix(7, 3, 1);
  Random random(2);
  for (const Widths& widths : {Widths{}, Widths{3}, Widths{2, 3}, Widths{3, 2}, Widths{2, 2, 2}}) {
    const BranchNetwork layered = random_layered(3, widths, 4, random);
    const ParallelNetwork network(3, widths, BranchCost::kPath);
    const BranchNetwork trees = unroll_layered(3, widths, layered);
    const Vector outputs = layered_outputs(X, widths, layered);
    EXPECT_LT((network.predict(X, trees) - outputs).norm(), 1e-12 * (1 + outputs.norm()));
    const double norm = layered_path_norm(3, widths, layered);
    EXPECT_NEAR(network.penalty(trees), norm, 1e-12 * norm);
  }
}

TEST(LayeredNetwork, TreesAreLayeredNetworksWithZeros) {
  const Matrix X = testing::seeded_matrix(7, 2, 3);
  Random random(4);
  const Widths fan_ins{2, 3};
  const ParallelNetwork network(2, fan_ins, BranchCost::kPath);
  const BranchNetwork trees = testing::random_network(network, 4, random);
  const BranchNetwork layered = layer_trees(2, fan_ins, trees);
  const Widths widths{6, 3};
  const Vector outputs = network.predict(X, trees);
  EXPECT_LT((layered_outputs(X, widths, layered) - outputs).norm(), 1e-12 * (1 + outputs.norm()));
  EXPECT_NEAR(layered_path_norm(2, widths, layered), network.penalty(trees),
              1e-12 * network.penalty(trees));
}

TEST(LayeredNetwork, ThreeLayersAreTrees) {
  Random random(5);
  const BranchNetwork layered = random_layered(2, {4}, 3, random);
  EXPECT_EQ(unroll_layered(2, {4}, layered).layers, layered.layers);
  EXPECT_EQ(layer_trees(2, {4}, layered).layers, layered.layers);
}

TEST(LayeredNetwork, RefusesOtherSizes) {
  Random random(6);
  BranchNetwork layered = random_layered(2, {2, 2}, 3, random);
  EXPECT_THROW(static_cast<void>(unroll_layered(2, {2, 3}, layered)), InvalidArgument);
  EXPECT_THROW(static_cast<void>(unroll_layered(3, {2, 2}, layered)), InvalidArgument);
  EXPECT_THROW(static_cast<void>(unroll_layered(0, {2, 2}, layered)), InvalidArgument);
  EXPECT_THROW(static_cast<void>(unroll_layered(2, {2}, layered)), InvalidArgument);
  EXPECT_THROW(static_cast<void>(layer_trees(2, {2, 2}, layered)), InvalidArgument);
}

}  // namespace
}  // namespace thalweg
