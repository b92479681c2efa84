#include <memory>
#include <optional>

#include "commands/architecture_optimal_set.hpp"
#include "commands/architecture_problem.hpp"
#include "commands/commands.hpp"
#include "commands/exit_code.hpp"
#include "commands/inputs.hpp"
#include "commands/optimal_set_answer.hpp"
#include "commands/optimal_set_options.hpp"
#include "commands/optimal_set_picture.hpp"
#include "commands/optimal_set_report.hpp"
#include "commands/problem_setup.hpp"
#include "commands/session.hpp"
#include "thalweg/io/file.hpp"

namespace thalweg::commands {
namespace {

ExitCode run_optimal_set(const OptimalSetOptions& options) {
  if (const auto described = asked_architecture(options.problem)) {
    return describe_optimal_branches(options, *described);
  }
  check_optimal_set_files(options);
  Session session(options.run);
  Inputs inputs = load_inputs(options.problem);
  const ProblemSetup setup = build_problem(options.problem, inputs);
  const std::optional<PredictionSamples> samples = load_prediction_samples(options, inputs, setup);
  const OptimalSetAnswer answer =
      answer_optimal_set(options, setup, inputs, samples, session.control());
  if (!has_networks(answer.set)) {
    inputs.notes.emplace_back(
        "no optimal network is known: none is written or asked for predictions");
  } else if (!options.out.empty()) {
    write_optimal_set(options, setup, inputs, answer.set);
  }
  if (!options.svg.empty() && answer.predictions) {
    require(io::write_file(options.svg, draw_ranges(answer, inputs.dataset.X.cols())));
  }
  Json document = optimal_set_document(options, setup, inputs, answer);
  print_result(options.run, session, document, optimal_set_text(options, setup, inputs, answer),
               inputs.notes);
  return answer.set.stopped_at_limit ? ExitCode::kLimit : ExitCode::kDone;
}

}  // namespace

Command make_optimal_set(CLI::App& root) {
  auto options = std::make_shared<OptimalSetOptions>();
  CLI::App* app = root.add_subcommand(
      "optimal-set", "All global minima over all widths: directions, polytope of masses, networks");
  add_optimal_set_options(*app, *options);
  app->footer(
      "Example:\n  thalweg optimal-set --dataset examples/optimal-set/petal.csv \\\n"
      "      --target-column petal_width --bias --standardize --beta 0.01 --out optimal");
  return {app, &options->run, [options] { return run_optimal_set(*options); }};
}

}  // namespace thalweg::commands
