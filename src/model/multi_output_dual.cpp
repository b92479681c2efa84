// The dual of a training problem with several outputs: its domain, its value, and the biases that
// bring a point into it.
#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <limits>

#include "model/ray_maximum.hpp"
#include "thalweg/model/multi_output_problem.hpp"

namespace thalweg {
namespace {

constexpr double kSumTolerance = 1e-12;
/// Of a sum over samples, per sample: below it a line search sees noise.
constexpr double kRounding = 1e-12;

}  // namespace

bool MultiOutputProblem::sums_to_zero(const Matrix& dual) const {
  return dual.colwise().sum().cwiseAbs().maxCoeff() <= kSumTolerance * dual.lpNorm<1>();
}

double MultiOutputProblem::dual_objective(const Matrix& dual) const {
  const double value = loss_.dual_value(dual, Y_);
  switch (output_bias_) {
    case OutputBias::kNone:
      return value;
    case OutputBias::kPenalised:
      return value - dual.colwise().sum().squaredNorm() / (2 * beta_);
    case OutputBias::kFree:
      return sums_to_zero(dual) ? value : -std::numeric_limits<double>::infinity();
  }
  return value;
}

double MultiOutputProblem::best_dual_scale(const Matrix& dual, double limit) const {
  if (output_bias_ == OutputBias::kFree && !sums_to_zero(dual)) return 0;
  const double curvature =
      output_bias_ == OutputBias::kPenalised ? dual.colwise().sum().squaredNorm() / beta_ : 0.0;
  const auto slope = [&](double tau) { return loss_.dual_slope(dual, Y_, tau) - curvature * tau; };
  // D is concave along the ray.
  return detail::ray_maximum(slope, std::min(limit, loss_.largest_dual_scale(dual, Y_)));
}

Matrix MultiOutputProblem::project_to_dual_domain(const Matrix& dual) const {
  Matrix projected = loss_.project_to_dual_domain(dual, Y_);
  if (output_bias_ != OutputBias::kFree) return projected;
  if (!loss_.is_softmax()) {
    for (Index k = 0; k < outputs(); ++k) {
      projected.col(k) = scalar_problem(k).project_to_dual_domain(dual.col(k));
    }
    return projected;
  }
  const double w = loss_.weight(samples());
  const Matrix probabilities = Y_ - projected / w;
  const Vector b = tilt(probabilities);
  for (Index i = 0; i < samples(); ++i) {
    Vector q = probabilities.row(i).transpose().cwiseMax(0.0).array() * b.array().exp();
    q /= q.sum();
    for (Index k = 0; k < outputs(); ++k) {
      if (Y_(i, k) == 1) {
        q[k] = 0;
        projected(i, k) = w * q.sum();
      }
    }
    for (Index k = 0; k < outputs(); ++k) {
      if (Y_(i, k) != 1) projected(i, k) = -w * q[k];
    }
  }
  if (!projected.allFinite() || !sums_to_zero(projected)) projected.setZero();
  return projected;
}

/// Minimiser over b of weight * sum_i (log sum_k q_ik exp(b_k) - y_i^T b) + gamma/2 |b|^2 by damped
/// Newton steps; the free direction b + t 1 of gamma = 0 is held by a small multiple of 1 1^T.
Vector MultiOutputProblem::tilt(const Matrix& probabilities) const {
  const double w = loss_.weight(samples());
  const double gamma = bias_penalty();
  const Index c = outputs();
  const Vector counts = Y_.colwise().sum().transpose();
  Vector b = Vector::Zero(c);
  const auto evaluate = [&](const Vector& at, Vector* gradient, Matrix* hessian) {
    double value = -w * counts.dot(at) + 0.5 * gamma * at.squaredNorm();
    if (gradient != nullptr) *gradient = gamma * at - w * counts;
    if (hessian != nullptr) *hessian = gamma * Matrix::Identity(c, c);
    const double top = at.maxCoeff();
    for (Index i = 0; i < samples(); ++i) {
      const Vector p =
          probabilities.row(i).transpose().cwiseMax(0.0).array() * (at.array() - top).exp();
      const double sum = p.sum();
      value += w * (top + std::log(sum));
      if (gradient != nullptr) *gradient += w / sum * p;
      if (hessian != nullptr) {
        hessian->diagonal() += w / sum * p;
        *hessian -= w / (sum * sum) * p * p.transpose();
      }
    }
    return value;
  };
  const double noise = kRounding * w * static_cast<double>(samples());
  Vector gradient;
  Matrix hessian;
  for (int step = 0; step < 100; ++step) {
    const double value = evaluate(b, &gradient, &hessian);
    const double size = hessian.trace() / static_cast<double>(c);
    hessian.array() += size;
    hessian.diagonal().array() += 1e-14 * size;
    const Vector move = -hessian.llt().solve(gradient);
    const double slope = gradient.dot(move);
    if (!(slope < 0) || !move.allFinite()) break;
    double length = 1;
    while (length > 1e-10 &&
           evaluate(b + length * move, nullptr, nullptr) > value + 1e-4 * length * slope + noise) {
      length *= 0.5;
    }
    b += length * move;
    if (move.cwiseAbs().maxCoeff() <= 1e-15 * (1 + b.cwiseAbs().maxCoeff())) break;
  }
  return b;
}

Vector MultiOutputProblem::bias_of_zero_network() const {
  if (output_bias_ == OutputBias::kNone) return Vector::Zero(outputs());
  if (loss_.is_softmax()) return tilt(Matrix::Ones(samples(), outputs()));
  Vector b(outputs());
  for (Index k = 0; k < outputs(); ++k) b[k] = scalar_problem(k).bias_of_zero_network();
  return b;
}

}  // namespace thalweg
