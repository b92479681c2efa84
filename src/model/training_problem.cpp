#include "thalweg/model/training_problem.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "model/argument_checks.hpp"
#include "model/dual_projection.hpp"
#include "model/ray_maximum.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

using detail::digits;
using detail::require_finite;
using detail::shape_of;

void require_penalty(double beta) {
  if (!(beta > 0) || !std::isfinite(beta)) {
    throw InvalidArgument("beta: expected a positive finite number, got " + digits(beta));
  }
}

/// How far a dual point may be from the linear equalities of its domain, relatively: rounding.
constexpr double kEquality = 1e-12;

}  // namespace

TrainingProblem::TrainingProblem(Matrix X, Vector y, double beta, Loss loss, OutputBias output_bias,
                                 SkipConnection skip)
    : X_(std::move(X)),
      y_(std::move(y)),
      beta_(beta),
      loss_(std::move(loss)),
      output_bias_(output_bias),
      skip_(skip) {
  if (X_.rows() < 1 || X_.cols() < 1) {
    throw InvalidArgument("X: expected at least one row and one column, got " + shape_of(X_));
  }
  if (y_.size() != X_.rows()) {
    throw InvalidArgument("X has " + std::to_string(X_.rows()) + " rows but y has " +
                          std::to_string(y_.size()));
  }
  require_finite(X_, "X");
  require_finite(y_, "y");
  require_penalty(beta_);
  static_cast<void>(loss_.all_sample_weights(samples()));  // throws when their number is another
  if (loss_.needs_labels()) {
    for (Index i = 0; i < y_.size(); ++i) {
      if (y_[i] != 1 && y_[i] != -1) {
        throw InvalidArgument("y: expected labels in {-1, 1} for the " + loss_.name() +
                              " loss, got " + digits(y_[i]) + " at sample " + std::to_string(i));
      }
    }
  }
  span_ = std::make_shared<const FreeSpan>(orthonormal_span(free_columns()));
}

bool TrainingProblem::has_exact_certificate() const {
  return loss_.has_rational_conjugate() && loss_.sample_weights().size() == 0 &&
         skip_ == SkipConnection::kNone;
}

TrainingProblem TrainingProblem::with_beta(double beta) const {
  require_penalty(beta);
  TrainingProblem problem = *this;
  problem.beta_ = beta;
  return problem;
}

TrainingProblem TrainingProblem::in_coordinates(const Matrix& basis) const {
  TrainingProblem problem = *this;
  problem.X_ = X_ * basis;
  if (skip_ == SkipConnection::kFree) {
    const Index ones = span_->T.rows() - dimension();
    FreeSpan span{span_->Q, Matrix(ones + basis.cols(), span_->T.cols())};
    span.T.topRows(ones) = span_->T.topRows(ones);
    span.T.bottomRows(basis.cols()) = basis.transpose() * span_->T.bottomRows(dimension());
    problem.span_ = std::make_shared<const FreeSpan>(std::move(span));
  }
  return problem;
}

void TrainingProblem::check(const TwoLayerNetwork& network) const {
  if (network.W.cols() != dimension()) {
    throw InvalidArgument("network: expected W with " + std::to_string(dimension()) +
                          " columns (one for each column of X), got " + shape_of(network.W));
  }
  if (network.outputs() != 1 || network.output_bias.size() != 1) {
    throw InvalidArgument("network: expected one output, got " + std::to_string(network.outputs()));
  }
  if (network.alpha.rows() != network.W.rows()) {
    throw InvalidArgument("network: W has " + std::to_string(network.W.rows()) +
                          " rows but alpha has " + std::to_string(network.alpha.rows()));
  }
  require_finite(network.W, "W");
  require_finite(network.alpha, "alpha");
  require_finite(network.output_bias, "output_bias");
  if (output_bias_ == OutputBias::kNone && network.output_bias[0] != 0) {
    throw InvalidArgument("network: it has an output bias of " + digits(network.output_bias[0]) +
                          " but the problem has none (penalised or free expected)");
  }
  check_skip(network);
}

void TrainingProblem::check_skip(const TwoLayerNetwork& network) const {
  if (!network.has_skip()) return;
  if (network.skip.rows() != dimension() || network.skip.cols() != 1) {
    throw InvalidArgument("network: expected a skip connection of shape " +
                          std::to_string(dimension()) + " x 1, got " + shape_of(network.skip));
  }
  require_finite(network.skip, "skip");
  if (skip_ == SkipConnection::kNone && !network.skip.isZero(0)) {
    throw InvalidArgument("network: it has a skip connection but the problem has none");
  }
}

Vector TrainingProblem::fit(const TwoLayerNetwork& network) const {
  return predict(X_, network).col(0);
}

double TrainingProblem::penalty(const TwoLayerNetwork& network) const {
  double squares = network.W.squaredNorm() + network.alpha.squaredNorm();
  if (output_bias_ == OutputBias::kPenalised) squares += network.output_bias.squaredNorm();
  return 0.5 * beta_ * squares;
}

