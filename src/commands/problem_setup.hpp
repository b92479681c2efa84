#pragma once

#include <optional>
#include <string>

#include "commands/inputs.hpp"
#include "commands/options.hpp"
#include "thalweg/model/training_problem.hpp"

namespace thalweg::commands {

/// A problem with the choices behind it.
struct ProblemSetup {
  TrainingProblem problem;
  std::string label_mapping;          ///< empty when the loss takes no labels
  std::optional<TwoClasses> classes;  ///< in the units of the problem, none without class labels
};

/// The loss that --loss, --huber-delta and --loss-scale name. Failure when they do not fit
/// together.
[[nodiscard]] Loss make_loss(const ProblemOptions& options);

/// The output bias that --output-bias or the network's file mean; notes a choice by default.
[[nodiscard]] OutputBias choose_output_bias(const ProblemOptions& options, Inputs& inputs);
/// The file that holds y.
[[nodiscard]] const std::string& targets_file(const ProblemOptions& options);
/// "0 -> -1, 1 -> 1", say.
[[nodiscard]] std::string describe_mapping(LabelMapping mapping);

/// beta from --beta or from --torch-weight-decay, in the convention of --loss-scale; none when
/// neither was given. PyTorch minimises |f - y|^2 / (n c) + W/2 |theta|^2 (mse-mean) or
/// |f - y|^2 + W/2 |theta|^2 (mse-sum), hence beta = n c W / 2 or W / 2 with the sum scale, and
/// those divided by n with the mean scale. Failure when the loss is not squared or beta is below
/// 1e-290.
[[nodiscard]] std::optional<double> penalty(const ProblemOptions& options, const Dataset& dataset);

/// The same; Failure when none was given.
[[nodiscard]] double required_penalty(const ProblemOptions& options, const Dataset& dataset);

/// The training problem that options and inputs describe; labels are mapped to {-1, 1} where the
/// loss needs them. Adds a note to `inputs` for each choice that was made without being asked for.
/// Failure when beta is missing or something is out of range.
[[nodiscard]] ProblemSetup build_problem(const ProblemOptions& options, Inputs& inputs);
/// The same with a given penalty instead of the options'.
[[nodiscard]] ProblemSetup build_problem(const ProblemOptions& options, Inputs& inputs,
                                         double beta);

}  // namespace thalweg::commands
