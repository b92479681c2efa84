#include "commands/certify_outputs.hpp"

#include <algorithm>
#include <optional>

#include "commands/output_file.hpp"
#include "commands/several_outputs.hpp"
#include "thalweg/training/multi_output_training.hpp"

namespace thalweg::commands {
namespace {

struct Answer {
  Verdict verdict = Verdict::kUndecided;
  double objective = 0;
  double lower_bound = 0;
  double gap = 0;
  double relative_gap = 0;
  double own_dual_norm = 0;
  BoundSource source = BoundSource::kOwnResidual;
  std::optional<MultiOutputTrainingResult> trained;  ///< when the own residual left the gap open
  bool stopped = false;

  /// Whether training found a network that is lower by more than `share` of the objective.
  [[nodiscard]] bool improved(double share) const {
    return trained && objective - trained->bound.objective > share * objective;
  }
};

Answer examine(const CertifyRequest& request, const MultiOutputSetup& setup,
               const TwoLayerNetwork& network, const RunControl& control) {
  TrainingSettings settings;
  settings.relative_gap = 0.1 * request.tolerance;
  settings.threads = thread_count(request.run);
  settings.seed = request.run.seed;
  settings.control = control;
  const MultiOutputBound own = bound_multi_output(setup.problem, setup.model, network, settings);
  Answer answer;
  answer.objective = own.objective;
  answer.own_dual_norm = own.dual_norm;
  answer.lower_bound = std::max(0.0, own.lower_bound);
  if (own.relative_gap > request.tolerance) {
    answer.trained = train_multi_output(setup.problem, setup.model, settings, network);
    answer.stopped = answer.trained->status == TrainingStatus::kLimit;
    if (answer.trained->bound.lower_bound > answer.lower_bound) {
      answer.lower_bound = answer.trained->bound.lower_bound;
      answer.source = BoundSource::kColumnGeneration;
    }
  }
  answer.lower_bound = std::min(answer.lower_bound, answer.objective);
  answer.gap = answer.objective - answer.lower_bound;
  answer.relative_gap = answer.objective > 0 ? answer.gap / answer.objective : 0.0;
  if (answer.relative_gap <= request.tolerance) {
    answer.verdict = Verdict::kGlobalMinimum;
    answer.stopped = false;
  } else if (answer.improved(request.tolerance)) {
    answer.verdict = Verdict::kSuboptimal;
  }
  return answer;
}

Json describe_improvement(const Answer& answer, double tolerance) {
  if (answer.verdict == Verdict::kGlobalMinimum || !answer.improved(tolerance)) return nullptr;
  const double after = answer.trained->bound.objective;
  return {{"kind", to_string(ImprovementKind::kReplace)},
          {"decrease", answer.objective - after},
          {"objective_after", after},
          {"verified", false},
          {"width", answer.trained->network.width()}};
}

Json make_document(const CertifyRequest& request, const MultiOutputSetup& setup,
                   const Inputs& inputs, const Answer& answer) {
  Json document = begin_document("certify");
  document["inputs"] = describe_files(inputs);
  document["settings"] = describe_settings(request.run, setup, inputs);
  document["settings"]["tolerance"] = request.tolerance;
  document["outputs"] = setup.problem.outputs();
  document["verdict"] = to_string(answer.verdict);
  document["objective"] = answer.objective;
  document["lower_bound"] = answer.lower_bound;
  document["gap"] = answer.gap;
  document["relative_gap"] = answer.relative_gap;
  document["level"] = to_string(Level::kEstimate);
  document["bound_source"] = to_string(answer.source);
  document["own_dual_norm"] = answer.own_dual_norm;
  document["optimum_upper_bound"] =
      answer.trained ? std::min(answer.objective, answer.trained->bound.objective)
                     : answer.objective;
  document["improvement"] = describe_improvement(answer, request.tolerance);
  document["width"] = inputs.network->network.width();
  document["certificate"] = nullptr;
  document["stopped_at_limit"] = answer.stopped;
  return document;
}

std::string verdict_sentence(const Answer& answer, double tolerance) {
  const std::string share = exact_digits(tolerance);
  switch (answer.verdict) {
    case Verdict::kGlobalMinimum:
      return "GLOBAL MINIMUM, in floating point: no network of any width has an objective that is "
             "lower by more than a share of " +
             share + ".";
    case Verdict::kSuboptimal:
      return "SUBOPTIMAL. There is an explicit network whose objective is lower by more than a "
             "share of " +
             share + ".";
    case Verdict::kUndecided:
      return "UNDECIDED. The network is at most the gap below away from a global minimum.";
  }
  return "";
}

TextReport make_text(const CertifyRequest& request, const MultiOutputSetup& setup,
                     const Inputs& inputs, const Answer& answer, const Evaluations& evaluations) {
  TextReport text;
  add_inputs(text, inputs);
  text.add("minimised", setup.problem.describe());
  text.paragraph(verdict_sentence(answer, request.tolerance));
  text.add("objective", exact_digits(answer.objective));
  text.add("lower bound", exact_digits(answer.lower_bound) + ": no network of any width with " +
                              name(setup.model) + " outputs is below");
  text.add("gap", rounded_up(answer.gap) + " (relative " + rounded_up(answer.relative_gap) + ")");
  text.add("level", level_in_words(Level::kEstimate));
  if (answer.improved(request.tolerance)) {
    text.add("improvement", "train anew: a network of width " +
                                std::to_string(answer.trained->network.width()) +
                                " has the objective " +
                                exact_digits(answer.trained->bound.objective) + " (estimate)");
  }
  add_evaluations(text, evaluations);
  return text;
}

}  // namespace

ReducedVerdict certify_several_outputs(const CertifyRequest& request, Inputs& inputs,
                                       Session& session) {
  const MultiOutputSetup setup = build_multi_output_problem(request.problem, inputs);
  const std::optional<Dataset> test =
      load_test_dataset(request.test, request.problem, inputs, setup.label_mapping);
  const TwoLayerNetwork& network = inputs.network->network;
  const Evaluations evaluations = evaluate(setup, network, inputs, test);
  const Answer answer = examine(request, setup, network, session.control());
  if (!request.improved.empty()) {
    if (answer.verdict != Verdict::kGlobalMinimum && answer.improved(request.tolerance)) {
      write_network_file(request.improved, answer.trained->network, inputs,
                         setup.problem.output_bias());
    } else {
      inputs.notes.push_back(request.improved + " is not written: no improvement was found");
    }
  }
  Json document = make_document(request, setup, inputs, answer);
  add_evaluations(document, evaluations);
  print_result(request.run, session, document,
               make_text(request, setup, inputs, answer, evaluations), inputs.notes);
  return {answer.verdict, answer.stopped};
}

}  // namespace thalweg::commands
