#include "commands/evaluation.hpp"

#include <cstdio>

#include "commands/exit_code.hpp"
#include "thalweg/io/dataset_reader.hpp"
#include "thalweg/model/multi_output_problem.hpp"

namespace thalweg::commands {
namespace {

Dataset read_test(const TestOptions& test, const ProblemOptions& options, Inputs& inputs) {
  Dataset dataset;
  if (test.dataset.empty()) {
    dataset = require(io::read_dataset_npy(test.data, test.targets));
    inputs.files.push_back(
        describe_file("test_data", test.data, {dataset.X.rows(), dataset.X.cols()}));
    inputs.files.push_back(
        describe_file("test_targets", test.targets, {dataset.y.rows(), dataset.y.cols()}));
    return dataset;
  }
  dataset = require(io::read_dataset(test.dataset, options.target_column));
  inputs.files.push_back(describe_file("test", test.dataset, {dataset.X.rows(), dataset.X.cols()}));
  return dataset;
}

const std::string& targets_file(const TestOptions& test) {
  return test.dataset.empty() ? test.targets : test.dataset;
}

/// Maps the labels of the test as those of the training samples were mapped, or refuses them.
void map_test_labels(Eigen::Ref<Vector> y, const std::string& mapping, const std::string& file) {
  const double lower = mapping.front() == '0' ? 0 : -1;
  for (Index i = 0; i < y.size(); ++i) {
    if (y[i] != lower && y[i] != 1) {
      throw Failure(ExitCode::kUsage, file + ": y: expected class labels in {" +
                                          exact_digits(lower) + ", 1} as in training, got " +
                                          exact_digits(y[i]) + " at sample " + std::to_string(i));
    }
    if (y[i] == 0) y[i] = -1;
  }
}

Evaluation evaluate_on(const Samples& samples, const Loss& loss,
                       const std::optional<TwoClasses>& classes, const Model& model) {
  const Vector outputs = model(samples.X);
  Evaluation evaluation;
  evaluation.samples = samples.y.size();
  const double count = static_cast<double>(samples.y.size());
  evaluation.loss = loss.value(outputs, samples.y) / (count * loss.weight(samples.y.size()));
  if (classes) {
    const double threshold = classes->threshold();
    evaluation.correct = ((outputs.array() > threshold) == (samples.y.array() > threshold)).count();
  }
  return evaluation;
}

Json accuracy(const Evaluation& evaluation) {
  if (!evaluation.correct) return nullptr;
  return static_cast<double>(*evaluation.correct) / static_cast<double>(evaluation.samples);
}

std::string in_words(const Evaluation& evaluation) {
  char text[64];
  std::snprintf(text, sizeof text, "loss %.4g a sample", evaluation.loss);
  std::string words = text;
  if (evaluation.correct) {
    const double share =
        static_cast<double>(*evaluation.correct) / static_cast<double>(evaluation.samples);
    std::snprintf(text, sizeof text, ", accuracy %.4g %%", 100 * share);
    words += text + (" (" + std::to_string(*evaluation.correct)) + " of " +
             std::to_string(evaluation.samples) + " samples)";
  }
  return words;
}

}  // namespace

void add_test_options(CLI::App& app, TestOptions& options) {
  const std::string group = "Test";
  auto* test =
      app.add_option("--test", options.dataset,
                     "Samples to test the network on, in the form of --dataset: their loss "
                     "and, for class labels, accuracy are reported")
          ->type_name("FILE");
  auto* data =
      app.add_option("--test-data", options.data, "Inputs to test on, as .npy")->type_name("X.npy");
  auto* targets = app.add_option("--test-targets", options.targets, "Their targets, as .npy")
                      ->type_name("Y.npy");
  test->group(group)->excludes(data)->excludes(targets);
  data->group(group)->needs(targets);
  targets->group(group)->needs(data);
}

std::vector<NamedFile> named_files(const TestOptions& options) {
  return {{"--test", options.dataset},
          {"--test-data", options.data},
          {"--test-targets", options.targets}};
}

std::optional<Dataset> load_test_dataset(const TestOptions& test, const ProblemOptions& options,
                                         Inputs& inputs, const std::string& label_mapping) {
  if (!test.given()) return std::nullopt;
  Dataset dataset = read_test(test, options, inputs);
  const std::string& data_file = test.dataset.empty() ? test.data : test.dataset;
  const std::string& file = targets_file(test);
  if (dataset.X.cols() != inputs.dataset.X.cols()) {
    throw Failure(ExitCode::kUsage, data_file + ": X has " + std::to_string(dataset.X.cols()) +
                                        " columns, the training data have " +
                                        std::to_string(inputs.dataset.X.cols()));
  }
  if (options.loss == "softmax" && dataset.y.cols() == 1) {
    if (inputs.signed_classes) {
      Matrix& y = dataset.y;
      if (!((y.array() == -1) || (y.array() == 1)).all()) {
        throw Failure(ExitCode::kUsage,
                      file + ": y: expected class labels in {-1, 1} as in training");
      }
      y = ((y.array() + 1) / 2).eval();
    }
    try {
      dataset.y = class_indicators(dataset.y.col(0), inputs.dataset.y.cols());
    } catch (const InvalidArgument& error) {
      throw Failure(ExitCode::kUsage, file + ": " + error.what());
    }
  }
  if (dataset.y.cols() != inputs.dataset.y.cols()) {
    throw Failure(ExitCode::kUsage, file + ": y has " + std::to_string(dataset.y.cols()) +
                                        " columns, the training data have " +
                                        std::to_string(inputs.dataset.y.cols()));
  }
  for (Index k = 0; k < dataset.y.cols() && !label_mapping.empty(); ++k) {
    map_test_labels(dataset.y.col(k), label_mapping, file);
  }
  if (inputs.standardization) dataset = inputs.standardization->map.apply(dataset);
  return dataset;
}

std::optional<Samples> load_test_samples(const TestOptions& test, const ProblemOptions& options,
                                         Inputs& inputs, const ProblemSetup& setup) {
  const std::optional<Dataset> dataset =
      load_test_dataset(test, options, inputs, setup.label_mapping);
  if (!dataset) return std::nullopt;
  Samples samples{dataset->X, dataset->y.col(0)};
  if (inputs.hidden_bias == HiddenBias::kLastColumn) samples.X = append_ones(samples.X);
  return samples;
}

Evaluations evaluate(const ProblemOptions& options, const ProblemSetup& setup, const Model& model,
                     const std::optional<Samples>& test) {
  const Loss loss = make_loss(options);
  Evaluations evaluations;
  evaluations.training =
      evaluate_on({setup.problem.X(), setup.problem.y()}, loss, setup.classes, model);
  if (test) evaluations.test = evaluate_on(*test, loss, setup.classes, model);
  return evaluations;
}

Evaluations evaluate(const ProblemOptions& options, const ProblemSetup& setup,
                     const TwoLayerNetwork& network, const std::optional<Samples>& test) {
  const Model model = [&network](const Matrix& X) -> Vector { return predict(X, network).col(0); };
  return evaluate(options, setup, model, test);
}

void add_evaluations(Json& document, const Evaluations& evaluations) {
  document["training_loss"] = evaluations.training.loss;
  document["accuracy"] = accuracy(evaluations.training);
  document["test_loss"] = evaluations.test ? Json(evaluations.test->loss) : Json(nullptr);
  document["test_accuracy"] = evaluations.test ? accuracy(*evaluations.test) : Json(nullptr);
}

void add_evaluations(TextReport& text, const Evaluations& evaluations) {
  if (evaluations.training.correct || evaluations.test) {
    text.add("training samples", in_words(evaluations.training));
  }
  if (evaluations.test) text.add("test samples", in_words(*evaluations.test));
}

}  // namespace thalweg::commands
