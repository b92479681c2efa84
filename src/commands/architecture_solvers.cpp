#include "commands/architecture_solvers.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include "commands/architecture_problem.hpp"
#include "commands/architecture_proof.hpp"
#include "commands/architecture_train.hpp"
#include "commands/output_file.hpp"
#include "commands/session.hpp"
#include "commands/special_networks.hpp"

namespace thalweg::commands {
namespace {

std::string status_word(SolverStatus status) {
  switch (status) {
    case SolverStatus::kSolved:
      return "solved";
    case SolverStatus::kReducedAccuracy:
    case SolverStatus::kStepLimit:
      return "reduced_accuracy";
    case SolverStatus::kStopped:
      return "limit";
    case SolverStatus::kUnsolved:
      break;
  }
  return "unsolved";
}

double relative_gap(const SpecialNetwork& network) {
  const double gap = std::max(0.0, network.objective - network.lower_bound);
  return network.objective > 0 ? std::min(1.0, gap / network.objective) : gap;
}

std::string objective_in_words(const ProblemSetup& setup, const SpecialNetwork& network) {
  return setup.problem.loss().name() + " loss; " + network.words +
         ", beta = " + exact_digits(setup.problem.beta());
}

Json make_document(const TrainOptions& options, const ArchitectureDescription& description,
                   const ProblemSetup& setup, const Inputs& inputs, const SpecialNetwork& network) {
  Json document = begin_document("train");
  document["inputs"] = describe_files(inputs);
  document["settings"] = describe_settings(options.run, setup, inputs);
  document["settings"]["objective"] = objective_in_words(setup, network);
  document["settings"]["gap"] = options.requested_gap();
  document["architecture"] = {
      {"name", to_string(description.kind)}, {"exactness", "exact"}, {"network", network.words}};
  const double lower_bound = std::clamp(network.lower_bound, 0.0, network.objective);
  document["objective"] = network.objective;
  document["lower_bound"] = lower_bound;
  document["gap"] = network.objective - lower_bound;
  document["relative_gap"] = relative_gap(network);
  document["width"] = network.width;
  document["status"] = status_word(network.status);
  document["level"] = to_string(Level::kEstimate);
  document["dual_norm"] = network.dual_norm;
  document["dual"] = to_json(network.dual);
  document["out"] = options.out.empty() ? Json(nullptr) : Json(options.out);
  document["certificate"] = nullptr;
  return document;
}

TextReport make_text(const TrainOptions& options, const ProblemSetup& setup, const Inputs& inputs,
                     const SpecialNetwork& network, const Evaluations& evaluations) {
  TextReport text;
  add_inputs(text, inputs);
  text.add("minimised", objective_in_words(setup, network));
  text.paragraph("Training: " + status_word(network.status) + ".");
  text.add("objective", exact_digits(network.objective) + ", of the plain weights");
  text.add("lower bound", exact_digits(std::clamp(network.lower_bound, 0.0, network.objective)) +
                              ": no such network of any width is below");
  text.add("relative gap", rounded_up(relative_gap(network)));
  text.add("width", std::to_string(network.width));
  text.add("level", level_in_words(Level::kEstimate));
  add_evaluations(text, evaluations);
  if (!options.out.empty()) text.add("network", options.out);
  return text;
}

/// Options of the problem as the architecture has them.
ProblemOptions settle(const TrainOptions& options, const ArchitectureDescription& description) {
  const std::string name(to_string(description.kind));
  refuse_train_options(options, name);
  require_certificate(options.certificate, description);
  refuse_problem_options(options.problem, description);
  ProblemOptions problem = options.problem;
  if (!problem.network.empty()) {
    throw Failure(ExitCode::kUsage, "--network is no start for the architecture " + name);
  }
  if (description.kind == ArchitectureKind::kOneDimensional && problem.output_bias.empty()) {
    problem.output_bias = "free";
  }
  return problem;
}

}  // namespace

ExitCode train_special_architecture(const TrainOptions& options,
                                    const ArchitectureDescription& description) {
  const ProblemOptions problem = settle(options, description);
  Session session(options.run);
  Inputs inputs = load_inputs(problem);
  inputs.files.push_back(describe_file("architecture", problem.architecture, {}));
  const ProblemSetup setup = build_problem(problem, inputs);
  const std::optional<Samples> test = load_test_samples(options.test, problem, inputs, setup);
  SolverSettings settings;
  settings.relative_gap = options.requested_gap();
  settings.threads = thread_count(options.run);
  settings.control = session.control();
  const SpecialNetwork network = train_special(setup.problem, description, settings);
  if (!options.out.empty()) require(io::write_npz(options.out, network.arrays));
  const Evaluations evaluations = evaluate(problem, setup, network.predict, test);
  Json document = make_document(options, description, setup, inputs, network);
  add_evaluations(document, evaluations);
  print_result(options.run, session, document,
               make_text(options, setup, inputs, network, evaluations), inputs.notes);
  return network.status == SolverStatus::kStopped ? ExitCode::kLimit : ExitCode::kDone;
}

}  // namespace thalweg::commands
