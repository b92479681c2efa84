#pragma once

#include <optional>
#include <string>

#include "commands/evaluation.hpp"
#include "commands/inputs.hpp"
#include "commands/report.hpp"
#include "thalweg/model/multi_output_problem.hpp"

namespace thalweg::commands {

/// A problem with several outputs and the choices behind it.
struct MultiOutputSetup {
  MultiOutputProblem problem;
  OutputModel model;
  std::string label_mapping;  ///< empty when the loss takes no labels
};

/// Whether the problem has several outputs: y has several columns, or the loss is softmax.
[[nodiscard]] bool has_several_outputs(const ProblemOptions& options, const Inputs& inputs);

/// The problem that options and inputs describe; adds notes as build_problem does. Failure when
/// beta is missing, something is out of range, or options ask for what several outputs do not have:
/// sample weights, a skip connection.
[[nodiscard]] MultiOutputSetup build_multi_output_problem(const ProblemOptions& options,
                                                          Inputs& inputs);

/// describe_run, the objective in words, beta, loss, biases, outputs and standardisation.
[[nodiscard]] Json describe_settings(const RunOptions& options, const MultiOutputSetup& setup,
                                     const Inputs& inputs);

/// Loss per sample and, for targets that are unit vectors of classes, accuracy: the largest output
/// names the class.
[[nodiscard]] Evaluations evaluate(const MultiOutputSetup& setup, const TwoLayerNetwork& network,
                                   const Inputs& inputs, const std::optional<Dataset>& test);

}  // namespace thalweg::commands
