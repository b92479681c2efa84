#include "commands/architecture_certify.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include "commands/architecture_examination.hpp"
#include "commands/architecture_problem.hpp"
#include "commands/architecture_proof.hpp"
#include "commands/architecture_report.hpp"
#include "commands/output_file.hpp"
#include "commands/session.hpp"

namespace thalweg::commands {
namespace {

/// A verdict and what the checker made of it.
struct Answer : BranchExamination {
  Level level = Level::kEstimate;
  Proof proof;
};

/// Proves the gap of a global minimum, and of any network whose certificate is wanted.
void prove(const CertifyRequest& request, const BranchSetup& setup, const Inputs& inputs,
           const RunControl& control, Answer& answer) {
  const bool minimum = answer.verdict == Verdict::kGlobalMinimum;
  const bool searched = !answer.trained || answer.trained->status == TrainingStatus::kSolved;
  const bool closed = answer.dual.size() > 0 && (minimum || searched);
  if (!request.verify || !closed || (!minimum && request.certificate.empty())) return;
  answer.proof = prove_branches({.setup = setup,
                                 .network = setup.network->network,
                                 .output_bias = setup.stored_bias(),
                                 .dual = answer.dual,
                                 .relative_gap = request.tolerance,
                                 .path = request.certificate,
                                 .dataset_sha256 = inputs.sha256("dataset"),
                                 .network_sha256 = inputs.sha256("network"),
                                 .threads = thread_count(request.run),
                                 .control = control});
  if (answer.proof.level != Level::kVerified || !minimum) return;
  const ProvedBounds proved = proved_bounds(answer.proof);
  if (proved.relative_gap > request.tolerance) return;
  answer.level = Level::kVerified;
  answer.objective = proved.objective;
  answer.lower_bound = proved.lower_bound;
  answer.gap = proved.gap;
  answer.relative_gap = proved.relative_gap;
}

Json describe_improvement(const BranchProblem& problem, const Answer& answer,
                          const std::optional<BranchImprovement>& improvement) {
  if (!improvement) return nullptr;
  Json json = {{"kind", to_string(improvement->kind)},
               {"decrease", answer.objective - improvement->objective_after},
               {"objective_after", improvement->objective_after},
               {"verified", false},
               {"width", improvement->network.branches()}};
  if (improvement->block) json["branch"] = describe_branch(problem, *improvement->block);
  return json;
}

Json make_document(const CertifyRequest& request, const BranchSetup& setup, const Inputs& inputs,
                   const Answer& answer) {
  Json document = begin_document("certify");
  document["inputs"] = describe_files(inputs);
  document["settings"] = describe_settings(request.run, setup, inputs);
  document["settings"]["tolerance"] = request.tolerance;
  document["architecture"] = describe_architecture(setup.problem.architecture());
  document["verdict"] = to_string(answer.verdict);
  document["unrolled"] = setup.unrolled;
  document["objective"] = answer.objective;
  document["lower_bound"] = answer.lower_bound;
  document["gap"] = answer.gap;
  document["relative_gap"] = answer.relative_gap;
  document["level"] = to_string(answer.level);
  document["bound_source"] = to_string(answer.source);
  document["dual_norm"] = answer.dual_norm;
  document["own_dual_norm"] = answer.own_dual_norm;
  document["own_dual_norm_found"] = answer.own_dual_norm_found;
  document["optimum_upper_bound"] =
      answer.improvement ? answer.improvement->objective_after : answer.objective;
  const bool minimum = answer.verdict == Verdict::kGlobalMinimum;
  document["improvement"] =
      minimum ? Json(nullptr) : describe_improvement(setup.problem, answer, answer.improvement);
  document["improving_neuron"] = nullptr;
  document["improving_branch"] =
      describe_improvement(setup.problem, answer, answer.improving_branch);
  document["proved"] = describe_proved(answer.proof);
  document["width"] = setup.network->network.branches();
  document["certificate"] =
      describe_certificate(request.certificate, answer.proof.bytes, answer.proof.leaves);
  document["stopped_at_limit"] = answer.stopped;
  return document;
}

std::string verdict_sentence(const Answer& answer, double tolerance, bool unrolled) {
  const std::string share = exact_digits(tolerance);
  const std::string how = answer.level == Level::kVerified ? "" : ", in floating point";
  switch (answer.verdict) {
    case Verdict::kGlobalMinimum:
      return "GLOBAL MINIMUM" + how +
             ": no network of this architecture with any number "
             "of branches has an objective that is lower by more than a share of " +
             share + ".";
    case Verdict::kSuboptimal:
      return "SUBOPTIMAL. There is an explicit network whose objective is lower by more than a "
             "share of " +
             share + "." +
             (unrolled ? " Its branches are trees; a layered network of these widths may not "
                         "reach it."
                       : "");
    case Verdict::kUndecided:
      break;
  }
  return "UNDECIDED. Neither a lower network nor a bound within a share of " + share +
         " was found.";
}

std::string improvement_in_words(const Answer& answer) {
  const std::string after = exact_digits(answer.improvement->objective_after) + " (estimate)";
  switch (answer.improvement->kind) {
    case ImprovementKind::kNeuron:
      return "append one branch: the objective is then " + after;
    case ImprovementKind::kBalance:
      return "rescale the weights of each branch at unchanged outputs: the objective is then " +
             after;
    default:
      return "train anew: a network of " + std::to_string(answer.improvement->network.branches()) +
             " branches has the objective " + after;
  }
}

TextReport make_text(const CertifyRequest& request, const BranchSetup& setup, const Inputs& inputs,
                     const Answer& answer, const Evaluations& evaluations) {
  TextReport text;
  add_inputs(text, inputs);
  add_objective(text, setup);
  text.paragraph(verdict_sentence(answer, request.tolerance, setup.unrolled));
  text.add("objective", exact_digits(answer.objective));
  text.add("lower bound",
           exact_digits(answer.lower_bound) + ": no network of any number of branches is below");
  text.add("gap", rounded_up(answer.gap) + " (relative " + rounded_up(answer.relative_gap) + ")");
  text.add("level", level_in_words(answer.level));
  if (setup.problem.architecture().exactness() == Exactness::kLowerBound) {
    text.add("", "the bound is that of a relaxation: it holds, but may lie below every network");
  }
  if (answer.improvement && answer.verdict != Verdict::kGlobalMinimum) {
    text.add("improvement", improvement_in_words(answer));
  }
  if (answer.improving_branch && answer.verdict != Verdict::kGlobalMinimum) {
    text.add("improving branch",
             "appended, it lowers the objective by " +
                 exact_digits(answer.objective - answer.improving_branch->objective_after) +
                 "; its weights: see --json");
  }
  add_proof(text, answer.proof, request.certificate, answer.relative_gap);
  add_evaluations(text, evaluations);
  return text;
}

void write_improved(const CertifyRequest& request, const BranchSetup& setup, Inputs& inputs,
                    const Answer& answer) {
  if (request.improved.empty()) return;
  if (answer.improvement && answer.verdict != Verdict::kGlobalMinimum) {
    write_branches(request.improved, setup, answer.improvement->network,
                   answer.improvement->output_bias);
  } else {
    inputs.notes.push_back(request.improved + " is not written: no improvement was found");
  }
}

}  // namespace

ReducedVerdict certify_architecture(const CertifyRequest& request,
                                    const ArchitectureDescription& description) {
  require_certificate(request.certificate, description);
  Session session(request.run);
  Inputs inputs;
  const BranchSetup setup = load_branch_setup(request.problem, description, inputs);
  const std::optional<Samples> test =
      load_branch_test(request.test, request.problem, inputs, setup);
  const BranchNetwork& network = setup.network->network;
  const Evaluations evaluations =
      evaluate(request.problem, setup, network, setup.stored_bias(), test);
  Answer answer{
      examine_branches(setup.problem, network, setup.stored_bias(), request.tolerance,
                       training_settings(request.run, request.tolerance, session.control())),
      Level::kEstimate,
      {}};
  prove(request, setup, inputs, session.control(), answer);
  const TrainingProblem& outputs = setup.outputs.problem;
  warn_without_certificate(request.certificate, outputs);
  if (!request.certificate.empty() && answer.proof.bytes == 0 && outputs.has_exact_certificate()) {
    inputs.notes.push_back(request.certificate +
                           " is not written: the bound was not closed, so there is no proof of it");
  }
  const bool open = answer.verdict != Verdict::kGlobalMinimum && !answer.stopped;
  if (open || proves_less(answer.proof, answer.relative_gap)) note_unlike_columns(setup, inputs);
  write_improved(request, setup, inputs, answer);
  Json document = make_document(request, setup, inputs, answer);
  add_evaluations(document, evaluations);
  print_result(request.run, session, document,
               make_text(request, setup, inputs, answer, evaluations), inputs.notes);
  return {answer.verdict, answer.stopped};
}

}  // namespace thalweg::commands