double TrainingProblem::objective(const TwoLayerNetwork& network) const {
  return loss_.value(fit(network), y_) + penalty(network);
}

Vector TrainingProblem::dual_point(const Vector& fit) const { return -loss_.gradient(fit, y_); }

NetworkGradient TrainingProblem::gradient(const TwoLayerNetwork& network) const {
  const Matrix hidden = activations(X_, network);
  Vector outputs = affine_fit(affine_part(network));
  if (network.width() > 0) outputs += hidden * network.alpha.col(0);
  const Vector slope = loss_.gradient(outputs, y_);
  NetworkGradient result;
  result.alpha = hidden.transpose() * slope + beta_ * network.alpha.col(0);
  result.W = beta_ * network.W;
  for (Index j = 0; j < network.width(); ++j) {
    const Vector masked = (hidden.col(j).array() > 0).select(slope, 0.0);
    result.W.row(j) += network.alpha(j, 0) * (X_.transpose() * masked).transpose();
  }
  if (output_bias_ != OutputBias::kNone) result.output_bias = slope.sum();
  if (output_bias_ == OutputBias::kPenalised) result.output_bias += beta_ * network.output_bias[0];
  if (skip_ == SkipConnection::kFree) result.skip = X_.transpose() * slope;
  return result;
}

bool TrainingProblem::is_free_of_columns(const Vector& nu) const {
  if (output_bias_ == OutputBias::kFree && !(std::abs(nu.sum()) <= kEquality * nu.lpNorm<1>())) {
    return false;
  }
  if (skip_ == SkipConnection::kNone) return true;
  const Vector pull = X_.transpose() * nu;
  const double size = kEquality * nu.norm();
  for (Index k = 0; k < dimension(); ++k) {
    if (!(std::abs(pull[k]) <= size * X_.col(k).norm())) return false;
  }
  return true;
}

double TrainingProblem::dual_objective(const Vector& nu) const {
  if (!is_free_of_columns(nu)) return -std::numeric_limits<double>::infinity();
  const double value = loss_.dual_value(nu, y_);
  if (output_bias_ != OutputBias::kPenalised) return value;
  const double sum = nu.sum();
  return value - sum * sum / (2 * beta_);
}

double TrainingProblem::best_dual_scale(const Vector& nu, double limit) const {
  if (!is_free_of_columns(nu)) return 0;
  const double sum = nu.sum();
  const double curvature = output_bias_ == OutputBias::kPenalised ? sum * sum / beta_ : 0.0;
  const auto slope = [&](double tau) { return loss_.dual_slope(nu, y_, tau) - curvature * tau; };
  // D is concave along the ray.
  return detail::ray_maximum(slope, std::min(limit, loss_.largest_dual_scale(nu, y_)));
}

Vector TrainingProblem::project_to_dual_domain(const Vector& nu) const {
  Vector projected = loss_.project_to_dual_domain(nu, y_);
  if (span_->Q.cols() == 0) return projected;
  projected = detail::project_on_complement(loss_, y_, span_->Q, nu);
  // Where 0 is the only point left, as with equal labels, rounding alone remains.
  if (!is_free_of_columns(projected)) projected.setZero();
  return projected;
}

std::string TrainingProblem::describe() const {
  const double n = static_cast<double>(samples());
  const bool weighted = loss_.sample_weights().size() > 0;
  const std::string sum = weighted ? "sum omega " : "sum ";
  std::string text;
  switch (loss_.kind()) {
    case LossKind::kSquared:
      text = weighted ? "1/2 sum omega (f - y)^2" : "1/2 |f - y|^2";
      break;
    case LossKind::kLogistic:
      text = sum + "log(1 + exp(-y f))";
      break;
    case LossKind::kHuber:
      text = sum + "huber_" + digits(loss_.delta()) + "(f - y)";
      break;
    case LossKind::kSquaredHinge:
      text = "1/2 " + sum + "max(0, 1 - y f)^2";
      break;
  }
  if (loss_.scale() == LossScale::kMean) text = "(" + text + ") / n";
  text += " + beta/2 (sum of squared weights";
  if (output_bias_ == OutputBias::kPenalised) text += ", output bias included";
  if (output_bias_ == OutputBias::kFree) text += ", output bias free";
  if (skip_ == SkipConnection::kFree) text += ", skip connection free";
  text += "), beta = " + digits(beta_);
  if (weighted) return text;
  if (loss_.kind() == LossKind::kSquared) {
    const double sum_beta = loss_.scale() == LossScale::kMean ? beta_ * n : beta_;
    text += "; in PyTorch weight_decay = " + digits(2 * sum_beta / n) + " with MSELoss() or " +
            digits(2 * sum_beta) + " with MSELoss(reduction='sum')";
  } else {
    const double sum_beta = loss_.scale() == LossScale::kMean ? beta_ * n : beta_;
    text += "; in PyTorch weight_decay = " + digits(sum_beta / n) + " with reduction='mean' or " +
            digits(sum_beta) + " with reduction='sum'";
  }
  return text;
}

}  // namespace thalweg
