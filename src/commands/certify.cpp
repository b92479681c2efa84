#include "thalweg/landscape/certify.hpp"

#include <iostream>
#include <memory>
#include <string>

#include "commands/architecture_certify.hpp"
#include "commands/architecture_problem.hpp"
#include "commands/certify_outputs.hpp"
#include "commands/certify_text.hpp"
#include "commands/commands.hpp"
#include "commands/evaluation.hpp"
#include "commands/inputs.hpp"
#include "commands/output_file.hpp"
#include "commands/proof.hpp"
#include "commands/report.hpp"
#include "commands/session.hpp"
#include "commands/several_outputs.hpp"
#include "thalweg/exact/rank.hpp"
#include "thalweg/landscape/width_answer.hpp"
#include "thalweg/oracle/cone_tree.hpp"

namespace thalweg::commands {
namespace {

constexpr double kDefaultTolerance = 1e-8;
/// How long a lower network of the same width is looked for unless --time-limit says otherwise.
constexpr double kWidthSeconds = 10;

struct CertifyOptions {
  RunOptions run;
  ProblemOptions problem;
  TestOptions test;
  std::optional<double> tolerance;
  std::string asserted;
  std::string certificate;
  std::string improved;
  bool no_verify = false;
  bool same_width = false;
};

CertifySettings make_settings(const CertifyOptions& options, const Inputs& inputs,
                              const RunControl& control) {
  CertifySettings settings;
  settings.tolerance = options.tolerance.value_or(kDefaultTolerance);
  settings.threads = thread_count(options.run);
  settings.seed = options.run.seed;
  settings.verify = !options.no_verify;
  if (!options.certificate.empty()) settings.certificate = options.certificate;
  settings.dataset_sha256 = inputs.sha256("dataset");
  settings.network_sha256 = inputs.sha256("network");
  settings.control = control;
  return settings;
}

WidthAnswer ask_about_width(const CertifyOptions& options, const ProblemSetup& setup,
                            const TwoLayerNetwork& network, const CertifyResult& certified,
                            const RunControl& control) {
  WidthAnswerSettings settings;
  settings.tolerance = options.tolerance.value_or(kDefaultTolerance);
  settings.threads = thread_count(options.run);
  settings.seed = options.run.seed;
  settings.verify = !options.no_verify;
  settings.control = control;
  if (!options.run.time_limit) settings.control.deadline = Deadline::after(kWidthSeconds);
  return require(best_of_width(setup.problem, network, certified, settings));
}

Json make_document(const CertifyOptions& options, const ProblemSetup& setup, const Inputs& inputs,
                   const CertifyResult& result, const WidthAnswer& of_width) {
  Json document = begin_document("certify");
  document["inputs"] = describe_files(inputs);
  document["settings"] = describe_settings(options.run, setup, inputs);
  document["settings"]["tolerance"] = options.tolerance.value_or(kDefaultTolerance);
  document["settings"]["verify"] = !options.no_verify;
  document["verdict"] = to_string(result.verdict);
  document["objective"] = result.objective;
  document["lower_bound"] = result.lower_bound;
  document["gap"] = result.gap;
  document["relative_gap"] = result.relative_gap;
  document["level"] = to_string(result.level);
  document["bound_source"] = to_string(result.bound_source);
  document["dual_norm"] = result.dual_norm;
  document["own_dual_norm"] = result.own_dual_norm;
  document["optimum_upper_bound"] = result.optimum_upper_bound;
  document["improvement"] = describe_improvement(result.improvement);
  document["improving_neuron"] = describe_improvement(result.improving_neuron);
  document["balanced"] = result.balanced;
  document["balance_defect"] = result.balance_defect;
  document["stationarity"] = {{"gradient_norm", result.stationarity_residual}};
  document["width"] = inputs.network->network.width();
  document["width_of_best_network"] = result.optimum_width;
  document["width_may_be_too_small"] =
      width_may_be_too_small(result, inputs.network->network.width());
  document["width_answer"] = describe_width_answer(of_width, result);
  document["certificate"] = describe_certificate(options.certificate, result.certificate_bytes,
                                                 result.certificate_leaves);
  document["stopped_at_limit"] = result.stopped_at_limit;
  return document;
}

/// An asserted verdict that holds is an answer whatever stopped the rest; one that time alone left
/// open is a limit, not a refutation.
ExitCode exit_code(const CertifyOptions& options, Verdict found, bool stopped) {
  const bool open = stopped && found == Verdict::kUndecided;
  if (!options.asserted.empty()) {
    const std::string verdict(to_string(found));
    if (options.asserted == verdict) return ExitCode::kDone;
    std::cerr << "thalweg: asserted " << options.asserted << ", found " << verdict
              << (open ? " (stopped at the limit)\n" : "\n");
    return open ? ExitCode::kLimit : ExitCode::kRefuted;
  }
  return stopped ? ExitCode::kLimit : ExitCode::kDone;
}

/// Several outputs: options that belong to the exact proof are refused.
ExitCode run_several_outputs(const CertifyOptions& options, Inputs& inputs, Session& session) {
  if (!options.certificate.empty()) {
    throw Failure(ExitCode::kUsage,
                  "--certificate: a problem with several outputs has no exact certificate");
  }
  if (options.same_width) {
    throw Failure(ExitCode::kUsage, "--same-width is for one output, y has several columns");
  }
  const ReducedVerdict result =
      certify_several_outputs({options.run, options.problem, options.test,
                               options.tolerance.value_or(kDefaultTolerance), options.improved},
                              inputs, session);
  return exit_code(options, result.verdict, result.stopped);
}

/// Another architecture.
ExitCode run_architecture(const CertifyOptions& options,
                          const ArchitectureDescription& description) {
  const std::string name(to_string(description.kind));
  if (options.same_width) {
    throw Failure(ExitCode::kUsage, "--same-width does not go with the architecture " + name);
  }
  const ReducedVerdict result = certify_architecture(
      {options.run, options.problem, options.test, options.tolerance.value_or(kDefaultTolerance),
       options.improved, options.certificate, !options.no_verify},
      description);
  return exit_code(options, result.verdict, result.stopped);
}

void write_improved(const CertifyOptions& options, const ProblemSetup& setup, Inputs& inputs,
                    const CertifyResult& result, const WidthAnswer& of_width) {
  if (options.improved.empty()) return;
  if (options.same_width) {
    if (of_width.answer == BestOfWidth::kNo) {
      write_network_file(options.improved, of_width.network, inputs, setup.problem.output_bias());
    } else {
      inputs.notes.push_back(options.improved +
                             " is not written: no lower network of the same width was found");
    }
    return;
  }
  if (!result.improvement) {
    inputs.notes.push_back(options.improved + " is not written: no improvement was found");
    return;
  }
  write_network_file(options.improved, result.improvement->network, inputs,
                     setup.problem.output_bias());
}

/// Whether the bound had to do without a search over directions because there are too many.
bool unsearchable(const TrainingProblem& problem, const CertifyResult& result) {
  return result.bound_source == BoundSource::kWholeSphere &&
         row_basis(problem.X()).rank() > kMaxTreeCoordinates;
}

ExitCode run_certify(const CertifyOptions& options) {
  require_distinct_files(options.problem,
                         {{"--certificate", options.certificate}, {"--improved", options.improved}},
                         named_files(options.test));
  require_writable_npz(options.improved);
  require_writable(options.certificate);
  if (const auto described = asked_architecture(options.problem)) {
    return run_architecture(options, *described);
  }
  Session session(options.run);
  Inputs inputs = load_inputs(options.problem);
  if (has_several_outputs(options.problem, inputs)) {
    return run_several_outputs(options, inputs, session);
  }
  const ProblemSetup setup = build_problem(options.problem, inputs);
  warn_without_certificate(options.certificate, setup.problem);
  const std::optional<Samples> test =
      load_test_samples(options.test, options.problem, inputs, setup);
  const TwoLayerNetwork& network = inputs.network->network;
  const Evaluations evaluations = evaluate(options.problem, setup, network, test);
  const CertifyResult result =
      require(certify(setup.problem, network, make_settings(options, inputs, session.control())));
  note_unwritten_certificate(options.certificate, setup.problem, result.certificate_bytes, inputs);
  const WidthAnswer of_width = ask_about_width(options, setup, network, result, session.control());
  write_improved(options, setup, inputs, result, of_width);
  Json document = make_document(options, setup, inputs, result, of_width);
  add_evaluations(document, evaluations);
  TextReport text;
  add_inputs(text, inputs);
  add_objective(text, setup);
  describe_certification(text, result,
                         {.tolerance = options.tolerance.value_or(kDefaultTolerance),
                          .beta = setup.problem.beta(),
                          .width = network.width(),
                          .unsearchable = unsearchable(setup.problem, result),
                          .certificate = options.certificate,
                          .improved = options.improved,
                          .same_width = options.same_width,
                          .of_width = of_width,
                          .evaluations = evaluations});
  print_result(options.run, session, document, text, inputs.notes);
  return exit_code(options, result.verdict, result.stopped_at_limit);
}

}  // namespace

Command make_certify(CLI::App& root) {
  auto options = std::make_shared<CertifyOptions>();
  CLI::App* app = root.add_subcommand(
      "certify", "Prove how far a trained network is from a global minimum over all widths");
  add_dataset_options(*app, options->problem, Required::kYes);
  add_network_option(*app, options->problem, Required::kYes);
  add_architecture_option(*app, options->problem);
  add_objective_options(*app, options->problem);
  add_test_options(*app, options->test);
  add_fraction(*app, "--tolerance", options->tolerance,
               "Relative gap that counts as a global minimum (default 1e-8)")
      ->type_name("E");
  app->add_option("--assert", options->asserted, "Exit code 1 unless the verdict is this one")
      ->check(CLI::IsMember({"global_minimum", "suboptimal", "undecided"}));
  auto* certificate =
      app->add_option("--certificate", options->certificate, "Keep the proof here (.cert)")
          ->type_name("FILE");
  auto* improved =
      app->add_option("--improved", options->improved, "Write the improved network here (.npz)")
          ->type_name("FILE");
  app->add_flag("--same-width", options->same_width,
                "--improved writes a lower network of at most the same width, if one was found")
      ->needs(improved);
  app->add_flag("--no-verify", options->no_verify, "Build no proof; the level is estimate")
      ->excludes(certificate);
  add_run_options(*app, options->run);
  app->footer(
      "Example:\n  thalweg certify --dataset examples/iris/iris.npz --network "
      "examples/iris/wide.npz \\\n"
      "      --torch-weight-decay 0.02 --torch-loss mse-mean --certificate network.cert");
  return {app, &options->run, [options] { return run_certify(*options); }};
}

}  // namespace thalweg::commands
