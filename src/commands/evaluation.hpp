#pragma once

#include <functional>
#include <optional>
#include <string>

#include "commands/options.hpp"
#include "commands/output_file.hpp"
#include "commands/problem_setup.hpp"
#include "commands/report.hpp"

namespace thalweg::commands {

/// Where the samples are that a network has not been trained on.
struct TestOptions {
  std::string dataset;
  std::string data;
  std::string targets;

  [[nodiscard]] bool given() const { return !dataset.empty() || !data.empty(); }
};

/// --test, --test-data, --test-targets.
void add_test_options(CLI::App& app, TestOptions& options);

/// The files of the test by their options, which no output may overwrite.
[[nodiscard]] std::vector<NamedFile> named_files(const TestOptions& options);

/// Samples in the units of a problem: X (n x d) with the column of ones when there is one, y (n)
/// with labels mapped.
struct Samples {
  Matrix X;
  Vector y;
};

/// Reads the test data set and maps it as the training data were, class labels by `label_mapping`
/// (empty when the loss takes none); none when none is asked for. A
/// column of a .csv is the target when it is that of the training data. Failure when a file is
/// missing, malformed or does not fit.
[[nodiscard]] std::optional<Dataset> load_test_dataset(const TestOptions& test,
                                                       const ProblemOptions& options,
                                                       Inputs& inputs,
                                                       const std::string& label_mapping);

/// Reads the test samples and makes them fit the problem of `setup`; none when none are asked for.
/// Failure as load_test_dataset.
[[nodiscard]] std::optional<Samples> load_test_samples(const TestOptions& test,
                                                       const ProblemOptions& options,
                                                       Inputs& inputs, const ProblemSetup& setup);

/// How a network does on some samples.
struct Evaluation {
  Index samples = 0;
  double loss = 0;               ///< of --loss, per sample, without penalty
  std::optional<Index> correct;  ///< samples of the right class; none when y are no class labels
};

/// A model on the training samples and on those of the test.
struct Evaluations {
  Evaluation training;
  std::optional<Evaluation> test;
};
[[nodiscard]] Evaluations evaluate(const ProblemOptions& options, const ProblemSetup& setup,
                                   const TwoLayerNetwork& network,
                                   const std::optional<Samples>& test);
/// The same for any model: its outputs (N) at inputs (N x d).
using Model = std::function<Vector(const Matrix& X)>;
[[nodiscard]] Evaluations evaluate(const ProblemOptions& options, const ProblemSetup& setup,
                                   const Model& model, const std::optional<Samples>& test);

/// Adds training_loss, accuracy, test_loss and test_accuracy, null where unknown.
void add_evaluations(Json& document, const Evaluations& evaluations);
/// The same for people: nothing about training data without classes and without a test.
void add_evaluations(TextReport& text, const Evaluations& evaluations);

}  // namespace thalweg::commands
