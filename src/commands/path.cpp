#include <iostream>
#include <memory>

#include "commands/commands.hpp"
#include "commands/inputs.hpp"
#include "commands/output_file.hpp"
#include "commands/path_options.hpp"
#include "commands/path_report.hpp"
#include "commands/problem_setup.hpp"
#include "commands/proof.hpp"
#include "commands/session.hpp"
#include "thalweg/io/file.hpp"
#include "thalweg/io/path_reader.hpp"
#include "thalweg/io/path_writer.hpp"
#include "thalweg/report/landscape_slice.hpp"
#include "thalweg/report/path_picture.hpp"

namespace thalweg::commands {

using namespace report;

namespace {

/// The same function with empty neurons appended.
void widen(TwoLayerNetwork& network, Index more) {
  const Index m = network.width();
  network.W.conservativeResize(m + more, Eigen::NoChange);
  network.W.bottomRows(more).setZero();
  network.alpha.conservativeResize(m + more, Eigen::NoChange);
  network.alpha.bottomRows(more).setZero();
}

CheckPathSettings check_settings(const NetworkPathOptions& options, const Inputs& inputs,
                                 const RunControl& control) {
  CheckPathSettings settings;
  settings.verify = !options.no_verify;
  if (!options.certificate.empty()) settings.certificate = options.certificate;
  settings.dataset_sha256 = inputs.sha256("dataset");
  settings.threads = thread_count(options.run);
  settings.control = control;
  // A widened network is not the one in the file.
  if (options.widen == 0 && options.verify.empty()) {
    settings.network_sha256 = inputs.sha256("network");
  }
  return settings;
}

void write_path_file(const std::string& file, NetworkPath path, const Inputs& inputs,
                     OutputBias output_bias) {
  path.start.hidden_bias = inputs.hidden_bias;
  if (path.end) path.end->hidden_bias = inputs.hidden_bias;
  io::StoredPath stored{std::move(path), output_bias != OutputBias::kNone};
  if (inputs.standardization) stored.standardization = inputs.standardization->map;
  require(io::write_path(file, stored));
}

/// Three networks of a path that span a picture's plane: its ends and the lowest one, or where it
/// is stuck, or half way when that is an end.
std::string draw_slice(const TrainingProblem& problem, const NetworkPath& path, Index lowest,
                       double lower_bound, const RunControl& control) {
  const auto count = static_cast<Index>(path.states.size());
  Index between = lowest;
  if (!path.end || lowest < 0) between = count / 2;
  const TwoLayerNetwork last = path.end ? *path.end : network_of(path, path.states.back());
  const TwoLayerNetwork middle =
      network_of(path, path.states[static_cast<std::size_t>(std::min(between, count - 1))]);
  const LandscapeSlice slice = slice_landscape(problem, {path.start, last, middle}, 61, 0, control);
  return draw_landscape_slice(slice, {"start", "end", path.end ? "lowest" : "half way"},
                              lower_bound);
}

void draw_pictures(const NetworkPathOptions& options, const TrainingProblem& problem,
                   const PathFindings& findings, const RunControl& control) {
  const PathAnswer& answer = findings.answer;
  if (!options.svg_loss.empty() || !options.svg_masses.empty()) {
    const std::vector<PathSample> samples = sample_path(problem, answer.path);
    if (!options.svg_loss.empty()) {
      require(io::write_file(options.svg_loss,
                             draw_path_losses(samples, findings.baselines, answer.lower_bound)));
    }
    if (!options.svg_masses.empty()) {
      require(io::write_file(options.svg_masses, draw_path_masses(samples)));
    }
  }
  if (options.svg_slice.empty()) return;
  require(io::write_file(options.svg_slice, draw_slice(problem, answer.path, answer.lowest,
                                                       answer.lower_bound, control)));
}

/// An asserted status that time alone left open is a limit, not a refutation.
ExitCode exit_code(const NetworkPathOptions& options, PathStatus found, bool stopped) {
  if (options.asserted.empty()) return stopped ? ExitCode::kLimit : ExitCode::kDone;
  const bool open = stopped && found == PathStatus::kBlocked;
  if (options.asserted == to_string(found) && !open) return ExitCode::kDone;
  std::cerr << "thalweg: asserted " << options.asserted << ", found " << to_string(found)
            << (stopped ? " (stopped at the limit)\n" : "\n");
  return stopped ? ExitCode::kLimit : ExitCode::kRefuted;
}

ExitCode verify_path(const NetworkPathOptions& options, Session& session) {
  Inputs inputs = load_inputs(options.problem);
  io::StoredPath stored = require(io::read_path(options.verify));
  adopt_network({stored.path.start, stored.has_output_bias, stored.standardization}, "path",
                options.verify, inputs);
  const ProblemSetup setup = build_problem(options.problem, inputs);
  warn_without_certificate(options.certificate, setup.problem);
  const auto check = [&] {
    try {
      return check_path(setup.problem, stored.path,
                        check_settings(options, inputs, session.control()));
    } catch (const InvalidArgument& mistake) {
      throw Failure(ExitCode::kUsage, options.verify + ": " + mistake.what());
    }
  };
  const CheckedPath checked = require(check());
  Json document = checked_path_document(options, setup, inputs, stored.path, checked);
  print_result(options.run, session, document,
               checked_path_text(options, setup, inputs, stored.path, checked), inputs.notes);
  return exit_code(options, status_of(stored.path, checked), checked.stopped_at_limit);
}

/// Both networks with the same number of slots.
void load_networks(const NetworkPathOptions& options, Inputs& inputs,
                   std::optional<TwoLayerNetwork>& to) {
  TwoLayerNetwork& network = inputs.network->network;
  if (options.widen > 0) widen(network, options.widen);
  if (options.to.empty()) return;
  to = load_other_network("to", options.to, inputs);
  const Index difference = network.width() - to->width();
  if (difference > 0) widen(*to, difference);
  if (difference < 0) widen(network, -difference);
  if (difference != 0) {
    inputs.notes.push_back("the narrower network gets " + std::to_string(std::abs(difference)) +
                           " empty neurons");
  }
}

PathFindings find(const NetworkPathOptions& options, const ProblemSetup& setup,
                  const Inputs& inputs, std::optional<TwoLayerNetwork> to,
                  const RunControl& control) {
  PathSettings settings;
  settings.to = to;
  settings.tolerance = options.accepted_gap();
  settings.seed = options.run.seed;
  settings.check = check_settings(options, inputs, control);
  PathFindings findings;
  findings.answer = require(find_path(setup.problem, inputs.network->network, settings));
  if (options.curves) findings.samples = sample_path(setup.problem, findings.answer.path);
  if (!to && options.svg_loss.empty() && !options.curves) return findings;
  PathBaselinesSettings baselines;
  baselines.seed = options.run.seed;
  baselines.control = control;
  const PathAnswer& answer = findings.answer;
  findings.baselines =
      path_baselines(setup.problem, inputs.network->network,
                     to ? *to : network_of(answer.path, answer.path.states.back()), baselines);
  return findings;
}

ExitCode run_path(const NetworkPathOptions& options) {
  check_network_path_files(options);
  Session session(options.run);
  if (!options.verify.empty()) return verify_path(options, session);
  Inputs inputs = load_inputs(options.problem);
  std::optional<TwoLayerNetwork> to;
  load_networks(options, inputs, to);
  const ProblemSetup setup = build_problem(options.problem, inputs);
  warn_without_certificate(options.certificate, setup.problem);
  const PathFindings findings = find(options, setup, inputs, std::move(to), session.control());
  const PathAnswer& answer = findings.answer;
  note_unwritten_certificate(options.certificate, setup.problem, answer.checked.certificate_bytes,
                             inputs);
  if (!options.out.empty()) {
    write_path_file(options.out, answer.path, inputs, setup.problem.output_bias());
  }
  draw_pictures(options, setup.problem, findings, session.control());
  Json document = network_path_document(options, setup, inputs, findings);
  print_result(options.run, session, document, network_path_text(options, setup, inputs, findings),
               inputs.notes);
  return exit_code(options, answer.status, answer.stopped_at_limit);
}

}  // namespace

Command make_path(CLI::App& root) {
  auto options = std::make_shared<NetworkPathOptions>();
  CLI::App* app = root.add_subcommand(
      "path", "Walk downhill from a network to a global minimum, or from one network to another");
  add_network_path_options(*app, *options);
  app->footer(
      "Example:\n  thalweg path --dataset examples/iris/iris.npz --network "
      "examples/iris/wide.npz \\\n"
      "      --torch-weight-decay 0.02 --torch-loss mse-mean --out path.npz");
  return {app, &options->run, [options] { return run_path(*options); }};
}

}  // namespace thalweg::commands
