#include "thalweg/training/train.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>

#include "commands.hpp"
#include "evaluation.hpp"
#include "inputs.hpp"
#include "output_file.hpp"
#include "proof.hpp"
#include "report.hpp"
#include "session.hpp"

namespace thalweg::cli {
namespace {

constexpr double kDefaultGap = 1e-6;

struct TrainOptions {
  RunOptions run;
  ProblemOptions problem;
  TestOptions test;
  std::optional<double> gap;
  std::string out;
  std::string certificate;
  bool no_verify = false;
};

/// The numbers of the answer: estimates, or what the checker recomputed.
struct TrainAnswer {
  TrainingResult trained;
  Proof proof;
  double requested_gap = kDefaultGap;
  double objective;
  double lower_bound;
  double gap;
  double relative_gap;
  Evaluations evaluations;
  TrainingStatus status = TrainingStatus::kUnsolved;  ///< of these numbers, not of the search
};

std::string to_word(TrainingStatus status) {
  switch (status) {
    case TrainingStatus::kUnsolved:
      return "unsolved";
    case TrainingStatus::kSolved:
      return "solved";
    case TrainingStatus::kReducedAccuracy:
      return "reduced_accuracy";
    case TrainingStatus::kLimit:
      return "limit";
  }
  return "unsolved";
}

/// Training may use three quarters of the time, so that some is left for the proof.
RunControl training_share(const RunControl& control) {
  RunControl share = control;
  const double remaining = control.deadline.remaining();
  if (std::isfinite(remaining)) share.deadline = Deadline::after(0.75 * remaining);
  return share;
}

void adopt(TrainAnswer& answer) {
  const TrainingResult& trained = answer.trained;
  answer.objective = trained.objective;
  answer.lower_bound = std::max(0.0, trained.lower_bound);
  if (answer.proof.level != Level::kEstimate) {
    const verify::Statement& statement = answer.proof.statement;
    answer.objective = number(statement.objective_upper);
    // Every loss here is nonnegative: zero is a bound that needs no proof.
    answer.lower_bound = statement.lower_bound ? std::max(0.0, number(statement.lower_bound)) : 0.0;
    if (statement.gap) {
      answer.gap = std::min(number(statement.gap), answer.objective);
      answer.relative_gap = std::min(1.0, number(statement.relative_gap));
      return;
    }
  }
  answer.gap = std::max(0.0, answer.objective - answer.lower_bound);
  answer.relative_gap = answer.objective > 0 ? std::min(1.0, answer.gap / answer.objective) : 0.0;
}

/// What the final gap says: training may have reached its estimate and the proof may not.
TrainingStatus final_status(const TrainAnswer& answer) {
  const TrainingStatus searched = answer.trained.status;
  if (searched == TrainingStatus::kUnsolved) return searched;
  if (answer.relative_gap <= answer.requested_gap) return TrainingStatus::kSolved;
  const bool cut = searched == TrainingStatus::kLimit || answer.proof.stopped_at_limit;
  return cut ? TrainingStatus::kLimit : TrainingStatus::kReducedAccuracy;
}

/// One sentence for people: the final status, and whether training or the proof fell short.
std::string status_sentence(const TrainAnswer& answer) {
  const bool proof_fell_short = answer.trained.status == TrainingStatus::kSolved;
  if (!proof_fell_short || answer.status == TrainingStatus::kSolved) {
    return "Training: " + std::string(describe(answer.status)) + ".";
  }
  const std::string start =
      "Training reached the requested gap in floating point, but the exact proof ";
  if (answer.status == TrainingStatus::kLimit) {
    return start + "was cut by the limit; the numbers below hold, more time may narrow the gap.";
  }
  return start + "did not; the numbers below hold.";
}

TrainAnswer solve(const TrainOptions& options, const ProblemSetup& setup, const Inputs& inputs,
                  const Session& session) {
  TrainAnswer answer;
  answer.requested_gap = options.gap.value_or(kDefaultGap);
  TrainingSettings settings;
  // Half of the gap is left for rounding the dual and the proof to short exact numbers.
  settings.relative_gap = options.no_verify ? answer.requested_gap : 0.5 * answer.requested_gap;
  settings.threads = thread_count(options.run);
  settings.seed = options.run.seed;
  settings.control = training_share(session.control());
  std::optional<TwoLayerNetwork> start;
  if (inputs.network) start = inputs.network->network;
  answer.trained = train(setup.problem, settings, start);

  if (!options.no_verify && answer.trained.status != TrainingStatus::kUnsolved) {
    ProofRequest request;
    request.problem = &setup.problem;
    request.network = &answer.trained.network;
    request.dual = &answer.trained.dual;
    request.relative_gap = answer.requested_gap;
    request.path = options.certificate;
    request.dataset_sha256 = inputs.sha256("dataset");
    request.threads = settings.threads;
    request.control = session.control();
    answer.proof = prove_gap(request);
  }
  adopt(answer);
  answer.status = final_status(answer);
  return answer;
}

Json make_document(const TrainOptions& options, const ProblemSetup& setup, const Inputs& inputs,
                   const TrainAnswer& answer) {
  Json document = begin_document("train");
  document["inputs"] = describe_files(inputs);
  document["settings"] = describe_settings(options.run, setup, inputs);
  document["settings"]["gap"] = answer.requested_gap;
  document["objective"] = answer.objective;
  document["lower_bound"] = answer.lower_bound;
  document["gap"] = answer.gap;
  document["relative_gap"] = answer.relative_gap;
  document["width"] = answer.trained.network.width();
  document["status"] = to_word(answer.status);
  document["level"] = to_string(answer.proof.level);
  document["dual_norm"] = answer.trained.dual_norm;
  document["rounds"] = answer.trained.rounds;
  document["newton_steps"] = answer.trained.newton_steps;
  add_evaluations(document, answer.evaluations);
  document["out"] = options.out.empty() ? Json(nullptr) : Json(options.out);
  document["certificate"] =
      describe_certificate(options.certificate, answer.proof.bytes, answer.proof.leaves);
  return document;
}

TextReport make_text(const TrainOptions& options, const ProblemSetup& setup, const Inputs& inputs,
                     const TrainAnswer& answer) {
  TextReport text;
  add_inputs(text, inputs);
  add_objective(text, setup);
  text.paragraph(status_sentence(answer));
  text.add("objective", exact_digits(answer.objective));
  text.add("lower bound", exact_digits(answer.lower_bound) + ": no network of any width is below");
  text.add("gap", rounded_up(answer.gap) + " (relative " + rounded_up(answer.relative_gap) + ")");
  text.add("width", std::to_string(answer.trained.network.width()));
  text.add("level", level_in_words(answer.proof.level));
  add_evaluations(text, answer.evaluations);
  if (!options.out.empty()) text.add("network", options.out);
  if (!options.certificate.empty() && answer.proof.bytes > 0) {
    text.add("certificate", options.certificate + " (" + std::to_string(answer.proof.bytes) +
                                " bytes); check it with: thalweg-check " + options.certificate);
  }
  return text;
}

ExitCode run_train(const TrainOptions& options) {
  require_distinct_files(options.problem,
                         {{"--out", options.out}, {"--certificate", options.certificate}},
                         named_files(options.test));
  require_writable_npz(options.out);
  require_writable(options.certificate);
  Session session(options.run);
  Inputs inputs = load_inputs(options.problem);
  const ProblemSetup setup = build_problem(options.problem, inputs);
  warn_without_certificate(options.certificate, setup.problem);
  const std::optional<Samples> test =
      load_test_samples(options.test, options.problem, inputs, setup);
  TrainAnswer answer = solve(options, setup, inputs, session);
  answer.evaluations = evaluate(options.problem, setup, answer.trained.network, test);
  note_unwritten_certificate(options.certificate, setup.problem, answer.proof.bytes, inputs);
  if (!options.out.empty()) {
    write_network_file(options.out, answer.trained.network, inputs, setup.problem.output_bias());
  }
  Json document = make_document(options, setup, inputs, answer);
  print_result(options.run, session, document, make_text(options, setup, inputs, answer),
               inputs.notes);
  return answer.status == TrainingStatus::kLimit ? ExitCode::kLimit : ExitCode::kDone;
}

}  // namespace

Command make_train(CLI::App& root) {
  auto options = std::make_shared<TrainOptions>();
  CLI::App* app = root.add_subcommand(
      "train", "Train over all widths to a certified gap and write the optimal network");
  add_dataset_options(*app, options->problem, Required::kYes);
  add_network_option(*app, options->problem, Required::kNo);
  add_objective_options(*app, options->problem);
  add_standardize_options(*app, options->problem);
  add_test_options(*app, options->test);
  add_fraction(*app, "--gap", options->gap,
               "Relative gap to reach: (objective - lower bound) / objective (default 1e-6)")
      ->type_name("E");
  app->add_option("--out", options->out, "Write the network here (.npz)")->type_name("FILE");
  auto* certificate = app->add_option("--certificate", options->certificate,
                                      "Keep the proof of the gap here (.cert)")
                          ->type_name("FILE");
  app->add_flag("--no-verify", options->no_verify, "Build no proof; the level is estimate")
      ->excludes(certificate);
  add_run_options(*app, options->run);
  app->footer(
      "Example:\n  thalweg train --dataset examples/iris/iris.npz --beta 1.5 --bias \\\n"
      "      --output-bias penalised --gap 1e-6 --out optimum.npz");
  return {app, [options] { return run_train(*options); }};
}

}  // namespace thalweg::cli
