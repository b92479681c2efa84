#include <cmath>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "commands/advice.hpp"
#include "commands/architecture_info.hpp"
#include "commands/architecture_problem.hpp"
#include "commands/commands.hpp"
#include "commands/inputs.hpp"
#include "commands/report.hpp"
#include "commands/session.hpp"
#include "thalweg/arrangement/count_cells.hpp"
#include "thalweg/training/beta_max.hpp"

namespace thalweg::commands {
namespace {

struct InfoOptions {
  RunOptions run;
  ProblemOptions problem;
};

/// How long beta_max is searched for unless --time-limit says otherwise: info is a first look.
constexpr double kDefaultSeconds = 10;

struct InfoAnswer {
  DataFacts facts;
  CellCount cells;
  BigCount cells_general_position;
  std::vector<std::string> advice;
  bool stopped = false;  ///< by the user's time limit or by Ctrl-C
};

/// beta_max of the problem. A penalised output bias is part of the question, as its penalty is
/// beta: unless --beta settles it, the value at which both agree is searched by iteration.
BetaMax find_beta_max(const TrainingProblem& problem, bool beta_given,
                      const DualNormSettings& settings) {
  constexpr int kRounds = 30;
  constexpr double kAgreement = 1e-10;
  BetaMax result = beta_max(problem, settings);
  if (beta_given || problem.output_bias() != OutputBias::kPenalised) return result;
  double beta = problem.beta();
  for (int round = 0; round < kRounds && result.upper > 0; ++round) {
    if (std::abs(result.upper - beta) <= kAgreement * beta) break;
    beta = result.upper;
    result = beta_max(
        TrainingProblem(problem.X(), problem.y(), beta, problem.loss(), problem.output_bias()),
        settings);
  }
  return result;
}

InfoAnswer examine(const InfoOptions& options, const ProblemSetup& setup, const Inputs& inputs,
                   const RunControl& control) {
  const TrainingProblem& problem = setup.problem;
  const HyperplaneArrangement arrangement(problem.X());
  const Index lines = arrangement.hyperplanes();
  InfoAnswer answer;
  DataFacts& facts = answer.facts;
  facts.samples = problem.samples();
  facts.dimension = problem.dimension();
  facts.rank = arrangement.rank();
  facts.zero_rows = arrangement.zero_rows();
  facts.parallel_rows = facts.samples - facts.zero_rows - lines;
  facts.hidden_bias = inputs.hidden_bias == HiddenBias::kLastColumn;
  facts.squared_loss = problem.loss().kind() == LossKind::kSquared;
  facts.mean_scale = problem.loss().scale() == LossScale::kMean;
  facts.beta = penalty(options.problem, inputs.dataset);
  CountSettings count;
  count.seed = options.run.seed;
  count.control = control;
  answer.cells = count_cells(arrangement, count);
  answer.cells_general_position = cells_in_general_position(lines, arrangement.rank());

  DualNormSettings settings;
  settings.relative_gap = 1e-9;
  settings.threads = thread_count(options.run);
  settings.seed = options.run.seed;
  settings.control = control;
  settings.control.deadline = Deadline::earlier(
      control.deadline, options.run.time_limit ? Deadline() : Deadline::after(kDefaultSeconds));
  const BetaMax largest = find_beta_max(problem, facts.beta.has_value(), settings);
  facts.beta_max = largest.upper;
  facts.beta_max_lower = largest.lower;
  answer.stopped = largest.status == DualNormStatus::kLimit && control.should_stop();
  answer.advice = advise(facts);
  return answer;
}

Json make_document(const InfoOptions& options, const ProblemSetup& setup, const Inputs& inputs,
                   const InfoAnswer& answer) {
  const DataFacts& facts = answer.facts;
  Json document = begin_document("info");
  document["inputs"] = describe_files(inputs);
  document["settings"] = describe_settings(options.run, setup, inputs);
  if (!facts.beta) {
    document["settings"]["beta"] = nullptr;
    document["settings"]["torch_weight_decay"] = nullptr;
    document["settings"]["objective"] = nullptr;
  }
  document["n"] = facts.samples;
  document["d"] = facts.dimension;
  document["rank"] = facts.rank;
  document["zero_rows"] = facts.zero_rows;
  document["parallel_rows"] = facts.parallel_rows;
  document["cells"] = answer.cells.exact ? to_json(*answer.cells.exact) : Json(nullptr);
  document["cells_general_position"] = to_json(answer.cells_general_position);
  document["beta_max"] = facts.beta_max;
  document["beta_max_lower"] = facts.beta_max_lower;
  document["advice"] = answer.advice;
  return document;
}

std::string describe_cells(const InfoAnswer& answer) {
  const CellCount& cells = answer.cells;
  if (cells.exact) return cells.exact->decimal + " activation patterns (exact)";
  const std::string bound = "at most " + answer.cells_general_position.decimal +
                            " activation patterns (that many in general position)";
  if (cells.method != CountMethod::kEstimate) return bound;
  char estimate[64];
  std::snprintf(estimate, sizeof estimate, "; about %.3g (95 %% interval %.3g to %.3g)",
                cells.value, cells.low, cells.high);
  return bound + estimate;
}

TextReport make_text(const ProblemSetup& setup, const Inputs& inputs, const InfoAnswer& answer) {
  const DataFacts& facts = answer.facts;
  TextReport text;
  add_inputs(text, inputs);
  if (facts.beta) add_objective(text, setup);
  text.add("samples n", std::to_string(facts.samples));
  text.add("dimension d", std::to_string(facts.dimension) +
                              (facts.hidden_bias ? " (the column of ones included)" : ""));
  text.add("rank", std::to_string(facts.rank));
  text.add("zero rows", std::to_string(facts.zero_rows));
  text.add("parallel rows", std::to_string(facts.parallel_rows));
  text.add("cells", describe_cells(answer));
  text.add("beta_max", exact_digits(facts.beta_max) +
                           ": from this penalty on the network without neurons is optimal");
  for (const std::string& sentence : answer.advice) text.add("advice", sentence);
  return text;
}

ExitCode run_info(const InfoOptions& options) {
  if (const auto described = asked_architecture(options.problem)) {
    return describe_architecture_on_data(options.run, options.problem, *described);
  }
  Session session(options.run);
  Inputs inputs = load_inputs(options.problem);
  const std::optional<double> beta = penalty(options.problem, inputs.dataset);
  // Nothing but the words depends on beta here; any positive number completes the problem.
  const ProblemSetup setup = build_problem(options.problem, inputs, beta.value_or(1.0));
  const InfoAnswer answer = examine(options, setup, inputs, session.control());
  Json document = make_document(options, setup, inputs, answer);
  print_result(options.run, session, document, make_text(setup, inputs, answer), inputs.notes);
  return answer.stopped ? ExitCode::kLimit : ExitCode::kDone;
}

}  // namespace

Command make_info(CLI::App& root) {
  auto options = std::make_shared<InfoOptions>();
  CLI::App* app = root.add_subcommand(
      "info", "Size, rank, activation patterns and largest useful penalty of a data set");
  add_dataset_options(*app, options->problem, Required::kYes);
  add_network_option(*app, options->problem, Required::kNo);
  add_architecture_option(*app, options->problem);
  add_objective_options(*app, options->problem);
  add_standardize_options(*app, options->problem);
  add_run_options(*app, options->run);
  app->footer("Example:\n  thalweg info --dataset examples/iris/iris.npz --bias");
  return {app, &options->run, [options] { return run_info(*options); }};
}

}  // namespace thalweg::commands
