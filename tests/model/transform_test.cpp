#include "thalweg/model/transform.hpp"

#include <gtest/gtest.h>

#include <Eigen/QR>

#include "support/groundtruth.hpp"
#include "thalweg/core/random.hpp"
#include "thalweg/model/dataset.hpp"

namespace thalweg {
namespace {

TwoLayerNetwork random_network(Random& random, Index width, Index d) {
  TwoLayerNetwork network = TwoLayerNetwork::empty(d);
  network.W = Matrix::NullaryExpr(width, d, [&] { return random.normal(); });
  network.alpha = Matrix::NullaryExpr(width, 1, [&] { return random.normal(); });
  return network;
}

double penalty(const TwoLayerNetwork& network) {
  return network.W.squaredNorm() + network.alpha.squaredNorm();
}

TEST(Balance, KeepsTheFunctionAndLowersThePenalty) {
  Random random(21);
  const Matrix X = Matrix::NullaryExpr(20, 3, [&] { return random.normal(); });
  for (int trial = 0; trial < 50; ++trial) {
    const TwoLayerNetwork network = random_network(random, 5, 3);
    const TwoLayerNetwork balanced = balance(network);
    EXPECT_LE((predict(X, balanced) - predict(X, network)).norm(), 1e-12);
    EXPECT_LE(penalty(balanced), penalty(network));
    EXPECT_LE(balance_defect(balanced), 1e-14 * penalty(network));
    EXPECT_GT(balance_defect(network), 1e-3);
  }
}

TEST(Balance, ANeuronWithoutOutputBecomesZero) {
  TwoLayerNetwork network = TwoLayerNetwork::empty(2);
  network.W = Matrix::Ones(2, 2);
  network.alpha = Matrix::Zero(2, 1);
  network.alpha(1, 0) = 3;
  const TwoLayerNetwork balanced = balance(network);
  EXPECT_EQ(balanced.W.row(0).norm(), 0);
  EXPECT_GT(balanced.W.row(1).norm(), 0);
}

TEST(Merge, JoinsPositiveMultiplesOfEqualSignOnly) {
  TwoLayerNetwork network = TwoLayerNetwork::empty(2);
  network.W.resize(4, 2);
  network.W << 1, 2, 2, 4, -1, -2, 1, 2;
  network.alpha.resize(4, 1);
  network.alpha << 1, 3, 1, -1;
  const TwoLayerNetwork merged = merge(balance(network));
  EXPECT_EQ(merged.width(), 3);
  Random random(22);
  const Matrix X = Matrix::NullaryExpr(20, 2, [&] { return random.normal(); });
  EXPECT_LE((predict(X, merged) - predict(X, network)).norm(), 1e-12);
  EXPECT_LE(penalty(merged), penalty(network));
}

TEST(Prune, ReachesIndependentActivationsWithTheSameFit) {
  Random random(23);
  for (int trial = 0; trial < 30; ++trial) {
    const Index n = 3 + trial % 5;
    const Matrix X = Matrix::NullaryExpr(n, 2, [&] { return random.normal(); });
    const TwoLayerNetwork network = random_network(random, 15, 2);
    const TwoLayerNetwork pruned = prune(X, network);
    EXPECT_LE(pruned.width(), n);
    EXPECT_LE((predict(X, pruned) - predict(X, network)).norm(),
              1e-9 * (1 + predict(X, network).norm()));
    EXPECT_LE(penalty(pruned), penalty(network) * (1 + 1e-12));
    const Matrix hidden = activations(X, pruned);
    EXPECT_EQ(Eigen::ColPivHouseholderQR<Matrix>(hidden).rank(), pruned.width());
  }
}

TEST(Prune, KeepsOptimalNetworksOptimal) {
  for (const testing::GroundTruth& truth : testing::all_groundtruth()) {
    for (const auto& stored : truth.networks) {
      if (stored.name != "global_split_permuted" && stored.name != "global_centre") continue;
      const TwoLayerNetwork pruned = prune(truth.X, merge(balance(stored.network)));
      EXPECT_NEAR(truth.problem().objective(pruned), truth.optimum, 1e-11 * truth.optimum)
          << truth.name << " " << stored.name;
    }
  }
}

TEST(DropDead, RemovesNeuronsThatNeverFire) {
  const Matrix X = Matrix::Ones(2, 2);
  TwoLayerNetwork network = TwoLayerNetwork::empty(2);
  network.W.resize(2, 2);
  network.W << -1, -1, 1, 0;
  network.alpha = Matrix::Ones(2, 1);
  const TwoLayerNetwork alive = drop_dead(X, network);
  ASSERT_EQ(alive.width(), 1);
  EXPECT_EQ(alive.W(0, 0), 1);
}

TEST(Labels, ZeroBecomesMinusOneAndMixturesAreRefused) {
  Vector y(3);
  y << 0, 1, 0;
  EXPECT_EQ(map_labels(y), LabelMapping::kZeroToMinusOne);
  EXPECT_EQ(y[0], -1);
  Vector same(2);
  same << -1, 1;
  EXPECT_EQ(map_labels(same), LabelMapping::kUnchanged);
  Vector mixed(3);
  mixed << -1, 0, 1;
  EXPECT_ANY_THROW(map_labels(mixed));
  Vector other(1);
  other << 2;
  EXPECT_ANY_THROW(map_labels(other));
}

TEST(AppendOnes, AddsTheBiasColumn) {
  const Matrix X = Matrix::Zero(3, 2);
  const Matrix extended = append_ones(X);
  EXPECT_EQ(extended.cols(), 3);
  EXPECT_EQ(extended.col(2), Vector::Ones(3));
}

}  // namespace
}  // namespace thalweg
