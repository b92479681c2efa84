#include <gtest/gtest.h>

#include <Eigen/QR>

#include "thalweg/core/error.hpp"
#include "thalweg/core/random.hpp"
#include "thalweg/model/training_problem.hpp"
#include "thalweg/model/transform.hpp"

namespace thalweg {
namespace {

constexpr OutputBias kBiases[] = {OutputBias::kNone, OutputBias::kPenalised, OutputBias::kFree};
constexpr Index kSamples = 12;
constexpr Index kInputs = 3;

Vector normals(Random& random, Index size) {
  return Vector::NullaryExpr(size, [&] { return random.normal(); });
}

Matrix normals(Random& random, Index rows, Index columns) {
  return Matrix::NullaryExpr(rows, columns, [&] { return random.normal(); });
}

std::vector<Loss> all_losses(Random& random) {
  const Vector omega = normals(random, kSamples).array().exp().matrix();
  return {Loss::squared(),
          Loss::logistic(LossScale::kMean),
          Loss::huber(0.4),
          Loss::squared_hinge(),
          Loss::huber(0.4).with_sample_weights(omega),
          Loss::squared(LossScale::kMean).with_sample_weights(omega)};
}

TrainingProblem random_problem(Random& random, const Loss& loss, OutputBias bias) {
  Vector y = normals(random, kSamples);
  if (loss.needs_labels()) {
    y = (y.array() < 0).select(Vector::Constant(kSamples, -1), Vector::Ones(kSamples));
  }
  return {normals(random, kSamples, kInputs), std::move(y), 0.3, loss, bias, SkipConnection::kFree};
}

TwoLayerNetwork random_network(Random& random, OutputBias bias) {
  TwoLayerNetwork network = TwoLayerNetwork::empty(kInputs);
  network.W = normals(random, 4, kInputs);
  network.alpha = normals(random, 4, 1);
  network.skip = normals(random, kInputs, 1);
  if (bias != OutputBias::kNone) network.output_bias[0] = random.normal();
  return network;
}

TEST(FreeSpan, SpansTheColumnsWhateverTheirUnits) {
  Random random(41);
  Matrix U = normals(random, 9, 4);
  U.col(1) *= 1e-9;
  U.col(2) *= 1e12;
  const FreeSpan span = orthonormal_span(U);
  ASSERT_EQ(span.Q.cols(), 4);
  EXPECT_LE((span.Q.transpose() * span.Q - Matrix::Identity(4, 4)).norm(), 1e-14);
  EXPECT_LE((U * span.T - span.Q).norm(), 1e-13);
  for (Index k = 0; k < 4; ++k) {
    const Vector rest = U.col(k) - span.Q * (span.Q.transpose() * U.col(k));
    EXPECT_LE(rest.norm(), 1e-14 * U.col(k).norm());
  }
}

TEST(FreeSpan, LeavesOutDependentColumns) {
  Random random(42);
  Matrix U(6, 5);
  U.leftCols(2) = normals(random, 6, 2);
  U.col(2) = U.col(0) - 3 * U.col(1);
  U.col(3).setZero();
  U.col(4) = U.col(0);
  const FreeSpan span = orthonormal_span(U);
  EXPECT_EQ(span.Q.cols(), 2);
  EXPECT_LE((U * span.T - span.Q).norm(), 1e-13);
  EXPECT_EQ(orthonormal_span(Matrix(6, 0)).Q.cols(), 0);
}

TEST(AffinePart, GradientAgreesWithCentralDifferences) {
  Random random(43);
  for (const Loss& loss : all_losses(random)) {
    for (const OutputBias bias : kBiases) {
      const TrainingProblem problem = random_problem(random, loss, bias);
      const TwoLayerNetwork network = random_network(random, bias);
      const NetworkGradient gradient = problem.gradient(network);
      for (Index k = 0; k < kInputs; ++k) {
        TwoLayerNetwork plus = network;
        TwoLayerNetwork minus = network;
        plus.skip(k, 0) += 1e-6;
        minus.skip(k, 0) -= 1e-6;
        EXPECT_NEAR(gradient.skip[k], (problem.objective(plus) - problem.objective(minus)) / 2e-6,
                    1e-7);
      }
    }
  }
}

TEST(AffinePart, StacksAndUnstacks) {
  Random random(44);
  for (const OutputBias bias : kBiases) {
    const TrainingProblem problem = random_problem(random, Loss::squared(), bias);
    const AffinePart part(bias == OutputBias::kNone ? 0.0 : 0.7, normals(random, kInputs));
    const AffinePart same = problem.unstack(problem.stack(part));
    EXPECT_EQ(same.bias, part.bias);
    EXPECT_EQ(same.skip, part.skip);
    // <A c, nu> = <c, A^T nu>.
    const Vector nu = normals(random, kSamples);
    EXPECT_NEAR(problem.affine_fit(part).dot(nu), problem.stack(part).dot(problem.affine_pull(nu)),
                1e-12);
    EXPECT_EQ(problem.free_columns().cols(), kInputs + (bias == OutputBias::kFree ? 1 : 0));
  }
}

TEST(AffinePart, BestOneOfTheSquaredLossIsLeastSquares) {
  Random random(45);
  const TrainingProblem problem = random_problem(random, Loss::squared(), OutputBias::kFree);
  const AffinePart best = problem.best_affine_part();
  const Vector expected = problem.free_columns().colPivHouseholderQr().solve(problem.y());
  EXPECT_NEAR(best.bias, expected[0], 1e-12);
  EXPECT_LE((best.skip - expected.tail(kInputs)).norm(), 1e-12);
}

TEST(AffinePart, BestOneIsStationaryForEveryLoss) {
  Random random(46);
  for (const Loss& loss : all_losses(random)) {
    for (const OutputBias bias : kBiases) {
      SCOPED_TRACE(loss.name());
      const TrainingProblem problem = random_problem(random, loss, bias);
      TwoLayerNetwork network = TwoLayerNetwork::empty(kInputs);
      const AffinePart best = problem.best_affine_part();
      network.output_bias[0] = best.bias;
      network.skip = best.skip;
      const NetworkGradient gradient = problem.gradient(network);
      EXPECT_LE(std::abs(gradient.output_bias), 1e-12);
      EXPECT_LE(gradient.skip.norm(), 1e-12);
    }
  }
}

TEST(AffinePart, SeparableLabelsDriveTheLogisticLossToZeroAndEndThere) {
  const Matrix X = (Matrix(4, 1) << -2, -1, 1, 3).finished();
  const Vector y = (Vector(4) << -1, -1, 1, 1).finished();
  const TrainingProblem problem(X, y, 0.1, Loss::logistic(), OutputBias::kNone,
                                SkipConnection::kFree);
  const Vector fit = problem.affine_fit(problem.best_affine_part());
  EXPECT_LE(problem.loss().value(fit, y), 1e-20);
  EXPECT_TRUE(fit.allFinite());
}

TEST(AffinePart, ProjectionIsTheNearestPointOfTheDualDomain) {
  Random random(47);
  for (const Loss& loss : all_losses(random)) {
    for (const OutputBias bias : kBiases) {
      SCOPED_TRACE(loss.name());
      const TrainingProblem problem = random_problem(random, loss, bias);
      const Matrix U = problem.free_columns();
      for (int trial = 0; trial < 20; ++trial) {
        const Vector nu = normals(random, kSamples);
        const Vector x = problem.project_to_dual_domain(nu);
        EXPECT_LE((U.transpose() * x).norm(), 1e-13);
        EXPECT_TRUE(std::isfinite(problem.dual_objective(x)));
        EXPECT_LE((problem.project_to_dual_domain(x) - x).norm(), 1e-13);
        // The variational inequality of a projection on a convex set.
        const Vector other = problem.project_to_dual_domain(normals(random, kSamples));
        EXPECT_LE((nu - x).dot(other - x), 1e-12);
      }
    }
  }
}

TEST(AffinePart, DualPointsMustBeOrthogonalToX) {
  Random random(48);
  const TrainingProblem problem = random_problem(random, Loss::squared(), OutputBias::kNone);
  const Vector nu = normals(random, kSamples);
  EXPECT_EQ(problem.dual_objective(nu), -HUGE_VAL);
  EXPECT_EQ(problem.best_dual_scale(nu, 1), 0);
  const Vector inside = problem.project_to_dual_domain(nu);
  EXPECT_GT(problem.dual_objective(problem.best_dual_scale(inside, 1) * inside), -HUGE_VAL);
}

TEST(AffinePart, TransformsKeepTheSkipConnection) {
  Random random(49);
  const Matrix X = normals(random, kSamples, kInputs);
  const TwoLayerNetwork network = random_network(random, OutputBias::kFree);
  const Matrix expected = predict(X, network);
  EXPECT_LE((activations(X, network) * network.alpha + X * network.skip +
             Matrix::Constant(kSamples, 1, network.output_bias[0]) - expected)
                .norm(),
            1e-12);
  for (const TwoLayerNetwork& same :
       {balance(network), merge(balance(network)), drop_dead(X, network), prune(X, network)}) {
    EXPECT_LE((predict(X, same) - expected).norm(), 1e-12);
    EXPECT_EQ(same.skip, network.skip);
  }
  EXPECT_EQ(append_neuron(network, Vector::Ones(kInputs), 1).skip, network.skip);
}

TEST(AffinePart, CoordinatesOfTheRowSpaceKeepTheUnpenalisedSpan) {
  Random random(52);
  // Rank 2 in four inputs, seen in three coordinates: one column of X basis is rounding.
  const Matrix X = normals(random, 9, 2) * normals(random, 2, 4);
  const TrainingProblem problem(X, normals(random, 9), 1, Loss::squared(), OutputBias::kFree,
                                SkipConnection::kFree);
  Matrix wide(4, 3);
  wide << X.row(0).transpose(), X.row(1).transpose(), normals(random, 4);
  const Matrix basis = Eigen::HouseholderQR<Matrix>(wide).householderQ() * Matrix::Identity(4, 3);
  const TrainingProblem reduced = problem.in_coordinates(basis);
  EXPECT_LE((reduced.X() - X * basis).norm(), 1e-14);
  EXPECT_EQ(reduced.free_span().Q, problem.free_span().Q);
  EXPECT_LE((reduced.free_columns() * reduced.free_span().T - problem.free_span().Q).norm(), 1e-12);
}

TEST(AffinePart, NetworksMustFitTheProblem) {
  Random random(50);
  const TrainingProblem with = random_problem(random, Loss::squared(), OutputBias::kNone);
  const TrainingProblem without(with.X(), with.y(), 0.3, Loss::squared());
  TwoLayerNetwork network = random_network(random, OutputBias::kNone);
  EXPECT_NO_THROW(with.check(network));
  EXPECT_THROW(without.check(network), InvalidArgument);
  network.skip.setZero();
  EXPECT_NO_THROW(without.check(network));
  network.skip = Matrix::Zero(2, 1);
  EXPECT_THROW(with.check(network), InvalidArgument);
  network.skip = Matrix::Constant(kInputs, 1, std::nan(""));
  EXPECT_THROW(with.check(network), InvalidArgument);
}

TEST(AffinePart, SaysWhatProofsSupport) {
  Random random(51);
  const Matrix X = normals(random, 4, 2);
  const Vector y = Vector::Ones(4);
  const TrainingProblem plain(X, y, 1, Loss::squared());
  EXPECT_TRUE(plain.has_exact_certificate());
  const TrainingProblem skip(X, y, 1, Loss::squared(), OutputBias::kNone, SkipConnection::kFree);
  EXPECT_FALSE(skip.has_exact_certificate());
  const Loss loss = Loss::squared().with_sample_weights(Vector::Ones(4));
  const TrainingProblem weighted(X, y, 1, loss);
  EXPECT_FALSE(weighted.has_exact_certificate());
  EXPECT_THROW(TrainingProblem(X.topRows(3), Vector::Ones(3), 1, loss), InvalidArgument);
}

}  // namespace
}  // namespace thalweg
