#include <Eigen/Cholesky>
#include <algorithm>
#include <limits>

#include "model/convex_line.hpp"
#include "thalweg/model/training_problem.hpp"

namespace thalweg {

Matrix TrainingProblem::free_columns() const {
  const Index ones = output_bias_ == OutputBias::kFree ? 1 : 0;
  const Index linear = skip_ == SkipConnection::kFree ? dimension() : 0;
  Matrix U(samples(), ones + linear);
  U.leftCols(ones).setOnes();
  if (linear > 0) U.rightCols(linear) = X_;
  return U;
}

Index TrainingProblem::affine_size() const {
  return (output_bias_ == OutputBias::kNone ? 0 : 1) +
         (skip_ == SkipConnection::kNone ? 0 : dimension());
}

Vector TrainingProblem::stack(const AffinePart& affine) const {
  Vector coefficients = Vector::Zero(affine_size());
  if (output_bias_ != OutputBias::kNone) coefficients[0] = affine.bias;
  if (skip_ == SkipConnection::kFree && affine.skip.size() > 0) {
    coefficients.tail(dimension()) = affine.skip;
  }
  return coefficients;
}

AffinePart TrainingProblem::unstack(const Vector& coefficients) const {
  AffinePart affine;
  if (output_bias_ != OutputBias::kNone) affine.bias = coefficients[0];
  if (skip_ == SkipConnection::kFree) affine.skip = coefficients.tail(dimension());
  return affine;
}

Vector TrainingProblem::affine_penalties() const {
  Vector penalties = Vector::Zero(affine_size());
  if (output_bias_ == OutputBias::kPenalised) penalties[0] = beta_;
  return penalties;
}

Vector TrainingProblem::affine_fit(const AffinePart& affine) const {
  Vector fit = Vector::Constant(samples(), affine.bias);
  if (affine.skip.size() > 0) fit.noalias() += X_ * affine.skip;
  return fit;
}

Vector TrainingProblem::affine_pull(const Vector& nu) const {
  Vector pull(affine_size());
  if (output_bias_ != OutputBias::kNone) pull[0] = nu.sum();
  if (skip_ == SkipConnection::kFree) pull.tail(dimension()).noalias() = X_.transpose() * nu;
  return pull;
}

AffinePart TrainingProblem::affine_part(const TwoLayerNetwork& network) const {
  AffinePart affine(network.output_bias[0]);
  if (network.has_skip()) {
    affine.skip = network.skip.col(0);
  } else if (skip_ == SkipConnection::kFree) {
    affine.skip = Vector::Zero(dimension());
  }
  return affine;
}

AffinePart TrainingProblem::best_affine_part() const {
  constexpr int kSteps = 200;
  constexpr double kNegligible = 1e-32;  ///< loss relative to that of the fit 0
  if (affine_size() == 0) return {};
  // In orthonormal coordinates of the free columns the Newton system is as regular as can be.
  const Index ones = output_bias_ == OutputBias::kPenalised ? 1 : 0;
  const FreeSpan& span = free_span();
  Matrix B(samples(), ones + span.Q.cols());
  B.leftCols(ones).setOnes();
  B.rightCols(span.Q.cols()) = span.Q;
  Vector z = Vector::Zero(B.cols());
  Vector penalty = Vector::Zero(B.cols());
  penalty.head(ones).setConstant(beta_);
  const double negligible = kNegligible * loss_.value(Vector::Zero(samples()), y_);
  const auto gradient = [&](const Vector& at) {
    return Vector(penalty.cwiseProduct(at) - B.transpose() * dual_point(B * at));
  };
  double least = std::numeric_limits<double>::infinity();
  double lowest = std::numeric_limits<double>::infinity();
  for (int step = 0; step < kSteps; ++step) {
    const Vector fit = B * z;
    const Vector g = gradient(z);
    const double value = loss_.value(fit, y_) + 0.5 * penalty.dot(z.cwiseAbs2());
    const bool better = g.norm() < 0.5 * least || value < lowest * (1 - 1e-15);
    if (!better || value <= negligible || g.isZero(0)) break;
    least = std::min(least, g.norm());
    lowest = value;
    Matrix H = B.transpose() * loss_.curvature(fit, y_).asDiagonal() * B;
    H += Matrix(penalty.asDiagonal());
    const double mean = H.trace() / static_cast<double>(B.cols());
    H.diagonal().array() += mean > 0 ? 1e-14 * mean : loss_.weight(samples());
    const Vector move = -H.ldlt().solve(g);
    z += detail::step_on_convex_ray([&](double s) { return move.dot(gradient(z + s * move)); }) *
         move;
  }
  Vector coefficients(affine_size());
  coefficients.head(ones) = z.head(ones);
  coefficients.tail(span.T.rows()) = span.T * z.tail(span.T.cols());
  return unstack(coefficients);
}

double TrainingProblem::bias_of_zero_network() const { return best_affine_part().bias; }

}  // namespace thalweg
