#include "thalweg/reformulation/piece_program.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "reformulation/complete_program.hpp"
#include "thalweg/reformulation/circular_relu.hpp"
#include "thalweg/reformulation/convolutional_network.hpp"
#include "thalweg/reformulation/convolutional_three_layer.hpp"
#include "thalweg/reformulation/flattened_network.hpp"
#include "thalweg/reformulation/parallel_network.hpp"

namespace thalweg {
namespace {

using testing::expect_optimum;
using testing::solve_complete;

const Vector kTargets{{1.0, -1.0, 2.0, 0.5}};

ParallelNetwork two_layers(Index d) { return {d, {}, BranchCost::kPath}; }

TEST(PieceProgram, FullyConnected) {
  for (const double beta : {0.001, 0.01, 0.05, 0.1, 0.15, 0.2}) {
    expect_optimum(two_layers(2), testing::data_fc_a(), kTargets, beta,
                   6.5 * beta - 7.5 * beta * beta, 1e-8);
  }
  const Vector y{{1.0, -1.0, 2.0, 0.0, 1.0}};
  expect_optimum(two_layers(2), testing::data_fc_b(), y, 0.05, 0.32862072, 2e-8);
  expect_optimum(two_layers(2), testing::data_fc_b(), y, 0.1, 0.63165050, 1e-8);
  expect_optimum(two_layers(2), testing::data_fc_b(), y, 0.2, 1.16099711, 1e-8);
}

TEST(PieceProgram, ConvolutionWithSum) {
  const PatchGeometry patches({.input = {4}, .kernel = {2}});
  expect_optimum(ConvolutionalNetwork(patches, Pooling::kSum), testing::data_signals(), kTargets,
                 0.1, 0.23869350, 1e-7);
}

TEST(PieceProgram, ConvolutionWithMaximum) {
  const PatchGeometry patches({.input = {4}, .kernel = {2}});
  expect_optimum(ConvolutionalNetwork(patches, Pooling::kMax), testing::data_signals(), kTargets,
                 0.1, 0.26958523, 1e-7);
}

TEST(PieceProgram, CircularWithRelu) {
  const Vector y{{1.0, -1.0, 2.0, 0.5, 0.0}};
  expect_optimum(CircularReluNetwork(4), testing::data_circular(), y, 0.15, 0.18848491, 1e-7);
}

TEST(PieceProgram, Flattened) {
  const FlattenedNetwork network(PatchGeometry({.input = {3}, .kernel = {2}}));
  expect_optimum(network, testing::data_short_signals(), kTargets, 0.1, 0.26150480, 1e-7);
  const testing::CompleteProgram open =
      solve_complete(network, testing::data_short_signals(), Vector{{1.0, 2.0, -1.0, 0.5}}, 0.1);
  EXPECT_NEAR(open.lower(), 0.39747124, 1e-7);
  EXPECT_NEAR(open.solution.objective, 0.39747124, 1e-7);
  EXPECT_FALSE(open.network.has_value());
}

TEST(PieceProgram, ThreeLayerConvolution) {
  const ConvolutionalThreeLayer network(PatchGeometry({.input = {3}, .kernel = {2}}));
  const Matrix X = testing::data_short_signals();
  expect_optimum(network, X, kTargets, 0.1, 0.25447161, 2e-7);
  expect_optimum(network, X, Vector{{1.0, -1.0, -2.0, 1.5}}, 0.1, 0.18689334, 4e-7);
  expect_optimum(network, X, Vector{{1.0, 2.0, -1.0, 0.5}}, 0.1, 0.37117845, 1e-6);
}

ParallelNetwork constrained() { return {2, {2}, BranchCost::kConstrained}; }
ParallelNetwork with_path_norm() { return {2, {2}, BranchCost::kPath}; }

TEST(PieceProgram, ThreeLayersOnDataA) {
  expect_optimum(constrained(), testing::data_fc_a(), kTargets, 0.1, 0.575, 1e-7);
  expect_optimum(with_path_norm(), testing::data_fc_a(), kTargets, 0.1, 0.42211944, 1e-7);
}

TEST(PieceProgram, ThreeLayersOnDataC) {
  struct Case {
    Vector y;
    double linear;
    double square;
  };
  for (const Case& c : {Case{Vector{{0.0, 1.0, 0.0}}, 3, 5.5},
                        {Vector{{1.0, -1.0, 1.0}}, 5, 5.5},
                        {Vector{{1.0, 0.0, 1.0}}, 2, 1.5},
                        {Vector{{-1.0, 2.0, -1.0}}, 8, 5.5}}) {
    const auto two = [&](double b) { return c.linear * b - c.square * b * b; };
    const double beta = 0.1;
    const Matrix X = testing::data_fc_c();
    expect_optimum(two_layers(2), X, c.y, beta, two(beta), 1e-8);
    expect_optimum(constrained(), X, c.y, beta, two(beta), 1e-8);
    expect_optimum(with_path_norm(), X, c.y, beta, two(beta / std::sqrt(2)), 1e-8);
  }
}

TEST(PieceProgram, ThreeLayersOnDataE) {
  const Matrix X = testing::data_d3_e();
  const Vector zigzag{{1.0, -1.0, 1.0, -1.0, 1.0}};
  expect_optimum(two_layers(2), X, zigzag, 0.1, 1.24823391, 4e-7);
  expect_optimum(two_layers(2), X, zigzag, 0.1 / std::sqrt(2), 0.94127417, 4e-7);
  expect_optimum(constrained(), X, zigzag, 0.1, 1.128087, 4e-6);
  expect_optimum(constrained(), X, zigzag, 0.1 / std::sqrt(2), 0.83977947, 4e-6);
  expect_optimum(with_path_norm(), X, zigzag, 0.1, 0.842450, 4e-6);
  const Vector flat{{0.0, 1.0, 1.0, 1.0, 0.0}};
  expect_optimum(two_layers(2), X, flat, 0.1, 0.320386, 1e-6);
  expect_optimum(constrained(), X, flat, 0.1, 0.320386, 1e-6);
  expect_optimum(with_path_norm(), X, flat, 0.1, 0.23884784, 4e-6);
  const Vector peak{{0.0, 0.0, 1.0, 0.0, 0.0}};
  expect_optimum(two_layers(2), X, peak, 0.1, 0.27441127, 4e-6);
  expect_optimum(with_path_norm(), X, peak, 0.1, 0.19528219, 4e-6);
}

}  // namespace
}  // namespace thalweg
