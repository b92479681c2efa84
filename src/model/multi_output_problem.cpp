#include "thalweg/model/multi_output_problem.hpp"

#include <cmath>
#include <limits>
#include <utility>

#include "model/argument_checks.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

using detail::digits;
using detail::require_finite;
using detail::shape_of;

void require_labels(const Matrix& Y, const std::string& loss) {
  for (Index k = 0; k < Y.cols(); ++k) {
    for (Index i = 0; i < Y.rows(); ++i) {
      if (Y(i, k) != 1 && Y(i, k) != -1) {
        throw InvalidArgument("Y: expected labels in {-1, 1} for the " + loss + " loss, got " +
                              digits(Y(i, k)) + " at sample " + std::to_string(i) + ", output " +
                              std::to_string(k));
      }
    }
  }
}

void require_class_indicators(const Matrix& Y, OutputBias bias) {
  if (Y.cols() < 2) {
    throw InvalidArgument("Y: softmax needs at least two classes, got " + std::to_string(Y.cols()) +
                          " column");
  }
  for (Index i = 0; i < Y.rows(); ++i) {
    const bool legal =
        Y.row(i).sum() == 1 && Y.row(i).cwiseAbs().sum() == 1 && Y.row(i).maxCoeff() == 1;
    if (!legal) {
      throw InvalidArgument(
          "Y: expected one 1 and zeros (the class) in each row for softmax, at "
          "sample " +
          std::to_string(i));
    }
  }
  if (bias != OutputBias::kFree) return;
  for (Index k = 0; k < Y.cols(); ++k) {
    if (Y.col(k).isZero(0)) {
      throw InvalidArgument("Y: class " + std::to_string(k) +
                            " has no sample; with a free output "
                            "bias softmax then has no minimum");
    }
  }
}

}  // namespace

std::string name(OutputModel model) {
  return model == OutputModel::kShared ? "shared" : "independent";
}

Matrix class_indicators(const Vector& labels, Index classes) {
  Matrix Y = Matrix::Zero(labels.size(), classes);
  for (Index i = 0; i < labels.size(); ++i) {
    const double label = labels[i];
    if (!(label >= 0 && label < static_cast<double>(classes)) || label != std::floor(label)) {
      throw InvalidArgument("labels: expected integers 0 to " + std::to_string(classes - 1) +
                            ", got " + digits(label) + " at sample " + std::to_string(i));
    }
    Y(i, static_cast<Index>(label)) = 1;
  }
  return Y;
}

MultiOutputProblem::MultiOutputProblem(Matrix X, Matrix Y, double beta, VectorLoss loss,
                                       OutputBias output_bias)
    : X_(std::move(X)),
      Y_(std::move(Y)),
      beta_(beta),
      loss_(std::move(loss)),
      output_bias_(output_bias) {
  if (X_.rows() < 1 || X_.cols() < 1) {
    throw InvalidArgument("X: expected at least one row and one column, got " + shape_of(X_));
  }
  if (Y_.rows() != X_.rows() || Y_.cols() < 1) {
    throw InvalidArgument("Y: expected " + std::to_string(X_.rows()) +
                          " rows (as X) and at least one column, got " + shape_of(Y_));
  }
  require_finite(X_, "X");
  require_finite(Y_, "Y");
  if (!(beta_ > 0) || !std::isfinite(beta_)) {
    throw InvalidArgument("beta: expected a positive finite number, got " + digits(beta_));
  }
  if (loss_.is_softmax()) {
    require_class_indicators(Y_, output_bias_);
  } else if (loss_.scalar()->needs_labels()) {
    require_labels(Y_, loss_.name());
  }
}

double MultiOutputProblem::bias_penalty() const {
  return output_bias_ == OutputBias::kPenalised ? beta_ : 0.0;
}

TrainingProblem MultiOutputProblem::scalar_problem(Index output) const {
  return {X_, Y_.col(output), beta_, loss_.scalar().value(), output_bias_};
}

