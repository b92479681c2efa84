#include "commands/problem_setup.hpp"

#include "commands/exit_code.hpp"
#include "commands/report.hpp"

namespace thalweg::commands {
namespace {

SkipConnection choose_skip(const ProblemOptions& options, Inputs& inputs) {
  const bool has_one = inputs.network && inputs.network->network.has_skip();
  if (has_one) {
    inputs.notes.emplace_back("the network has a skip connection, which is not penalised");
  }
  return options.skip || has_one ? SkipConnection::kFree : SkipConnection::kNone;
}

/// The loss with sample weights. Failure naming their file when one is not positive.
Loss weighted_loss(const ProblemOptions& options, const Inputs& inputs) {
  try {
    return make_loss(options).with_sample_weights(inputs.sample_weights);
  } catch (const InvalidArgument& error) {
    throw Failure(ExitCode::kUsage, options.sample_weights + ": " + error.what());
  }
}

/// Below 1e-290 the floating-point part of a proof underflows.
void require_representable(double beta, const std::string& option) {
  constexpr double kSmallestBeta = 1e-290;
  if (beta >= kSmallestBeta) return;
  throw Failure(ExitCode::kUsage, option + ": for beta expected a number of at least 1e-290, got " +
                                      exact_digits(beta));
}

/// The classes of the data set in the units of the problem.
std::optional<TwoClasses> classes_of(const Inputs& inputs) {
  if (!inputs.classes || !inputs.standardization || !inputs.standardization->map.targets) {
    return inputs.classes;
  }
  const Vector labels{{inputs.classes->lower, inputs.classes->upper}};
  const Vector mapped = inputs.standardization->map.targets->apply(labels);
  return TwoClasses{mapped[0], mapped[1]};
}

}  // namespace

OutputBias choose_output_bias(const ProblemOptions& options, Inputs& inputs) {
  const bool has_one = inputs.network && inputs.network->has_output_bias;
  if (options.output_bias == "penalised") return OutputBias::kPenalised;
  if (options.output_bias == "free") return OutputBias::kFree;
  if (options.output_bias == "none") {
    if (has_one && !inputs.network->network.output_bias.isZero(0)) {
      throw Failure(ExitCode::kUsage,
                    "--output-bias none, but the network has an output bias: use penalised "
                    "(PyTorch's weight decay) or free");
    }
    return OutputBias::kNone;
  }
  if (!has_one) return OutputBias::kNone;
  inputs.notes.emplace_back(
      "the network has an output bias, penalised with beta like every weight (--output-bias free "
      "if it was not)");
  return OutputBias::kPenalised;
}

const std::string& targets_file(const ProblemOptions& options) {
  return options.dataset.empty() ? options.targets : options.dataset;
}

std::string describe_mapping(LabelMapping mapping) {
  return mapping == LabelMapping::kZeroToMinusOne ? "0 -> -1, 1 -> 1" : "-1 -> -1, 1 -> 1";
}

Loss make_loss(const ProblemOptions& options) {
  const LossScale scale = options.loss_scale == "mean" ? LossScale::kMean : LossScale::kSum;
  if (options.huber_delta && options.loss != "huber") {
    throw Failure(ExitCode::kUsage,
                  "--huber-delta is for --loss huber, the loss is " + options.loss);
  }
  if (options.loss == "huber") {
    if (!options.huber_delta) {
      throw Failure(ExitCode::kUsage, "--loss huber needs --huber-delta DELTA");
    }
    return Loss::huber(*options.huber_delta, scale);
  }
  if (options.loss == "logistic") return Loss::logistic(scale);
  if (options.loss == "squared-hinge") return Loss::squared_hinge(scale);
  if (options.loss == "softmax") {
    throw Failure(ExitCode::kUsage,
                  "--loss softmax is for networks with several outputs: train and certify");
  }
  return Loss::squared(scale);
}

std::optional<double> penalty(const ProblemOptions& options, const Dataset& dataset) {
  if (!options.torch_weight_decay) {
    if (options.beta) require_representable(*options.beta, "--beta");
    return options.beta;
  }
  if (options.loss != "squared") {
    throw Failure(ExitCode::kUsage, "--torch-loss " + options.torch_loss +
                                        " is a squared loss, but --loss is " + options.loss +
                                        ": give --beta instead");
  }
  const double samples = static_cast<double>(dataset.X.rows());
  const double outputs = static_cast<double>(dataset.y.cols());
  const bool mean_scale = options.loss_scale == "mean";
  const double decay = *options.torch_weight_decay;
  double beta = mean_scale ? decay / (2 * samples) : decay / 2;
  if (options.torch_loss == "mse-mean") {
    beta = mean_scale ? outputs * decay / 2 : samples * outputs * decay / 2;
  }
  require_representable(beta, "--torch-weight-decay");
  return beta;
}

double required_penalty(const ProblemOptions& options, const Dataset& dataset) {
  const std::optional<double> beta = penalty(options, dataset);
  if (beta) return *beta;
  throw Failure(ExitCode::kUsage,
                "the penalty is missing: give --beta BETA, or --torch-weight-decay W with "
                "--torch-loss mse-mean or mse-sum");
}

ProblemSetup build_problem(const ProblemOptions& options, Inputs& inputs) {
  return build_problem(options, inputs, required_penalty(options, inputs.dataset));
}

ProblemSetup build_problem(const ProblemOptions& options, Inputs& inputs, double beta) {
  const Dataset& dataset = inputs.dataset;
  if (dataset.y.cols() != 1) {
    throw Failure(ExitCode::kUsage, targets_file(options) + ": y has " +
                                        std::to_string(dataset.y.cols()) +
                                        " columns; several outputs are for train and certify");
  }
  const Loss loss = weighted_loss(options, inputs);
  const OutputBias output_bias = choose_output_bias(options, inputs);
  const SkipConnection skip = choose_skip(options, inputs);
  Vector y = dataset.y.col(0);
  std::string mapping;
  std::optional<TwoClasses> classes = classes_of(inputs);
  if (loss.needs_labels()) {
    if (inputs.standardization && inputs.standardization->map.targets) {
      throw Failure(ExitCode::kUsage, "the targets are standardised, but the " + loss.name() +
                                          " loss takes class labels");
    }
    try {
      mapping = describe_mapping(map_labels(y));
    } catch (const InvalidArgument& error) {
      throw Failure(ExitCode::kUsage, targets_file(options) + ": " + error.what());
    }
    classes = TwoClasses{-1, 1};
    inputs.notes.push_back("class labels: " + mapping);
    if (loss.kind() == LossKind::kLogistic && output_bias == OutputBias::kFree &&
        (y.array() == y[0]).all()) {
      inputs.notes.emplace_back(
          "all labels are of one class: with a free output bias the logistic loss tends to 0 as "
          "the bias grows, so the infimum 0 is attained by no network");
    }
  }
  const bool bias = inputs.hidden_bias == HiddenBias::kLastColumn;
  TrainingProblem problem(bias ? append_ones(dataset.X) : dataset.X, std::move(y), beta, loss,
                          output_bias, skip);
  if (inputs.network) problem.check(inputs.network->network);
  return {std::move(problem), std::move(mapping), classes};
}

}  // namespace thalweg::commands
