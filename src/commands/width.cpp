#include <memory>

#include "commands/commands.hpp"
#include "commands/exit_code.hpp"
#include "commands/inputs.hpp"
#include "commands/output_file.hpp"
#include "commands/problem_setup.hpp"
#include "commands/session.hpp"
#include "commands/width_options.hpp"
#include "commands/width_report.hpp"
#include "thalweg/io/file.hpp"
#include "thalweg/landscape/widths.hpp"
#include "thalweg/report/width_picture.hpp"

namespace thalweg::commands {

using namespace report;

namespace {

WidthSettings width_settings(const WidthOptions& options, const RunControl& control) {
  WidthSettings settings;
  settings.optimal_set = optimal_set_settings(options.run, options.max_vertices, control);
  settings.search = options.search;
  settings.starts = options.starts;
  return settings;
}

void write_witnesses(const WidthOptions& options, const ProblemSetup& setup, const Inputs& inputs,
                     const Widths& widths) {
  if (options.witness.empty()) return;
  const OutputBias bias = setup.problem.output_bias();
  for (const SpuriousValley& valley : widths.valleys) {
    if (valley.evidence != ValleyEvidence::kSpurious) continue;
    const WitnessFiles files = witness_files(options, valley.width);
    write_network_file(files.minimum, valley.minimum.network, inputs, bias);
    write_network_file(files.better, valley.better, inputs, bias);
  }
}

ExitCode run_width(const WidthOptions& options) {
  check_width_files(options);
  Session session(options.run);
  Inputs inputs = load_inputs(options.problem);
  const ProblemSetup setup = build_problem(options.problem, inputs);
  const Widths answer = widths(setup.problem, width_settings(options, session.control()));
  write_witnesses(options, setup, inputs, answer);
  if (!options.svg.empty()) require(io::write_file(options.svg, draw_staircase(answer)));
  Json document = width_document(options, setup, inputs, answer);
  const bool stopped = document["stopped_at_limit"];
  print_result(options.run, session, document, width_text(options, setup, inputs, answer),
               inputs.notes);
  return stopped ? ExitCode::kLimit : ExitCode::kDone;
}

}  // namespace

Command make_width(CLI::App& root) {
  auto options = std::make_shared<WidthOptions>();
  CLI::App* app = root.add_subcommand(
      "width", "The widths that matter: m*, M*, where optima connect, where valleys end");
  add_width_options(*app, *options);
  app->footer(
      "Example:\n  thalweg width --dataset examples/optimal-set/petal.csv \\\n"
      "      --target-column petal_width --bias --standardize --beta 0.01 --svg staircase.svg");
  return {app, &options->run, [options] { return run_width(*options); }};
}

}  // namespace thalweg::commands
