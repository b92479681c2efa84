#include <iostream>
#include <memory>
#include <string>

#include "commands/commands.hpp"
#include "commands/inputs.hpp"
#include "commands/output_file.hpp"
#include "commands/report.hpp"
#include "commands/session.hpp"
#include "commands/stationary_report.hpp"

namespace thalweg::commands {
namespace {

struct StationaryOptions {
  RunOptions run;
  ProblemOptions problem;
  std::optional<double> distance;
  std::optional<double> residual;
  std::string asserted;
  std::string nearby;
  bool no_escape = false;
};

StationaritySettings make_settings(const StationaryOptions& options, const RunControl& control) {
  StationaritySettings settings;
  settings.distance = options.distance.value_or(settings.distance);
  settings.residual = options.residual.value_or(settings.residual);
  settings.threads = thread_count(options.run);
  settings.seed = options.run.seed;
  settings.control = control;
  return settings;
}

std::optional<Escape> look_for_escape(const StationaryOptions& options,
                                      const TrainingProblem& problem,
                                      const TwoLayerNetwork& network, const Stationarity& found,
                                      const RunControl& control) {
  if (options.no_escape) return std::nullopt;
  EscapeSettings settings;
  settings.threads = thread_count(options.run);
  settings.seed = options.run.seed;
  settings.control = control;
  return require(find_escape(problem, network, found, settings));
}

Finding asserted_finding(const Stationarity& found, const std::string& property) {
  if (property == "balanced") return found.balanced.finding;
  if (property == "clarke") return found.clarke.finding;
  if (property == "d_stationary") return found.d_stationary.finding;
  return found.local_minimum.finding;
}

/// An asserted verdict that holds is an answer whatever stopped the rest.
ExitCode exit_code(const StationaryOptions& options, const Stationarity& found, bool stopped) {
  if (options.asserted.empty()) return stopped ? ExitCode::kLimit : ExitCode::kDone;
  const bool negated = options.asserted.rfind("not_", 0) == 0;
  const std::string property = negated ? options.asserted.substr(4) : options.asserted;
  const Finding finding = asserted_finding(found, property);
  if (finding == (negated ? Finding::kNo : Finding::kYes)) return ExitCode::kDone;
  std::cerr << "thalweg: asserted " << options.asserted << ", found " << property << ": "
            << to_string(finding) << '\n';
  return stopped && finding == Finding::kUndecided ? ExitCode::kLimit : ExitCode::kRefuted;
}

ExitCode run_stationary(const StationaryOptions& options) {
  require_distinct_files(options.problem, {{"--nearby", options.nearby}});
  require_writable_npz(options.nearby);
  Session session(options.run);
  Inputs inputs = load_inputs(options.problem);
  const ProblemSetup setup = build_problem(options.problem, inputs);
  const TwoLayerNetwork& network = inputs.network->network;
  StationaryAnswer answer;
  answer.settings = make_settings(options, session.control());
  answer.found = stationarity(setup.problem, network, answer.settings);
  SubsampledSettings program;
  program.threads = answer.settings.threads;
  program.control = session.control();
  answer.program = subsampled_program(setup.problem, answer.found, program);
  answer.escape = look_for_escape(options, setup.problem, network, answer.found, session.control());
  const bool stopped = session.control().should_stop();
  answer.found.stopped_at_limit = stopped;
  if (!options.nearby.empty()) {
    write_network_file(options.nearby, answer.found.nearby, inputs, setup.problem.output_bias());
  }
  Json document = begin_document("stationary");
  document["inputs"] = describe_files(inputs);
  document["settings"] = describe_settings(options.run, setup, inputs);
  document["settings"]["distance"] = answer.settings.distance;
  document["settings"]["residual"] = answer.settings.residual;
  add_stationarity(document, answer);
  TextReport text;
  add_inputs(text, inputs);
  add_objective(text, setup);
  describe_stationarity(text, answer, setup.problem.beta());
  print_result(options.run, session, document, text, inputs.notes);
  return exit_code(options, answer.found, stopped);
}

}  // namespace

Command make_stationary(CLI::App& root) {
  auto options = std::make_shared<StationaryOptions>();
  CLI::App* app = root.add_subcommand(
      "stationary", "Is a network a stationary point or a local minimum, and how to leave it?");
  add_dataset_options(*app, options->problem, Required::kYes);
  add_network_option(*app, options->problem, Required::kYes);
  add_objective_options(*app, options->problem, Outputs::kOne);
  add_fraction(*app, "--distance", options->distance,
               "How far each neuron may move, relative to its length (default 1e-9)")
      ->type_name("D");
  add_positive_real(*app, "--residual", options->residual,
                    "What counts as no gradient, times beta (default 1e-8)")
      ->type_name("E");
  app->add_option("--assert", options->asserted,
                  "Exit code 1 unless this is found: balanced, clarke, d_stationary, "
                  "local_minimum, or one of them with not_ in front")
      ->check(CLI::IsMember({"balanced", "clarke", "d_stationary", "local_minimum", "not_balanced",
                             "not_clarke", "not_d_stationary", "not_local_minimum"}));
  app->add_option("--nearby", options->nearby, "Write the point that was looked at here (.npz)")
      ->type_name("FILE");
  app->add_flag("--no-escape", options->no_escape,
                "Do not ask whether the network is a global minimum and what improves it");
  add_run_options(*app, options->run);
  app->footer(
      "Example:\n  thalweg stationary --dataset examples/iris/iris.npz --network "
      "examples/iris/wide.npz \\\n"
      "      --torch-weight-decay 0.02 --torch-loss mse-mean");
  return {app, &options->run, [options] { return run_stationary(*options); }};
}

}  // namespace thalweg::commands
