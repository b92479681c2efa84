#include "commands/architecture_train.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include "commands/architecture_problem.hpp"
#include "commands/architecture_proof.hpp"
#include "commands/architecture_report.hpp"
#include "commands/output_file.hpp"
#include "commands/session.hpp"
#include "commands/train_answer.hpp"
#include "thalweg/training/branch_training.hpp"

namespace thalweg::commands {
namespace {

struct Answer {
  BranchTrainingResult trained;
  BranchBounds estimate;
  BranchBounds bounds;  ///< what the checker recomputed, else the estimate
  Proof proof;
  Evaluations evaluations;
};

Json make_document(const TrainOptions& options, const BranchSetup& setup, const Inputs& inputs,
                   const Answer& answer) {
  const BranchTrainingResult& trained = answer.trained;
  Json document = begin_document("train");
  document["inputs"] = describe_files(inputs);
  document["settings"] = describe_settings(options.run, setup, inputs);
  document["settings"]["gap"] = options.requested_gap();
  document["architecture"] = describe_architecture(setup.problem.architecture());
  document["objective"] = answer.bounds.objective;
  document["lower_bound"] = answer.bounds.lower_bound;
  document["gap"] = answer.bounds.gap;
  document["relative_gap"] = answer.bounds.relative_gap;
  document["width"] = trained.network.branches();
  document["status"] = status_word(trained.status);
  document["level"] = to_string(answer.bounds.level);
  document["convex_objective"] = trained.convex_objective;
  document["restricted_lower_bound"] = trained.restricted_lower_bound;
  document["decoded"] = trained.decoded;
  document["estimate"] = {{"objective", answer.estimate.objective},
                          {"lower_bound", answer.estimate.lower_bound},
                          {"gap", answer.estimate.gap},
                          {"relative_gap", answer.estimate.relative_gap}};
  document["proved"] = describe_proved(answer.proof);
  document["dual_norm"] = trained.dual_norm;
  document["dual_norm_found"] = trained.dual_norm_found;
  document["pieces"] = trained.pieces;
  document["rounds"] = trained.rounds;
  document["nodes"] = trained.nodes;
  add_evaluations(document, answer.evaluations);
  document["out"] = options.out.empty() ? Json(nullptr) : Json(options.out);
  document["certificate"] =
      describe_certificate(options.certificate, answer.proof.bytes, answer.proof.leaves);
  return document;
}

TextReport make_text(const TrainOptions& options, const BranchSetup& setup, const Inputs& inputs,
                     const Answer& answer) {
  const BranchTrainingResult& trained = answer.trained;
  const BranchBounds& bounds = answer.bounds;
  TextReport text;
  add_inputs(text, inputs);
  add_objective(text, setup);
  text.paragraph("Training: " + std::string(describe(trained.status)) + ".");
  text.add("objective", exact_digits(bounds.objective) + ", of the plain weights");
  text.add("lower bound",
           exact_digits(bounds.lower_bound) + ": no network of any number of branches is below");
  text.add("gap", rounded_up(bounds.gap) + " (relative " + rounded_up(bounds.relative_gap) + ")");
  text.add("branches", std::to_string(trained.network.branches()));
  text.add("level",
           branch_level_in_words(bounds.level, setup.problem.architecture(), trained.decoded));
  add_evaluations(text, answer.evaluations);
  if (!options.out.empty()) text.add("network", options.out);
  add_proof(text, answer.proof, options.certificate, bounds.relative_gap);
  return text;
}

/// Replaces the estimates by what the checker recomputes, where the search over branches closed the
/// gap: else there is no tree to write.
void prove(const TrainOptions& options, const BranchSetup& setup, const Inputs& inputs,
           const RunControl& control, Answer& answer) {
  if (options.no_verify || answer.trained.status != TrainingStatus::kSolved) return;
  answer.proof = prove_branches({.setup = setup,
                                 .network = answer.trained.network,
                                 .output_bias = answer.trained.output_bias,
                                 .dual = answer.trained.dual,
                                 .relative_gap = options.requested_gap(),
                                 .path = options.certificate,
                                 .dataset_sha256 = inputs.sha256("dataset"),
                                 .threads = thread_count(options.run),
                                 .control = control});
  if (answer.proof.level != Level::kVerified) return;
  const ProvedBounds proved = proved_bounds(answer.proof);
  // A proof that lost much to rounding does not replace a better estimate.
  if (proved.relative_gap > std::max(options.requested_gap(), 2 * answer.estimate.relative_gap)) {
    return;
  }
  answer.bounds = {proved.objective, proved.lower_bound, proved.gap, proved.relative_gap,
                   Level::kVerified};
}

/// The start is the answer where training did not get below it.
void keep_start(const BranchSetup& setup, Inputs& inputs, BranchTrainingResult& trained) {
  const BranchNetwork& start = setup.network->network;
  const double objective = setup.problem.objective(start, setup.stored_bias());
  if (!std::isfinite(objective)) {
    inputs.notes.emplace_back(
        "the network leaves the constraints of the architecture: its branches are used as "
        "directions only");
  }
  if (trained.status == TrainingStatus::kSolved || !(objective < trained.objective)) return;
  trained.network = start;
  trained.output_bias = setup.stored_bias();
  trained.objective = objective;
  trained.decoded = setup.problem.architecture().exactness() == Exactness::kExact;
}

/// What asked for a certificate and got none.
void note_missing_certificate(const TrainOptions& options, const BranchSetup& setup,
                              const Answer& answer, Inputs& inputs) {
  warn_without_certificate(options.certificate, setup.outputs.problem);
  const bool possible = setup.outputs.problem.has_exact_certificate();
  if (options.certificate.empty() || answer.proof.bytes > 0 || !possible) return;
  inputs.notes.push_back(options.certificate +
                         " is not written: the bound was not closed, so there is no proof of it");
}

}  // namespace

void refuse_train_options(const TrainOptions& options, const std::string& architecture) {
  const auto refuse = [&architecture](const std::string& option) {
    throw Failure(ExitCode::kUsage, option + " does not go with the architecture " + architecture);
  };
  if (options.patterns.mode != "all") refuse("--patterns " + options.patterns.mode);
  if (options.width) refuse("--width");
}

ExitCode train_architecture(const TrainOptions& options,
                            const ArchitectureDescription& description) {
  refuse_train_options(options, std::string(to_string(description.kind)));
  require_certificate(options.certificate, description);
  Session session(options.run);
  Inputs inputs;
  const BranchSetup setup = load_branch_setup(options.problem, description, inputs);
  const std::optional<Samples> test =
      load_branch_test(options.test, options.problem, inputs, setup);
  std::optional<BranchNetwork> start;
  if (setup.network) start = setup.network->network;
  Answer answer;
  // Half of the gap is left for rounding the proof to short exact numbers.
  answer.trained = train_branches(
      setup.problem,
      training_settings(options.run, 0.5 * options.requested_gap(), session.control()), start);
  if (start) keep_start(setup, inputs, answer.trained);
  answer.estimate = bounds_of(answer.trained, options.requested_gap());
  answer.bounds = answer.estimate;
  if (answer.estimate.relative_gap <= options.requested_gap()) {
    answer.trained.status = TrainingStatus::kSolved;
  }
  prove(options, setup, inputs, session.control(), answer);
  note_missing_certificate(options, setup, answer, inputs);
  if (answer.trained.status == TrainingStatus::kReducedAccuracy ||
      proves_less(answer.proof, answer.bounds.relative_gap)) {
    note_unlike_columns(setup, inputs);
  }
  const BranchNetwork& network = answer.trained.network;
  const double bias = answer.trained.output_bias;
  answer.evaluations = evaluate(options.problem, setup, network, bias, test);
  if (!options.out.empty()) write_branches(options.out, setup, network, bias);
  Json document = make_document(options, setup, inputs, answer);
  print_result(options.run, session, document, make_text(options, setup, inputs, answer),
               inputs.notes);
  return answer.trained.status == TrainingStatus::kLimit ? ExitCode::kLimit : ExitCode::kDone;
}

}  // namespace thalweg::commands
