#include <memory>
#include <string>
#include <vector>

#include "commands/commands.hpp"
#include "commands/inputs.hpp"
#include "commands/output_file.hpp"
#include "commands/path_regularization_files.hpp"
#include "commands/path_regularization_options.hpp"
#include "commands/path_regularization_picture.hpp"
#include "commands/path_regularization_report.hpp"
#include "commands/problem_setup.hpp"
#include "commands/session.hpp"
#include "thalweg/io/file.hpp"

namespace thalweg::commands {
namespace {

void check_names(const PathOptions& options) {
  if (!options.out.empty() && !options.out.ends_with(".npz")) {
    throw Failure(ExitCode::kUsage, "--out: expected a name that ends in .npz, got " + options.out);
  }
  require_distinct_files(options.problem, output_files(options));
  for (const NamedFile& output : output_files(options)) require_writable(output.path);
}

PathAnswer find_answer(const PathOptions& options, const ProblemSetup& setup, const Inputs& inputs,
                       const RunControl& control) {
  const PathSettings settings = path_settings(options, control);
  PathAnswer answer;
  answer.path = regularization_path(setup.problem, settings);
  answer.defects = path_defects(setup.problem, answer.path);
  if (!inputs.network) return answer;
  std::vector<double> betas;
  for (const PathPoint& point : answer.path.points) betas.push_back(point.beta);
  answer.scan = scan_network(setup.problem, inputs.network->network, answer.path, betas, settings);
  return answer;
}

ExitCode run_path(const PathOptions& options) {
  check_names(options);
  Session session(options.run);
  Inputs inputs = load_inputs(options.problem);
  constexpr double kAnyBeta = 1;  // the path sets its own
  const ProblemSetup setup = build_problem(options.problem, inputs, kAnyBeta);
  const PathAnswer answer = find_answer(options, setup, inputs, session.control());
  if (answer.path.points.empty()) {
    inputs.notes.emplace_back(answer.path.beta_max == 0
                                  ? "no neuron is needed at any beta: the path has no points"
                                  : "stopped before the first point of the path");
  }
  if (!options.out.empty()) write_path_npz(options.out, setup.problem, answer);
  if (!options.csv.empty()) write_path_csv(options.csv, answer);
  if (!options.svg.empty()) require(io::write_file(options.svg, draw_path(answer)));
  Json document = path_document(options, setup, inputs, answer);
  print_result(options.run, session, document, path_text(options, setup, inputs, answer),
               inputs.notes);
  return answer.path.status == PathStatus::kLimit ? ExitCode::kLimit : ExitCode::kDone;
}

}  // namespace

Command make_path_regularization(CLI::App& root) {
  auto options = std::make_shared<PathOptions>();
  CLI::App* app = root.add_subcommand(
      "path-regularization", "The optimum over all widths for every beta from beta_max down");
  add_path_options(*app, *options);
  app->footer(
      "Example:\n  thalweg path-regularization --dataset examples/iris/small.npz --bias \\\n"
      "      --beta-ratio 1e-4 --svg path.svg --out path.npz");
  return {app, &options->run, [options] { return run_path(*options); }};
}

}  // namespace thalweg::commands
