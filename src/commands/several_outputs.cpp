#include "commands/several_outputs.hpp"

#include "commands/exit_code.hpp"

namespace thalweg::commands {
namespace {

[[noreturn]] void refuse(const std::string& message) { throw Failure(ExitCode::kUsage, message); }

VectorLoss make_vector_loss(const ProblemOptions& options) {
  if (options.loss != "softmax") return VectorLoss::separable(make_loss(options));
  if (options.huber_delta) refuse("--huber-delta is for --loss huber, the loss is softmax");
  return VectorLoss::softmax(options.loss_scale == "mean" ? LossScale::kMean : LossScale::kSum);
}

/// Maps the labels of every output; they must be of one kind.
std::string map_columns(Matrix& Y, const std::string& file) {
  std::string mapping;
  for (Index k = 0; k < Y.cols(); ++k) {
    Vector column = Y.col(k);
    try {
      const std::string found = describe_mapping(map_labels(column));
      if (!mapping.empty() && mapping != found) {
        refuse(file + ": y mixes columns with labels {-1, 1} and {0, 1}");
      }
      mapping = found;
    } catch (const InvalidArgument& error) {
      refuse(file + ": column " + std::to_string(k) + ": " + error.what());
    }
    Y.col(k) = column;
  }
  return mapping;
}

/// Whether every row is a unit vector.
bool are_indicators(const Matrix& Y) {
  const bool bits = ((Y.array() == 0) || (Y.array() == 1)).all();
  return bits && (Y.rowwise().sum().array() == 1).all();
}

Evaluation evaluate_on(const Matrix& X, const Matrix& Y, const VectorLoss& loss,
                       const TwoLayerNetwork& network) {
  const Matrix outputs = predict(X, network);
  Evaluation evaluation;
  evaluation.samples = Y.rows();
  evaluation.loss =
      loss.value(outputs, Y) / (static_cast<double>(Y.rows()) * loss.weight(Y.rows()));
  if (!are_indicators(Y)) return evaluation;
  Index correct = 0;
  for (Index i = 0; i < Y.rows(); ++i) {
    Index predicted = 0;
    outputs.row(i).maxCoeff(&predicted);
    if (Y(i, predicted) == 1) ++correct;
  }
  evaluation.correct = correct;
  return evaluation;
}

}  // namespace

bool has_several_outputs(const ProblemOptions& options, const Inputs& inputs) {
  return inputs.dataset.y.cols() > 1 || options.loss == "softmax";
}

MultiOutputSetup build_multi_output_problem(const ProblemOptions& options, Inputs& inputs) {
  const std::string several = "networks with several outputs have no ";
  if (!options.sample_weights.empty()) refuse(several + "sample weights yet");
  if (options.skip || (inputs.network && inputs.network->network.has_skip())) {
    refuse(several + "skip connection yet");
  }
  const double beta = required_penalty(options, inputs.dataset);
  const OutputBias output_bias = choose_output_bias(options, inputs);
  const VectorLoss loss = make_vector_loss(options);
  const bool standardised = inputs.standardization && inputs.standardization->map.targets;
  const bool labels = loss.is_softmax() || loss.scalar()->needs_labels();
  if (labels && standardised) {
    refuse("the targets are standardised, but the " + loss.name() + " loss takes class labels");
  }
  Matrix Y = inputs.dataset.y;
  std::string mapping;
  if (labels && !loss.is_softmax()) {
    mapping = map_columns(Y, targets_file(options));
    inputs.notes.push_back("class labels: " + mapping);
  }
  const bool bias = inputs.hidden_bias == HiddenBias::kLastColumn;
  MultiOutputProblem problem(bias ? append_ones(inputs.dataset.X) : inputs.dataset.X, std::move(Y),
                             beta, loss, output_bias);
  const auto model =
      options.outputs == "independent" ? OutputModel::kIndependent : OutputModel::kShared;
  if (inputs.network) problem.check(inputs.network->network, model);
  return {std::move(problem), model, std::move(mapping)};
}

Json describe_settings(const RunOptions& options, const MultiOutputSetup& setup,
                       const Inputs& inputs) {
  const MultiOutputProblem& problem = setup.problem;
  Json settings = describe_run(options);
  settings["objective"] = problem.describe();
  settings["beta"] = problem.beta();
  settings["loss"] = problem.loss().name();
  const auto& scalar = problem.loss().scalar();
  settings["huber_delta"] =
      scalar && scalar->kind() == LossKind::kHuber ? Json(scalar->delta()) : Json(nullptr);
  settings["loss_scale"] = problem.loss().scale() == LossScale::kMean ? "mean" : "sum";
  settings["hidden_bias"] = inputs.hidden_bias == HiddenBias::kLastColumn;
  settings["output_bias"] = to_word(problem.output_bias());
  settings["outputs"] = name(setup.model);
  settings["label_mapping"] =
      setup.label_mapping.empty() ? Json(nullptr) : Json(setup.label_mapping);
  settings["standardization"] = describe_standardization(inputs.standardization);
  return settings;
}

Evaluations evaluate(const MultiOutputSetup& setup, const TwoLayerNetwork& network,
                     const Inputs& inputs, const std::optional<Dataset>& test) {
  const MultiOutputProblem& problem = setup.problem;
  Evaluations evaluations;
  evaluations.training = evaluate_on(problem.X(), problem.Y(), problem.loss(), network);
  if (!test) return evaluations;
  const bool bias = inputs.hidden_bias == HiddenBias::kLastColumn;
  evaluations.test =
      evaluate_on(bias ? append_ones(test->X) : test->X, test->y, problem.loss(), network);
  return evaluations;
}

}  // namespace thalweg::commands
