// How the values of architectures hang together, and that no network lies below them.
#include <gtest/gtest.h>

#include <cmath>

#include "reformulation/architecture_laws.hpp"
#include "reformulation/complete_program.hpp"
#include "thalweg/reformulation/circular_relu.hpp"
#include "thalweg/reformulation/convolutional_network.hpp"
#include "thalweg/reformulation/convolutional_three_layer.hpp"
#include "thalweg/reformulation/flattened_network.hpp"
#include "thalweg/reformulation/parallel_network.hpp"

namespace thalweg {
namespace {

const Vector kTargets{{1.0, -1.0, 2.0, 0.5}};
constexpr double kBeta = 0.1;

/// Value of the convex program, with a closed gap.
double value_of(const Architecture& architecture, const Matrix& X, const Vector& y, double beta,
                const Loss& loss = Loss::squared()) {
  const PieceSolution solution = testing::solve_complete(architecture, X, y, beta, loss).solution;
  EXPECT_LE(solution.objective - solution.lower_bound, 1e-7 * solution.objective);
  return solution.objective;
}

double two_layer_value(const Matrix& X, const Vector& y, double beta) {
  return value_of(ParallelNetwork(X.cols(), {}, BranchCost::kPath), X, y, beta);
}

TEST(Relations, PoolingOverOnePatchIsFullyConnected) {
  const Matrix X = testing::data_fc_a();
  const PatchGeometry patches({.input = {2}, .kernel = {2}});
  const double value = two_layer_value(X, kTargets, kBeta);
  for (const Pooling pooling : {Pooling::kSum, Pooling::kAverage, Pooling::kMax, Pooling::kNone}) {
    EXPECT_NEAR(value_of(ConvolutionalNetwork(patches, pooling), X, kTargets, kBeta), value, 1e-7);
  }
  EXPECT_NEAR(value_of(FlattenedNetwork(patches), X, kTargets, kBeta), value, 1e-7);
  EXPECT_NEAR(value_of(ConvolutionalThreeLayer(patches), X, kTargets, kBeta), value, 1e-7);
}

TEST(Relations, IdenticalPatches) {
  const Matrix patch = testing::data_fc_a();
  Matrix X(4, 6);
  X << patch, patch, patch;
  const PatchGeometry patches({.input = {6}, .kernel = {2}, .stride = {2}});
  const auto value = [&](Pooling pooling) {
    return value_of(ConvolutionalNetwork(patches, pooling), X, kTargets, kBeta);
  };
  EXPECT_NEAR(value(Pooling::kMax), two_layer_value(patch, kTargets, kBeta), 1e-7);
  EXPECT_NEAR(value(Pooling::kAverage), two_layer_value(patch, kTargets, kBeta), 1e-7);
  EXPECT_NEAR(value(Pooling::kSum), two_layer_value(patch, kTargets, kBeta / 3), 1e-7);
}

TEST(Relations, AverageIsTheSumAtAnotherPenalty) {
  const PatchGeometry patches({.input = {4}, .kernel = {2}});
  const Matrix X = testing::data_signals();
  EXPECT_NEAR(value_of(ConvolutionalNetwork(patches, Pooling::kAverage), X, kTargets, kBeta),
              value_of(ConvolutionalNetwork(patches, Pooling::kSum), X, kTargets, 3 * kBeta), 1e-7);
}

TEST(Relations, FullyConvolutionalIsFullyConnectedOnPatches) {
  const PatchGeometry patches({.input = {3}, .kernel = {2}});
  const Matrix X = testing::data_short_signals().topRows(3);
  const Vector y = testing::seeded_matrix(6, 1, 1);
  EXPECT_NEAR(value_of(ConvolutionalNetwork(patches, Pooling::kNone), X, y, kBeta),
              two_layer_value(patches.stacked(X), y, kBeta), 1e-7);
}

TEST(Relations, FanInsOfOneAreTwoLayers) {
  const Matrix X = testing::data_fc_a();
  const double value = two_layer_value(X, kTargets, kBeta);
  for (const std::vector<Index>& fan_ins :
       {std::vector<Index>{1}, std::vector<Index>{1, 1}, std::vector<Index>{1, 1, 1}}) {
    EXPECT_NEAR(value_of(ParallelNetwork(2, fan_ins, BranchCost::kPath), X, kTargets, kBeta), value,
                1e-7);
  }
  EXPECT_NEAR(value_of(ParallelNetwork(2, {1}, BranchCost::kConstrained), X, kTargets, kBeta),
              value, 1e-7);
  // A layer of fan-in 1 passes on what it gets.
  const Matrix few = testing::data_d3_e().topRows(3);
  const Vector y{{1.0, -1.0, 1.0}};
  const double three = value_of(ParallelNetwork(2, {2}, BranchCost::kPath), few, y, kBeta);
  for (const std::vector<Index>& fan_ins : {std::vector<Index>{1, 2}, std::vector<Index>{2, 1}}) {
    EXPECT_NEAR(value_of(ParallelNetwork(2, fan_ins, BranchCost::kPath), few, y, kBeta), three,
                1e-7);
  }
}

TEST(Relations, Sandwich) {
  // p_21(beta / sqrt M) <= p_F(beta; M) <= p_2L(beta / sqrt M), p_21(beta) <= p_2L(beta).
  const Matrix X = testing::data_d3_e();
  for (const Vector& y : {Vector{{1.0, -1.0, 1.0, -1.0, 1.0}}, Vector{{0.0, 0.0, 1.0, 0.0, 0.0}}}) {
    const double scaled = kBeta / std::sqrt(2);
    const ParallelNetwork constrained(2, {2}, BranchCost::kConstrained);
    const double path = value_of(ParallelNetwork(2, {2}, BranchCost::kPath), X, y, kBeta);
    const double tolerance = 1e-7;
    EXPECT_LE(value_of(constrained, X, y, scaled), path + tolerance);
    EXPECT_LE(path, two_layer_value(X, y, scaled) + tolerance);
    EXPECT_LE(value_of(constrained, X, y, kBeta), two_layer_value(X, y, kBeta) + tolerance);
  }
}

TEST(Relations, PathNormFallsWithWidth) {
  // Copies make a neuron cheaper: M leaves under plus signs are two layers at beta / sqrt M.
  const Matrix X = testing::data_fc_c();
  const Vector y{{1.0, -1.0, 1.0}};
  double last = two_layer_value(X, y, kBeta);
  for (const Index m : {2, 3}) {
    const double value = value_of(ParallelNetwork(2, {m}, BranchCost::kPath), X, y, kBeta);
    EXPECT_LT(value, last);
    EXPECT_LE(value, two_layer_value(X, y, kBeta / std::sqrt(static_cast<double>(m))) + 1e-7);
    last = value;
  }
}

TEST(Relations, NuclearNormIsTighterThanFrobenius) {
  // The theory's value of the program with the Frobenius norm.
  const Matrix X = testing::data_short_signals();
  const PatchGeometry patches({.input = {3}, .kernel = {2}});
  EXPECT_GE(value_of(ConvolutionalThreeLayer(patches), X, kTargets, kBeta), 0.23896);
}

TEST(Relations, ScalingAndSigns) {
  const Matrix X = testing::data_signals();
  const PatchGeometry patches({.input = {4}, .kernel = {2}, .stride = {2}});
  const FlattenedNetwork flattened(patches);
  const ConvolutionalThreeLayer three(patches);
  const ConvolutionalNetwork maximum(patches, Pooling::kMax);
  const CircularReluNetwork circular(4);
  for (const Architecture* architecture :
       std::vector<const Architecture*>{&flattened, &three, &maximum, &circular}) {
    SCOPED_TRACE(architecture->name());
    const double value = value_of(*architecture, X, kTargets, kBeta);
    EXPECT_NEAR(value_of(*architecture, X, 2 * kTargets, 2 * kBeta), 4 * value, 1e-6);
    EXPECT_NEAR(value_of(*architecture, 2 * X, kTargets, 2 * kBeta), value, 1e-6);
    EXPECT_NEAR(value_of(*architecture, X, -kTargets, kBeta), value, 1e-6);
    EXPECT_NEAR(value_of(*architecture, X.colwise().reverse(), kTargets.reverse(), kBeta), value,
                1e-6);
  }
}

/// No network of random weights, at its best scale along a ray, lies below the bound.
void expect_no_network_below(const Architecture& architecture, const Matrix& X, const Vector& y,
                             const Loss& loss) {
  SCOPED_TRACE(architecture.describe() + " " + loss.name());
  const double lower =
      testing::solve_complete(architecture, X, y, kBeta, loss).solution.lower_bound;
  ASSERT_GT(lower, 0);
  Random random(7);
  for (int trial = 0; trial < 300; ++trial) {
    BranchNetwork network = testing::random_network(architecture, 1 + trial % 5, random);
    network.layers[0].rowwise().normalize();  // inside the constraints, where there are some
    const double size = std::exp(3 * random.uniform() - 2);
    network.layers.back() *= size;
    const double objective =
        loss.value(architecture.predict(X, network), y) + kBeta * architecture.penalty(network);
    EXPECT_GE(objective, lower);
  }
}

TEST(Relations, NoNetworkLiesBelow) {
  const Matrix X = testing::data_short_signals();
  const Vector labels{{1.0, -1.0, 1.0, 1.0}};
  const PatchGeometry patches({.input = {3}, .kernel = {2}});
  for (const Loss& loss : {Loss::squared(), Loss::logistic()}) {
    const Vector& y = loss.needs_labels() ? labels : kTargets;
    for (const Pooling pooling : {Pooling::kSum, Pooling::kMax}) {
      expect_no_network_below(ConvolutionalNetwork(patches, pooling), X, y, loss);
    }
    expect_no_network_below(FlattenedNetwork(patches), X, y, loss);
    expect_no_network_below(ConvolutionalThreeLayer(patches), X, y, loss);
    expect_no_network_below(CircularReluNetwork(3), X, y, loss);
    expect_no_network_below(ParallelNetwork(3, {2}, BranchCost::kPath), X, y, loss);
    expect_no_network_below(ParallelNetwork(3, {2}, BranchCost::kConstrained), X, y, loss);
  }
  expect_no_network_below(ParallelNetwork(2, {2, 2}, BranchCost::kPath),
                          testing::data_fc_c().topRows(2), Vector{{1.0, -1.0}}, Loss::squared());
}

/// The value over all 64 vectors of signs of fan-ins (2, 2), none left out.
double value_over_all_signs(const Matrix& X, const Vector& y, double beta) {
  std::vector<BranchForm> forms;
  std::vector<Piece> pieces;
  for (Index number = 0; number < 64; ++number) {
    std::vector<std::vector<Sign>> signs(2);
    for (Index k = 0; k < 6; ++k) {
      signs[k < 4 ? 0 : 1].push_back((number >> k & 1) != 0 ? Sign::kMinus : Sign::kPlus);
    }
    forms.push_back(tree_form(X, signs, BlockNorm::l2(4 * X.cols())));
    for (const BranchPattern& pattern : enumerate_pieces(forms.back()).patterns) {
      pieces.push_back({number, pattern, Sign::kPlus});
      pieces.push_back({number, pattern, Sign::kMinus});
    }
  }
  const TrainingProblem affine(Matrix::Zero(y.size(), 1), y, beta, Loss::squared());
  return solve_pieces(forms, pieces, affine, testing::accurate()).objective;
}

TEST(Relations, SignsThatAreLeftOutChangeNothing) {
  const Matrix X = Vector{{-2.0, 1.0, 3.0}};
  const ParallelNetwork deep(1, {2, 2}, BranchCost::kPath);
  for (const Vector& y : {Vector{{1.0, -1.0, 2.0}}, Vector{{1.0, 2.0, -1.0}}}) {
    EXPECT_NEAR(value_of(deep, X, y, kBeta), value_over_all_signs(X, y, kBeta), 1e-7);
  }
}

TEST(Relations, WhereNothingIsToBeFittedTheZeroNetworkIsBest) {
  const Matrix X = testing::data_short_signals();
  const PatchGeometry patches({.input = {3}, .kernel = {2}});
  const FlattenedNetwork flattened(patches);
  const ConvolutionalNetwork maximum(patches, Pooling::kMax);
  const ParallelNetwork deep(3, {2}, BranchCost::kConstrained);
  for (const Architecture* architecture :
       std::vector<const Architecture*>{&flattened, &maximum, &deep}) {
    SCOPED_TRACE(architecture->name());
    const PieceSolution large = testing::solve_complete(*architecture, X, kTargets, 100).solution;
    EXPECT_NEAR(large.objective, kTargets.squaredNorm() / 2, 1e-6);
    EXPECT_NEAR(large.lower_bound, kTargets.squaredNorm() / 2, 1e-6);
    const PieceSolution none =
        testing::solve_complete(*architecture, X, Vector::Zero(4), kBeta).solution;
    EXPECT_NEAR(none.objective, 0, 1e-7);
    EXPECT_LE(none.lower_bound, none.objective);
  }
}

TEST(Relations, TreesOfFourLayersAttainTheirValue) {
  const Matrix X = testing::data_fc_c().topRows(2);
  const Vector y{{1.0, -1.0}};
  const ParallelNetwork deep(2, {2, 2}, BranchCost::kPath);
  const testing::CompleteProgram program = testing::solve_complete(deep, X, y, kBeta);
  EXPECT_LE(program.solution.objective - program.lower(), 1e-7);
  ASSERT_TRUE(program.network.has_value());
  EXPECT_LE(program.network_objective, program.lower() + 1e-6);
  // Roots with plus signs only are networks of one layer less at beta / sqrt 2.
  const ParallelNetwork three(2, {2}, BranchCost::kPath);
  EXPECT_LE(program.lower(), value_of(three, X, y, kBeta / std::sqrt(2)) + 1e-7);
}

}  // namespace
}  // namespace thalweg
