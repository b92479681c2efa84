#include "commands/train_outputs.hpp"

#include <algorithm>
#include <string>

#include "commands/output_file.hpp"
#include "commands/several_outputs.hpp"
#include "commands/train_answer.hpp"
#include "thalweg/training/multi_output_training.hpp"

namespace thalweg::commands {
namespace {

void refuse_options_of_one_output(const TrainOptions& options) {
  const bool separates =
      options.problem.outputs == "independent" && options.problem.loss != "softmax";
  const std::string instead =
      separates
          ? "; with independent outputs train each column by itself, objectives and bounds add up"
          : "";
  const auto refuse = [&instead](const std::string& option) {
    throw Failure(ExitCode::kUsage, option + " is for one output, y has several columns" + instead);
  };
  if (options.width) refuse("--width");
  if (options.patterns.mode != "all") refuse("--patterns " + options.patterns.mode);
  if (!options.certificate.empty()) {
    throw Failure(ExitCode::kUsage,
                  "--certificate: a problem with several outputs has no exact certificate");
  }
}

Json make_document(const TrainOptions& options, const MultiOutputSetup& setup, const Inputs& inputs,
                   const MultiOutputTrainingResult& result, const Evaluations& evaluations) {
  const double lower_bound = std::max(0.0, result.bound.lower_bound);
  Json document = begin_document("train");
  document["inputs"] = describe_files(inputs);
  document["settings"] = describe_settings(options.run, setup, inputs);
  document["settings"]["gap"] = options.requested_gap();
  document["outputs"] = setup.problem.outputs();
  document["objective"] = result.bound.objective;
  document["lower_bound"] = lower_bound;
  document["gap"] = std::max(0.0, result.bound.objective - lower_bound);
  document["relative_gap"] = std::min(1.0, result.bound.relative_gap);
  document["width"] = result.network.width();
  document["status"] = status_word(result.status);
  document["level"] = to_string(Level::kEstimate);
  document["dual_norm"] = result.bound.dual_norm;
  document["rounds"] = result.rounds;
  document["newton_steps"] = result.newton_steps;
  add_evaluations(document, evaluations);
  document["out"] = options.out.empty() ? Json(nullptr) : Json(options.out);
  document["certificate"] = nullptr;
  return document;
}

TextReport make_text(const TrainOptions& options, const MultiOutputSetup& setup,
                     const Inputs& inputs, const MultiOutputTrainingResult& result,
                     const Evaluations& evaluations) {
  const double lower_bound = std::max(0.0, result.bound.lower_bound);
  TextReport text;
  add_inputs(text, inputs);
  text.add("minimised", setup.problem.describe());
  text.paragraph("Training: " + std::string(describe(result.status)) + ".");
  text.add("objective", exact_digits(result.bound.objective));
  text.add("lower bound", exact_digits(lower_bound) + ": no network of any width with " +
                              name(setup.model) + " outputs is below");
  text.add("gap", rounded_up(std::max(0.0, result.bound.objective - lower_bound)) + " (relative " +
                      rounded_up(std::min(1.0, result.bound.relative_gap)) + ")");
  text.add("width", std::to_string(result.network.width()));
  text.add("level", level_in_words(Level::kEstimate));
  add_evaluations(text, evaluations);
  if (!options.out.empty()) text.add("network", options.out);
  return text;
}

}  // namespace

ExitCode train_several_outputs(const TrainOptions& options, Inputs& inputs, Session& session) {
  refuse_options_of_one_output(options);
  const MultiOutputSetup setup = build_multi_output_problem(options.problem, inputs);
  const std::optional<Dataset> test =
      load_test_dataset(options.test, options.problem, inputs, setup.label_mapping);
  TrainingSettings settings;
  settings.relative_gap = options.requested_gap();
  settings.threads = thread_count(options.run);
  settings.seed = options.run.seed;
  settings.control = session.control();
  std::optional<TwoLayerNetwork> start;
  if (inputs.network) start = inputs.network->network;
  const MultiOutputTrainingResult result =
      train_multi_output(setup.problem, setup.model, settings, start);
  const Evaluations evaluations = evaluate(setup, result.network, inputs, test);
  if (!options.out.empty()) {
    write_network_file(options.out, result.network, inputs, setup.problem.output_bias());
  }
  Json document = make_document(options, setup, inputs, result, evaluations);
  print_result(options.run, session, document,
               make_text(options, setup, inputs, result, evaluations), inputs.notes);
  return result.status == TrainingStatus::kLimit ? ExitCode::kLimit : ExitCode::kDone;
}

}  // namespace thalweg::commands
