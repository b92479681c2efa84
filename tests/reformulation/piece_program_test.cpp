#include "thalweg/reformulation/piece_program.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "reformulation/architecture_laws.hpp"
#include "reformulation/complete_program.hpp"
#include "thalweg/core/error.hpp"
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

/// The solution is what it says: blocks in their cones, multipliers and dual that prove the bound.
void expect_solution(const std::vector<BranchForm>& forms, const std::vector<Piece>& pieces,
                     const TrainingProblem& affine, const PieceSolution& solution) {
  ASSERT_EQ(solution.blocks.size(), pieces.size());
  Vector fit = affine.affine_fit(solution.affine);
  double cost = 0;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const BranchForm& form = forms[static_cast<std::size_t>(pieces[i].form)];
    const BranchPiece piece = form.piece(pieces[i].pattern);
    const Vector& w = solution.blocks[i].w;
    EXPECT_GE((piece.cone * w).minCoeff(), -1e-9 * (w.norm() + 1e-2));
    fit += to_double(pieces[i].sign) * piece.map * w;
    cost += form.norm().value(w);
    EXPECT_GE(solution.multipliers[i].minCoeff(), 0);
    const Vector slope = to_double(pieces[i].sign) * piece.map.transpose() * solution.dual +
                         solution.scale * piece.cone.transpose() * solution.multipliers[i];
    EXPECT_LE(form.norm().dual(slope), affine.beta() * (1 + 1e-12));
  }
  EXPECT_LT((fit - solution.fit).norm(), 1e-12 * (1 + fit.norm()));
  const double bias = affine.output_bias() == OutputBias::kPenalised ? solution.affine.bias : 0.0;
  const double objective =
      affine.loss().value(fit, affine.y()) + affine.beta() * cost + affine.beta() / 2 * bias * bias;
  EXPECT_NEAR(solution.objective, objective, 1e-12 * objective);
  EXPECT_EQ(solution.lower_bound, affine.dual_objective(solution.dual));
  EXPECT_LE(solution.lower_bound, objective);
  EXPECT_LE(objective - solution.lower_bound, 1e-8 * objective);
}

std::vector<Piece> sampled_pieces(const Architecture& architecture,
                                  const std::vector<BranchForm>& forms, Index count) {
  std::vector<Piece> pieces;
  for (Index f = 0; f < static_cast<Index>(forms.size()); ++f) {
    for (const BranchPattern& pattern :
         sample_patterns(architecture, forms[static_cast<std::size_t>(f)], f, count, 1)) {
      for (const Sign sign : {Sign::kPlus, Sign::kMinus}) pieces.push_back({f, pattern, sign});
    }
  }
  return pieces;
}

TEST(PieceProgram, RowsOfLargeConesAreBroughtIn) {
  const Matrix X = testing::seeded_matrix(30, 20, 2);
  const Vector y = testing::seeded_matrix(30, 1, 3);
  const ConvolutionalNetwork network(PatchGeometry({.input = {20}, .kernel = {3}}), Pooling::kSum);
  const std::vector<BranchForm> forms = network.forms(X);
  ASSERT_GT(forms[0].units().size(), 500u);
  const std::vector<Piece> pieces = sampled_pieces(network, forms, 20);
  const TrainingProblem affine(Matrix::Zero(30, 1), y, 0.5, Loss::squared());
  expect_solution(forms, pieces, affine, solve_pieces(forms, pieces, affine, testing::accurate()));
}

TEST(PieceProgram, EveryLossAndBias) {
  const Matrix X = testing::seeded_matrix(12, 2, 4);
  const Vector y = testing::seeded_matrix(12, 1, 5);
  const Vector labels = y.unaryExpr([](double v) { return v < 0 ? -1.0 : 1.0; });
  const ParallelNetwork network(2, {2}, BranchCost::kConstrained);
  const std::vector<BranchForm> forms = network.forms(X);
  const std::vector<Piece> pieces = sampled_pieces(network, forms, 20);
  for (const Loss& loss :
       {Loss::squared(), Loss::huber(0.3), Loss::logistic(), Loss::squared_hinge()}) {
    for (const OutputBias bias : {OutputBias::kNone, OutputBias::kPenalised, OutputBias::kFree}) {
      SCOPED_TRACE(loss.name() + " " + std::to_string(static_cast<int>(bias)));
      const TrainingProblem affine(Matrix::Zero(12, 1), loss.needs_labels() ? labels : y, 0.1, loss,
                                   bias);
      expect_solution(forms, pieces, affine,
                      solve_pieces(forms, pieces, affine, testing::accurate()));
    }
  }
}

TEST(PieceProgram, SkipConnections) {
  const Matrix X = testing::seeded_matrix(12, 3, 6);
  const Vector y = testing::seeded_matrix(12, 1, 7);
  const ParallelNetwork network = two_layers(3);
  const std::vector<BranchForm> forms = network.forms(X);
  const std::vector<Piece> pieces = testing::all_pieces(network, forms);
  const TrainingProblem affine(X, y, 0.1, Loss::squared(), OutputBias::kFree,
                               SkipConnection::kFree);
  expect_solution(forms, pieces, affine, solve_pieces(forms, pieces, affine, testing::accurate()));
}

TEST(PieceProgram, WithoutPiecesTheAffinePartIsLeft) {
  const Vector y{{1.0, 2.0, 6.0}};
  const TrainingProblem affine(Matrix::Zero(3, 1), y, 0.1, Loss::squared(), OutputBias::kFree);
  const std::vector<BranchForm> forms = two_layers(2).forms(testing::data_fc_c());
  const PieceSolution solution = solve_pieces(forms, {}, affine, testing::accurate());
  EXPECT_NEAR(solution.affine.bias, 3, 1e-8);
  EXPECT_NEAR(solution.objective, 7, 1e-8);
  EXPECT_NEAR(solution.lower_bound, 7, 1e-8);
}

TEST(PieceProgram, RefusesWhatDoesNotFit) {
  const std::vector<BranchForm> forms = two_layers(2).forms(testing::data_fc_c());
  const TrainingProblem three(Matrix::Zero(3, 1), Vector::Ones(3), 0.1, Loss::squared());
  const TrainingProblem four(Matrix::Zero(4, 1), Vector::Ones(4), 0.1, Loss::squared());
  const BranchPattern pattern(3, 1);
  const auto solve = [&](const Piece& piece, const TrainingProblem& affine) {
    static_cast<void>(solve_pieces(forms, {piece}, affine, testing::accurate()));
  };
  EXPECT_NO_THROW(solve({0, pattern, Sign::kPlus}, three));
  EXPECT_THROW(solve({1, pattern, Sign::kPlus}, three), InvalidArgument);
  EXPECT_THROW(solve({0, pattern, Sign::kPlus}, four), InvalidArgument);
  EXPECT_THROW(solve({0, BranchPattern(2, 1), Sign::kPlus}, three), InvalidArgument);
}

}  // namespace
}  // namespace thalweg
