#include "thalweg/landscape/simplify.hpp"

#include <memory>
#include <string>

#include "commands/commands.hpp"
#include "commands/inputs.hpp"
#include "commands/output_file.hpp"
#include "commands/report.hpp"
#include "commands/session.hpp"

namespace thalweg::commands {
namespace {

struct SimplifyOptions {
  RunOptions run;
  ProblemOptions problem;
  std::string out;
};

Json make_document(const SimplifyOptions& options, const ProblemSetup& setup, const Inputs& inputs,
                   const SimplifyResult& result) {
  Json document = begin_document("simplify");
  document["inputs"] = describe_files(inputs);
  document["settings"] = describe_settings(options.run, setup, inputs);
  document["width_before"] = result.width_before;
  document["width_after"] = result.width_after;
  document["objective_before"] = result.objective_before;
  document["objective_after"] = result.objective_after;
  document["decrease"] = result.decrease;
  document["objective_change"] = -result.decrease;
  document["exact"] = result.verified;
  document["out"] = options.out;
  return document;
}

TextReport make_text(const SimplifyOptions& options, const ProblemSetup& setup,
                     const Inputs& inputs, const SimplifyResult& result) {
  TextReport text;
  add_inputs(text, inputs);
  add_objective(text, setup);
  text.paragraph("Balanced, merged and pruned: the same function on the data with fewer neurons.");
  text.add("width",
           std::to_string(result.width_before) + " -> " + std::to_string(result.width_after));
  text.add("objective",
           exact_digits(result.objective_before) + " -> " + exact_digits(result.objective_after));
  text.add("decrease", "at least " + exact_digits(result.decrease) +
                           (result.verified ? " (exact arithmetic)" : " (estimate)"));
  text.add("written to", options.out);
  return text;
}

ExitCode run_simplify(const SimplifyOptions& options) {
  require_distinct_files(options.problem, {{"--out", options.out}});
  require_writable_npz(options.out);
  Session session(options.run);
  Inputs inputs = load_inputs(options.problem);
  const ProblemSetup setup = build_problem(options.problem, inputs);
  const SimplifyResult result = require(simplify(setup.problem, inputs.network->network));
  write_network_file(options.out, result.network, inputs, setup.problem.output_bias());
  Json document = make_document(options, setup, inputs, result);
  print_result(options.run, session, document, make_text(options, setup, inputs, result),
               inputs.notes);
  return ExitCode::kDone;
}

}  // namespace

Command make_simplify(CLI::App& root) {
  auto options = std::make_shared<SimplifyOptions>();
  CLI::App* app = root.add_subcommand(
      "simplify", "Make a network smaller without raising its objective: balance, merge, prune");
  add_dataset_options(*app, options->problem, Required::kYes);
  add_network_option(*app, options->problem, Required::kYes);
  add_objective_options(*app, options->problem);
  app->add_option("--out", options->out, "Write the smaller network here (.npz)")
      ->type_name("FILE")
      ->required();
  add_run_options(*app, options->run);
  app->footer(
      "Example:\n  thalweg simplify --dataset examples/iris/iris.npz --network "
      "examples/iris/wide.npz \\\n"
      "      --torch-weight-decay 0.02 --torch-loss mse-mean --out smaller.npz");
  return {app, &options->run, [options] { return run_simplify(*options); }};
}

}  // namespace thalweg::commands
