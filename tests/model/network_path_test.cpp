#include "thalweg/model/network_path.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

/// Slots in the plane: two merge into one, a third gives its mass to a fourth of another direction
/// and sign; ends that are not balanced, one neuron without output weight.
class NetworkOn : public ::testing::Test {
 protected:
  NetworkOn() : problem_(inputs(), targets(), 0.3, Loss::squared(), OutputBias::kPenalised) {
    path_.start = network();
    path_.start.W << 1, 0.5, 2, 1.5, 0.25, -1, 3, 1;
    path_.start.alpha << 0.5, 1.25, -2, 0;
    path_.start.output_bias[0] = 0.5;
    const BalancedNetwork balanced = balance_exactly(problem_, path_.start);
    path_.directions.resize(5, 2);
    path_.directions << balanced.directions, -0.5, 2, 0, 0;
    // p_0 + p_1 = (0.5 + 2.5, 0.25 + 1.875)
    path_.directions.row(4) << 3, 2.125;
    path_.states = {balanced.state, balanced.state, balanced.state};
    path_.states[1].slots[0] = {4, Sign::kPlus, 1};
    path_.states[1].slots[1] = {};
    path_.states[1].affine.bias = 0.75;
    path_.states[2] = path_.states[1];
    path_.states[2].slots[2] = {};
    path_.states[2].slots[3] = {3, Sign::kPlus, 0.75};
    path_.states[2].affine.bias = -0.25;
    path_.kinds = {SegmentKind::kMerge, SegmentKind::kMasses};
    path_.end = network_of(path_, path_.states[2]);
    path_.end->W.row(3) *= 4;
    path_.end->alpha(3, 0) /= 4;
  }

  static Matrix inputs() {
    // No row changes its side of the two merging neurons, (1, 0.5) and (2, 1.5).
    Matrix X(4, 2);
    X << 1, 0.25, 1, 1, -1, -1.5, -2, -1;
    return X;
  }
  static Vector targets() { return Vector{{1.0, -0.5, 2.0, 0.25}}; }
  static TwoLayerNetwork network() {
    TwoLayerNetwork result = TwoLayerNetwork::empty(2);
    result.W.resize(4, 2);
    result.alpha.resize(4, 1);
    return result;
  }

  [[nodiscard]] double objective(Index segment, double t) const {
    return problem_.objective(network_on(path_, segment, t));
  }
  /// L through products p_j = s_j z_j v_j: sum s_j (s_j x^T p_j)_+ and beta sum |p_j|.
  [[nodiscard]] double objective_of(const Matrix& products, const std::vector<double>& signs,
                                    double bias) const {
    Vector fit = Vector::Constant(4, bias);
    double penalty = 0.5 * 0.3 * bias * bias;
    for (Index j = 0; j < products.rows(); ++j) {
      const double s = signs[static_cast<std::size_t>(j)];
      fit += s * (s * inputs() * products.row(j).transpose()).cwiseMax(0);
      penalty += 0.3 * products.row(j).norm();
    }
    return 0.5 * (fit - targets()).squaredNorm() + penalty;
  }

  TrainingProblem problem_;
  NetworkPath path_;
};

TEST_F(NetworkOn, EndsOfSegmentsAreTheStates) {
  EXPECT_EQ(network_on(path_, kOpening, 0).W, path_.start.W);
  EXPECT_EQ(network_on(path_, kOpening, 0).alpha, path_.start.alpha);
  EXPECT_EQ(network_on(path_, 2, 1).W, path_.end->W);
  for (Index k = 0; k < 3; ++k) {
    const TwoLayerNetwork state = network_of(path_, path_.states[static_cast<std::size_t>(k)]);
    const TwoLayerNetwork after = network_on(path_, k, 0);
    const TwoLayerNetwork before = network_on(path_, k - 1, 1);
    for (const TwoLayerNetwork& other : {after, before}) {
      EXPECT_LE((other.W - state.W).norm(), 1e-14);
      EXPECT_LE((other.alpha - state.alpha).norm(), 1e-14);
      EXPECT_EQ(other.output_bias, state.output_bias);
    }
  }
}

TEST_F(NetworkOn, OpeningKeepsTheFitAndDoesNotRise) {
  double before = problem_.objective(path_.start);
  for (const double t : {0.125, 0.25, 0.5, 0.75, 1.0}) {
    const TwoLayerNetwork network = network_on(path_, kOpening, t);
    EXPECT_LE((problem_.fit(network) - problem_.fit(path_.start)).norm(), 1e-13);
    EXPECT_LE(problem_.objective(network), before);
    before = problem_.objective(network);
  }
  // log gamma is affine: half of the way is the square root of gamma.
  const TwoLayerNetwork half = network_on(path_, kOpening, 0.5);
  const double gamma = std::sqrt(0.5 / std::hypot(1, 0.5));
  EXPECT_NEAR(half.W(0, 0), std::sqrt(gamma), 1e-15);
  EXPECT_NEAR(half.W(3, 0), 1.5, 1e-15);
}

TEST_F(NetworkOn, ObjectivesAreThoseOfTheProducts) {
  Matrix products(4, 2);
  for (const double t : {0.0, 0.0625, 0.3, 0.5, 0.875, 1.0}) {
    SCOPED_TRACE(t);
    products << 0.5 + 2.5 * t, 0.25 + 1.875 * t, 2.5 * (1 - t), 1.875 * (1 - t), -0.5, 2, 0, 0;
    EXPECT_NEAR(objective(0, t), objective_of(products, {1, 1, -1, 1}, 0.5 + 0.25 * t), 1e-12);
    products << 3, 2.125, 0, 0, -0.5 * (1 - t), 2 * (1 - t), -0.375 * t, 1.5 * t;
    EXPECT_NEAR(objective(1, t), objective_of(products, {1, 1, -1, 1}, 0.75 - t), 1e-12);
  }
}

TEST_F(NetworkOn, RejectsWhatIsNotOnThePath) {
  EXPECT_THROW((void)network_on(path_, -2, 0), InvalidArgument);
  EXPECT_THROW((void)network_on(path_, 3, 0), InvalidArgument);
  EXPECT_THROW((void)network_on(path_, 0, -0.1), InvalidArgument);
  EXPECT_THROW((void)network_on(path_, 0, std::nan("")), InvalidArgument);
  path_.end.reset();
  EXPECT_THROW((void)network_on(path_, 2, 0.5), InvalidArgument);
}

}  // namespace
}  // namespace thalweg
