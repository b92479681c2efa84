#include <memory>
#include <optional>
#include <string>

#include "commands/architecture_problem.hpp"
#include "commands/architecture_solvers.hpp"
#include "commands/architecture_train.hpp"
#include "commands/commands.hpp"
#include "commands/evaluation.hpp"
#include "commands/gated_model.hpp"
#include "commands/inputs.hpp"
#include "commands/output_file.hpp"
#include "commands/proof.hpp"
#include "commands/report.hpp"
#include "commands/session.hpp"
#include "commands/several_outputs.hpp"
#include "commands/train_answer.hpp"
#include "commands/train_low_rank.hpp"
#include "commands/train_options.hpp"
#include "commands/train_outputs.hpp"
#include "commands/train_patterns.hpp"
#include "thalweg/reformulation/make_architecture.hpp"

namespace thalweg::commands {
namespace {

template <class Answer>
void print_answer(const TrainOptions& options, const ProblemSetup& setup, const Inputs& inputs,
                  const Answer& answer, Session& session) {
  Json document = begin_document("train");
  document["inputs"] = describe_files(inputs);
  document["settings"] = describe_settings(options.run, setup, inputs);
  add_answer(document, options, answer);
  TextReport text;
  add_inputs(text, inputs);
  add_objective(text, setup);
  add_answer(text, options, answer);
  print_result(options.run, session, document, text, inputs.notes);
}

ExitCode run_all(const TrainOptions& options, const ProblemSetup& setup, Inputs& inputs,
                 Session& session) {
  warn_without_certificate(options.certificate, setup.problem);
  const std::optional<Samples> test =
      load_test_samples(options.test, options.problem, inputs, setup);
  TrainAnswer answer = train_over_all_patterns(options, setup, inputs, session.control());
  answer.evaluations = evaluate(options.problem, setup, answer.network, test);
  note_unwritten_certificate(options.certificate, setup.problem, answer.proof.bytes, inputs);
  if (!options.out.empty()) {
    write_network_file(options.out, answer.network, inputs, setup.problem.output_bias());
  }
  print_answer(options, setup, inputs, answer, session);
  return answer.status == TrainingStatus::kLimit ? ExitCode::kLimit : ExitCode::kDone;
}

/// Tests and writes the gated model itself.
void finish_gated_model(const TrainOptions& options, const ProblemSetup& setup,
                        const Inputs& inputs, const std::optional<Samples>& test,
                        PatternAnswer& answer) {
  if (answer.choice.gates.size() > 0) {
    const Model model = [&answer](const Matrix& X) {
      return predict_gated(X, *answer.gated, answer.choice.gates);
    };
    answer.evaluations = evaluate(options.problem, setup, model, test);
  }
  if (options.out.empty()) return;
  write_gated_model(options.out, setup.problem, answer.choice, *answer.gated, inputs);
}

ExitCode run_patterns(const TrainOptions& options, const ProblemSetup& setup, Inputs& inputs,
                      Session& session) {
  const std::optional<Samples> test =
      load_test_samples(options.test, options.problem, inputs, setup);
  PatternAnswer answer = train_over_patterns(options, setup, inputs, session.control());
  if (answer.network) {
    answer.evaluations = evaluate(options.problem, setup, *answer.network, test);
    if (!options.out.empty()) {
      write_network_file(options.out, *answer.network, inputs, setup.problem.output_bias(),
                         answer.dual);
    }
  } else if (!writes_gated_model(options)) {
    if (!options.out.empty()) {
      inputs.notes.push_back(options.out + " is not written: the decomposition gave no network");
    }
  } else {
    finish_gated_model(options, setup, inputs, test, answer);
  }
  print_answer(options, setup, inputs, answer, session);
  return stopped_at_limit(answer, options) ? ExitCode::kLimit : ExitCode::kDone;
}

ExitCode run_train(const TrainOptions& options) {
  check_train_options(options);
  std::vector<NamedFile> inputs_too = named_files(options.test);
  inputs_too.push_back({"--gates", options.patterns.gates});
  inputs_too.push_back({"--cells", options.patterns.cells});
  require_distinct_files(options.problem,
                         {{"--out", options.out}, {"--certificate", options.certificate}},
                         inputs_too);
  require_writable_npz(options.out);
  require_writable(options.certificate);
  if (options.rank) return train_low_rank(options);
  if (const auto described = asked_architecture(options.problem)) {
    return has_branches(described->kind) ? train_architecture(options, *described)
                                         : train_special_architecture(options, *described);
  }
  Session session(options.run);
  Inputs inputs = load_inputs(options.problem);
  if (has_several_outputs(options.problem, inputs)) {
    return train_several_outputs(options, inputs, session);
  }
  const ProblemSetup setup = build_problem(options.problem, inputs);
  return options.patterns.mode == "all" ? run_all(options, setup, inputs, session)
                                        : run_patterns(options, setup, inputs, session);
}

}  // namespace

Command make_train(CLI::App& root) {
  auto options = std::make_shared<TrainOptions>();
  CLI::App* app = root.add_subcommand(
      "train", "Train over all widths to a certified gap and write the optimal network");
  add_train_options(*app, *options);
  app->footer(
      "Example:\n  thalweg train --dataset examples/iris/iris.npz --beta 1.5 --bias \\\n"
      "      --output-bias penalised --gap 1e-6 --out optimum.npz");
  return {app, &options->run, [options] { return run_train(*options); }};
}

}  // namespace thalweg::commands
