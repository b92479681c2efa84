#pragma once

#include <functional>
#include <string>
#include <vector>

#include "convex/block_checks.hpp"
#include "convex/random_problem.hpp"
#include "thalweg/convex/block_solver.hpp"

namespace thalweg::testing {

/// Samples and 0/1 patterns: the data of a masked block program.
struct BlockShape {
  std::string name;
  Matrix X;         ///< (n x d)
  Matrix patterns;  ///< (P x n)
  Vector targets;   ///< (n) real; labels are their signs
  Vector weights;   ///< (P)
};

inline Matrix random_patterns(Random& random, const Matrix& X, Index count) {
  Matrix patterns(count, X.rows());
  for (Index k = 0; k < count; ++k) {
    patterns.row(k) =
        ((X * random.direction(X.cols())).array() > 0).cast<double>().matrix().transpose();
  }
  return patterns;
}

inline BlockShape make_shape(std::string name, std::uint64_t seed, Index n, Index d, Index blocks) {
  Random random(seed);
  BlockShape shape;
  shape.name = std::move(name);
  shape.X = random_matrix(random, n, d);
  shape.patterns = random_patterns(random, shape.X, blocks);
  shape.targets = random_vector(random, n);
  shape.weights = Vector::Ones(blocks);
  return shape;
}

/// Small programs of every awkward kind.
inline std::vector<BlockShape> block_shapes() {
  std::vector<BlockShape> shapes;
  shapes.push_back(make_shape("tall", 1, 40, 3, 6));
  shapes.push_back(make_shape("wide", 2, 8, 4, 20));
  shapes.push_back(make_shape("one column", 3, 15, 1, 2));
  shapes.push_back(make_shape("one block", 4, 12, 3, 1));
  shapes.push_back(make_shape("fewer samples than columns", 5, 4, 9, 5));

  BlockShape weighted = make_shape("weighted blocks", 6, 20, 3, 10);
  for (Index k = 0; k < weighted.weights.size(); ++k) {
    weighted.weights[k] = std::pow(10.0, static_cast<double>(k % 5) - 2);
  }
  shapes.push_back(weighted);

  BlockShape repeated = make_shape("duplicated samples", 7, 20, 3, 10);
  for (Index i = 10; i < 20; ++i) {
    repeated.X.row(i) = repeated.X.row(i - 10);
    repeated.patterns.col(i) = repeated.patterns.col(i - 10);
  }
  shapes.push_back(repeated);

  BlockShape holes = make_shape("zero row, zero column, empty and full pattern", 8, 14, 4, 8);
  holes.X.row(3).setZero();
  holes.X.col(2).setZero();
  holes.patterns.row(0).setZero();
  holes.patterns.row(1).setOnes();
  shapes.push_back(holes);

  BlockShape constant = make_shape("constant targets", 9, 16, 3, 8);
  constant.targets.setOnes();
  shapes.push_back(constant);

  BlockShape zero = make_shape("zero targets", 10, 10, 2, 5);
  zero.targets.setZero();
  shapes.push_back(zero);

  BlockShape scaled = make_shape("columns from 1e-6 to 1e6", 11, 24, 3, 8);
  scaled.X *= Vector{{1e-6, 1.0, 1e6}}.asDiagonal();
  shapes.push_back(scaled);

  BlockShape tiny = make_shape("data of size 1e-6", 12, 20, 3, 8);
  tiny.X *= 1e-6;
  shapes.push_back(tiny);

  BlockShape huge = make_shape("targets of size 1e6", 13, 20, 3, 8);
  huge.targets *= 1e6;
  shapes.push_back(huge);

  BlockShape equal = make_shape("equal blocks", 14, 18, 3, 6);
  for (Index k = 1; k < 6; ++k) equal.patterns.row(k) = equal.patterns.row(k % 2);
  shapes.push_back(equal);
  return shapes;
}

inline std::vector<Matrix> formed_maps(const Matrix& X, const Matrix& patterns) {
  std::vector<Matrix> maps;
  for (Index k = 0; k < patterns.rows(); ++k) {
    Matrix A = Matrix::Zero(X.rows(), X.cols());
    for (Index i = 0; i < X.rows(); ++i) {
      if (patterns(k, i) > 0) A.row(i) = X.row(i);
    }
    maps.push_back(A);
  }
  return maps;
}

inline Vector targets_for(const BlockShape& shape, const Loss& loss) {
  if (!loss.needs_labels()) return shape.targets;
  return (shape.targets.array() < 0)
      .select(Vector::Constant(shape.targets.size(), -1.0), Vector::Ones(shape.targets.size()));
}

/// The loss with as many sample weights as there are samples, if it has any.
inline Loss fitted(const Loss& loss, Index samples) {
  if (loss.sample_weights().size() == 0) return loss;
  return loss.with_sample_weights(Vector(loss.sample_weights().head(samples)));
}

/// max |A_i^T nu| / weight_i at the gradient of the loss at zero: beta_max of the program without
/// bias, or 1 where that is 0.
inline double scale_of_beta(const BlockShape& shape, const Loss& given) {
  const Loss loss = fitted(given, shape.X.rows());
  const TrainingProblem problem(shape.X, targets_for(shape, loss), 1.0, loss);
  const std::vector<Matrix> maps = formed_maps(shape.X, shape.patterns);
  const double norm =
      static_cast<double>(BlockJudge(problem, maps, shape.weights)
                              .dual_norm(problem.dual_point(Vector::Zero(problem.samples()))));
  return norm > 0 ? norm : 1.0;
}

inline std::vector<Loss> every_loss() {
  std::vector<Loss> losses;
  for (const LossScale scale : {LossScale::kSum, LossScale::kMean}) {
    losses.push_back(Loss::squared(scale));
    losses.push_back(Loss::logistic(scale));
    losses.push_back(Loss::huber(0.7, scale));
    losses.push_back(Loss::squared_hinge(scale));
  }
  Vector omega(64);  // cut to the number of samples
  for (Index i = 0; i < omega.size(); ++i) omega[i] = std::pow(3.0, static_cast<double>(i % 5) - 2);
  losses.push_back(Loss::squared().with_sample_weights(omega));
  losses.push_back(Loss::logistic(LossScale::kMean).with_sample_weights(omega));
  return losses;
}

/// What is outside the blocks.
struct Outside {
  std::string name;
  OutputBias bias = OutputBias::kNone;
  SkipConnection skip = SkipConnection::kNone;
};

inline std::vector<Outside> every_outside() {
  return {{"no bias", OutputBias::kNone, SkipConnection::kNone},
          {"penalised bias", OutputBias::kPenalised, SkipConnection::kNone},
          {"free bias", OutputBias::kFree, SkipConnection::kNone},
          {"skip connection", OutputBias::kNone, SkipConnection::kFree},
          {"penalised bias and skip connection", OutputBias::kPenalised, SkipConnection::kFree},
          {"free bias and skip connection", OutputBias::kFree, SkipConnection::kFree}};
}

inline constexpr BlockMethod kEveryMethod[] = {
    BlockMethod::kSemismoothNewton, BlockMethod::kBlockCoordinate, BlockMethod::kProximalGradient};

}  // namespace thalweg::testing