void MultiOutputProblem::check(const TwoLayerNetwork& network, OutputModel model) const {
  if (network.W.cols() != dimension()) {
    throw InvalidArgument("network: expected W with " + std::to_string(dimension()) +
                          " columns (one for each column of X), got " + shape_of(network.W));
  }
  if (network.outputs() != outputs() || network.output_bias.size() != outputs()) {
    throw InvalidArgument("network: expected " + std::to_string(outputs()) + " outputs, got " +
                          std::to_string(network.outputs()));
  }
  if (network.alpha.rows() != network.W.rows()) {
    throw InvalidArgument("network: W has " + std::to_string(network.W.rows()) +
                          " rows but alpha has " + std::to_string(network.alpha.rows()));
  }
  require_finite(network.W, "W");
  require_finite(network.alpha, "alpha");
  require_finite(network.output_bias, "output_bias");
  if (output_bias_ == OutputBias::kNone && !network.output_bias.isZero(0)) {
    throw InvalidArgument(
        "network: it has an output bias but the problem has none (penalised or free expected)");
  }
  if (network.has_skip()) {
    throw InvalidArgument("network: it has a skip connection but the problem has none");
  }
  if (model == OutputModel::kShared) return;
  for (Index j = 0; j < network.width(); ++j) {
    if ((network.alpha.row(j).array() != 0).count() > 1) {
      throw InvalidArgument("network: neuron " + std::to_string(j) +
                            " feeds several outputs, which independent outputs exclude");
    }
  }
}

Matrix MultiOutputProblem::fit(const TwoLayerNetwork& network) const {
  return predict(X_, network);
}

double MultiOutputProblem::penalty(const TwoLayerNetwork& network) const {
  return 0.5 * beta_ * (network.W.squaredNorm() + network.alpha.squaredNorm()) +
         0.5 * bias_penalty() * network.output_bias.squaredNorm();
}

double MultiOutputProblem::objective(const TwoLayerNetwork& network) const {
  return loss_.value(fit(network), Y_) + penalty(network);
}

Matrix MultiOutputProblem::dual_point(const Matrix& fit) const { return -loss_.gradient(fit, Y_); }

MultiOutputGradient MultiOutputProblem::gradient(const TwoLayerNetwork& network) const {
  const Matrix hidden = activations(X_, network);
  const Matrix slope = loss_.gradient(fit(network), Y_);
  MultiOutputGradient result;
  result.alpha = hidden.transpose() * slope + beta_ * network.alpha;
  result.W = beta_ * network.W;
  for (Index j = 0; j < network.width(); ++j) {
    const Vector pull = slope * network.alpha.row(j).transpose();
    const Vector masked = (hidden.col(j).array() > 0).select(pull, 0.0);
    result.W.row(j) += (X_.transpose() * masked).transpose();
  }
  result.output_bias = Vector::Zero(outputs());
  if (output_bias_ != OutputBias::kNone) {
    result.output_bias = slope.colwise().sum().transpose() + bias_penalty() * network.output_bias;
  }
  return result;
}

double MultiOutputProblem::accuracy(const Matrix& fit) const {
  if (!loss_.is_softmax()) return std::numeric_limits<double>::quiet_NaN();
  Index right = 0;
  for (Index i = 0; i < samples(); ++i) {
    Index guess = 0;
    fit.row(i).maxCoeff(&guess);
    if (Y_(i, guess) == 1) ++right;
  }
  return static_cast<double>(right) / static_cast<double>(samples());
}

std::string MultiOutputProblem::describe() const {
  const double n = static_cast<double>(samples());
  const double c = static_cast<double>(outputs());
  const bool mean = loss_.scale() == LossScale::kMean;
  const double sum_beta = mean ? beta_ * n : beta_;
  std::string text;
  if (loss_.is_softmax()) {
    text = "sum of cross-entropies of softmax(F)";
  } else {
    text = loss_.name() + " loss summed over samples and " + std::to_string(outputs()) + " outputs";
  }
  if (mean) text = "(" + text + ") / n";
  text += " + beta/2 (sum of squared weights";
  if (output_bias_ == OutputBias::kPenalised) text += ", output bias included";
  if (output_bias_ == OutputBias::kFree) text += ", output bias free";
  text += "), beta = " + digits(beta_) + "; in PyTorch weight_decay = ";
  if (loss_.is_softmax()) {
    text += digits(sum_beta / n) + " with CrossEntropyLoss() or " + digits(sum_beta) +
            " with reduction='sum'";
  } else if (loss_.scalar()->kind() == LossKind::kSquared) {
    text += digits(2 * sum_beta / (n * c)) + " with MSELoss() or " + digits(2 * sum_beta) +
            " with MSELoss(reduction='sum')";
  } else {
    text += digits(sum_beta / (n * c)) + " with reduction='mean' or " + digits(sum_beta) +
            " with reduction='sum'";
  }
  return text;
}

}  // namespace thalweg
