#include "thalweg/model/training_problem.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <utility>

#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

std::string shape_of(const Matrix& matrix) {
  return std::to_string(matrix.rows()) + " x " + std::to_string(matrix.cols());
}

std::string digits(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.17g", value);
  return text;
}

/// Throws when an entry is not finite, naming its position.
void require_finite(const Matrix& matrix, const char* name) {
  for (Index j = 0; j < matrix.cols(); ++j) {
    for (Index i = 0; i < matrix.rows(); ++i) {
      if (!std::isfinite(matrix(i, j))) {
        throw InvalidArgument(std::string(name) + ": expected finite numbers, got " +
                              digits(matrix(i, j)) + " at row " + std::to_string(i) + ", column " +
                              std::to_string(j));
      }
    }
  }
}

void require_penalty(double beta) {
  if (!(beta > 0) || !std::isfinite(beta)) {
    throw InvalidArgument("beta: expected a positive finite number, got " + digits(beta));
  }
}

/// Whether 1^T nu = 0 but for rounding, which a free output bias asks of a dual point.
bool sums_to_zero(const Vector& nu) { return std::abs(nu.sum()) <= 1e-12 * nu.lpNorm<1>(); }

}  // namespace

TrainingProblem::TrainingProblem(Matrix X, Vector y, double beta, Loss loss, OutputBias output_bias)
    : X_(std::move(X)), y_(std::move(y)), beta_(beta), loss_(loss), output_bias_(output_bias) {
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
  if (loss_.needs_labels()) {
    for (Index i = 0; i < y_.size(); ++i) {
      if (y_[i] != 1 && y_[i] != -1) {
        throw InvalidArgument("y: expected labels in {-1, 1} for the " + loss_.name() +
                              " loss, got " + digits(y_[i]) + " at sample " + std::to_string(i));
      }
    }
  }
}

TrainingProblem TrainingProblem::with_beta(double beta) const {
  require_penalty(beta);
  TrainingProblem problem = *this;
  problem.beta_ = beta;
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
  Vector outputs = Vector::Constant(samples(), network.output_bias[0]);
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
  return result;
}

double TrainingProblem::dual_objective(const Vector& nu) const {
  const double value = loss_.dual_value(nu, y_);
  const double sum = nu.sum();
  switch (output_bias_) {
    case OutputBias::kNone:
      return value;
    case OutputBias::kPenalised:
      return value - sum * sum / (2 * beta_);
    case OutputBias::kFree:
      return sums_to_zero(nu) ? value : -std::numeric_limits<double>::infinity();
  }
  return value;
}

double TrainingProblem::best_dual_scale(const Vector& nu, double limit) const {
  const double sum = nu.sum();
  if (output_bias_ == OutputBias::kFree && !sums_to_zero(nu)) return 0;
  const double curvature = output_bias_ == OutputBias::kPenalised ? sum * sum / beta_ : 0.0;
  const auto slope = [&](double tau) { return loss_.dual_slope(nu, y_, tau) - curvature * tau; };
  double high = std::min(limit, loss_.largest_dual_scale(nu, y_));
  if (!(high > 0) || slope(0) <= 0) return 0;
  if (slope(high) >= 0) return high;
  // D is concave along the ray, so bisection on its slope converges; the last `low` still
  // increases.
  double low = 0;
  for (int step = 0; step < 200 && high - low > 1e-16 * high; ++step) {
    const double middle = 0.5 * (low + high);
    (slope(middle) >= 0 ? low : high) = middle;
  }
  return low;
}

Vector TrainingProblem::project_to_dual_domain(const Vector& nu) const {
  Vector projected = loss_.project_to_dual_domain(nu, y_);
  if (output_bias_ != OutputBias::kFree) return projected;
  // The intersection with 1^T nu = 0 is {clamp(nu - t 1)}: the sum falls monotonically in t.
  const auto shifted = [&](double t) {
    return loss_.project_to_dual_domain((nu.array() - t).matrix(), y_);
  };
  const double reach = nu.cwiseAbs().maxCoeff() + 1;
  double low = -reach;
  double high = reach;
  for (int step = 0; step < 200; ++step) {
    const double middle = 0.5 * (low + high);
    projected = shifted(middle);
    (projected.sum() > 0 ? low : high) = middle;
  }
  projected = shifted(0.5 * (low + high));
  // Where 0 is the only point left, as with equal labels, rounding alone remains.
  if (!sums_to_zero(projected)) projected.setZero();
  return projected;
}

double TrainingProblem::bias_of_zero_network() const {
  if (output_bias_ == OutputBias::kNone) return 0;
  const double gamma = output_bias_ == OutputBias::kPenalised ? beta_ : 0.0;
  const auto slope = [&](double b) {
    return loss_.gradient(Vector::Constant(samples(), b), y_).sum() + gamma * b;
  };
  // The objective in b is convex; its slope changes sign within the reach of the targets (logistic:
  // of the log-odds).
  double high = 1 + y_.cwiseAbs().maxCoeff() + 2 * std::log(2.0 * static_cast<double>(samples()));
  double low = -high;
  for (int step = 0; step < 200; ++step) {
    const double middle = 0.5 * (low + high);
    (slope(middle) < 0 ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

std::string TrainingProblem::describe() const {
  const double n = static_cast<double>(samples());
  std::string text;
  switch (loss_.kind()) {
    case LossKind::kSquared:
      text = "1/2 |f - y|^2";
      break;
    case LossKind::kLogistic:
      text = "sum log(1 + exp(-y f))";
      break;
    case LossKind::kHuber:
      text = "sum huber_" + digits(loss_.delta()) + "(f - y)";
      break;
    case LossKind::kSquaredHinge:
      text = "1/2 sum max(0, 1 - y f)^2";
      break;
  }
  if (loss_.scale() == LossScale::kMean) text = "(" + text + ") / n";
  text += " + beta/2 (sum of squared weights";
  if (output_bias_ == OutputBias::kPenalised) text += ", output bias included";
  if (output_bias_ == OutputBias::kFree) text += ", output bias free";
  text += "), beta = " + digits(beta_);
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
