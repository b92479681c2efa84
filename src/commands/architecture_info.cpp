#include "commands/architecture_info.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include "commands/architecture_problem.hpp"
#include "commands/architecture_report.hpp"
#include "commands/session.hpp"
#include "thalweg/reformulation/piece_enumeration.hpp"

namespace thalweg::commands {
namespace {

/// How long pieces are listed and beta_max is searched for unless --time-limit says otherwise.
constexpr double kPieceSeconds = 5;
constexpr double kBetaSeconds = 10;
constexpr std::uint64_t kMostPieces = 1'000'000;

struct Answer {
  Index parameters = 0;  ///< of the largest block
  std::uint64_t pieces = 0;
  bool pieces_complete = true;
  BranchBetaMax beta_max;
  bool stopped = false;
};

/// The deadline of a first look, or the user's.
RunControl limited(const RunControl& control, const RunOptions& run, double seconds) {
  RunControl result = control;
  result.deadline =
      Deadline::earlier(control.deadline, run.time_limit ? Deadline() : Deadline::after(seconds));
  return result;
}

Answer examine(const RunOptions& run, const BranchProblem& problem, const RunControl& control) {
  Answer answer;
  PieceSettings pieces;
  pieces.control = limited(control, run, kPieceSeconds);
  for (const BranchForm& form : problem.forms()) {
    answer.parameters = std::max(answer.parameters, form.parameters());
    if (!answer.pieces_complete) continue;
    pieces.max_pieces = kMostPieces - answer.pieces;
    const PieceList list = enumerate_pieces(form, pieces);
    answer.pieces += list.patterns.size();
    answer.pieces_complete = list.complete();
  }
  TrainingSettings settings = training_settings(run, 1e-9, limited(control, run, kBetaSeconds));
  answer.beta_max = branch_beta_max(problem, settings);
  answer.stopped = control.should_stop();
  return answer;
}

Json make_document(const RunOptions& run, bool has_beta, const BranchSetup& setup,
                   const Inputs& inputs, const Answer& answer) {
  const BranchProblem& problem = setup.problem;
  Json document = begin_document("info");
  document["inputs"] = describe_files(inputs);
  document["settings"] = describe_settings(run, setup, inputs);
  if (!has_beta) {
    for (const char* key : {"beta", "torch_weight_decay", "objective"}) {
      document["settings"][key] = nullptr;
    }
  }
  document["architecture"] = describe_architecture(problem.architecture());
  document["n"] = problem.X().rows();
  document["d"] = problem.X().cols();
  document["parameters"] = answer.parameters;
  document["forms"] = problem.forms().size();
  document["pieces"] = answer.pieces_complete ? Json(answer.pieces) : Json(nullptr);
  document["pieces_found"] = answer.pieces;
  document["beta_max"] = answer.beta_max.upper;
  document["beta_max_lower"] = answer.beta_max.lower;
  document["width"] = setup.network ? Json(setup.network->network.branches()) : Json(nullptr);
  return document;
}

TextReport make_text(bool has_beta, const BranchSetup& setup, const Inputs& inputs,
                     const Answer& answer) {
  const BranchProblem& problem = setup.problem;
  const Architecture& architecture = problem.architecture();
  TextReport text;
  add_inputs(text, inputs);
  if (has_beta) add_objective(text, setup);
  text.add("network", architecture.name() + ": " + architecture.describe());
  text.add("exactness", architecture.exactness() == Exactness::kExact
                            ? "exact: the convex program has the networks' optimum"
                            : "lower bound: the convex program is a relaxation, whose optimum is "
                              "the networks' where its blocks have rank one");
  text.add("samples n", std::to_string(problem.X().rows()));
  text.add("dimension d", std::to_string(problem.X().cols()));
  text.add("outputs", std::to_string(architecture.outputs()) + " a sample");
  text.add("block", std::to_string(answer.parameters) + " numbers, " +
                        std::to_string(problem.forms().size()) + " forms");
  text.add("pieces", answer.pieces_complete
                         ? std::to_string(answer.pieces) + " (exact, for one output sign)"
                         : "more than " + std::to_string(answer.pieces) + ", listing was stopped");
  text.add("beta_max", exact_digits(answer.beta_max.upper) +
                           ": from this penalty on the network without branches is optimal");
  return text;
}

}  // namespace

ExitCode describe_architecture_on_data(const RunOptions& run, const ProblemOptions& problem,
                                       const ArchitectureDescription& description) {
  Session session(run);
  Inputs inputs;
  const bool has_beta = problem.beta || problem.torch_weight_decay;
  // Nothing but the words depends on beta here; any positive number completes the problem.
  const BranchSetup setup =
      load_branch_setup(problem, description, inputs, has_beta ? std::nullopt : std::optional(1.0));
  const Answer answer = examine(run, setup.problem, session.control());
  Json document = make_document(run, has_beta, setup, inputs, answer);
  print_result(run, session, document, make_text(has_beta, setup, inputs, answer), inputs.notes);
  return answer.stopped ? ExitCode::kLimit : ExitCode::kDone;
}

}  // namespace thalweg::commands
