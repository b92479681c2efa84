#include "commands/train_low_rank.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <string>

#include "commands/architecture_problem.hpp"
#include "commands/architecture_report.hpp"
#include "commands/output_file.hpp"
#include "commands/session.hpp"
#include "commands/several_outputs.hpp"
#include "commands/train_low_rank_answer.hpp"
#include "thalweg/reformulation/make_architecture.hpp"
#include "thalweg/training/branch_training.hpp"

namespace thalweg::commands {
namespace {

[[noreturn]] void refuse(const std::string& message) { throw Failure(ExitCode::kUsage, message); }

void refuse_options(const TrainOptions& options) {
  const auto unknown = [](const std::string& option, const std::string& why) {
    refuse(option + " does not go with --rank" + why);
  };
  if (options.problem.skip) unknown("--skip", ": its weights are free, so no factor holds");
  if (options.patterns.mode != "all") unknown("--patterns " + options.patterns.mode, "");
  if (options.width) unknown("--width", "");
  if (!options.problem.network.empty()) unknown("--network", "");
  if (!options.certificate.empty()) {
    unknown("--certificate",
            ": its bounds are floating point; certify the network with `thalweg certify`");
  }
}

LowRankData truncate(const Matrix& X, Index rank) {
  const Index most = std::min(X.rows(), X.cols());
  if (rank > most) {
    refuse("--rank: expected 1 to " + std::to_string(most) + ", the lesser of rows and columns" +
           " of X, got " + std::to_string(rank));
  }
  return low_rank_data(X, rank);
}

/// Training on the truncated data gets half of the time when training on all of them follows.
TrainingSettings settings_for_truncated(const TrainOptions& options, const Session& session) {
  TrainingSettings settings =
      training_settings(options.run, options.requested_gap(), session.control());
  const double remaining = settings.control.deadline.remaining();
  if (!options.no_full && std::isfinite(remaining)) {
    settings.control.deadline = Deadline::after(0.5 * remaining);
  }
  return settings;
}

TrainedValue value_of(const TrainingResult& result) {
  return {result.status, result.objective, std::max(0.0, result.lower_bound),
          result.dual,   result.dual_norm, result.network.width()};
}

TrainedValue value_of(const BranchTrainingResult& result) {
  return {result.status, result.objective, std::max(0.0, result.lower_bound),
          result.dual,   result.dual_norm, result.network.branches()};
}

/// The answer, whose network's evaluations are given.
ExitCode finish(const TrainOptions& options, const LowRankAnswer& answer,
                const Evaluations& evaluations, const Inputs& inputs, Session& session,
                Json& document, TextReport& text) {
  add_answer(document, options, answer);
  add_evaluations(document, evaluations);
  document["out"] = options.out.empty() ? Json(nullptr) : Json(options.out);
  document["certificate"] = nullptr;
  add_answer(text, answer);
  add_evaluations(text, evaluations);
  if (!options.out.empty()) text.add("network", options.out);
  print_result(options.run, session, document, text, inputs.notes);
  const bool cut = answer.truncated.status == TrainingStatus::kLimit ||
                   (answer.full && answer.full->status == TrainingStatus::kLimit);
  return cut ? ExitCode::kLimit : ExitCode::kDone;
}

ExitCode train_two_layers(const TrainOptions& options) {
  Session session(options.run);
  Inputs inputs = load_inputs(options.problem);
  if (has_several_outputs(options.problem, inputs)) refuse("--rank is for one output");
  const ProblemSetup setup = build_problem(options.problem, inputs);
  const std::optional<Samples> test =
      load_test_samples(options.test, options.problem, inputs, setup);
  const LowRankData data = truncate(setup.problem.X(), *options.rank);
  const TrainingResult truncated =
      train(low_rank_problem(setup.problem, data), settings_for_truncated(options, session));
  TwoLayerNetwork network = truncated.network;
  network.W = lift_weights(data, network.W);
  LowRankAnswer answer = answer_about_full_data(setup.problem, data, 1, value_of(truncated),
                                                setup.problem.objective(network));
  if (!options.no_full) {
    answer.full = value_of(
        train(setup.problem,
              training_settings(options.run, options.requested_gap(), session.control()), network));
  }
  const Evaluations evaluations = evaluate(options.problem, setup, network, test);
  if (!options.out.empty()) {
    write_network_file(options.out, network, inputs, setup.problem.output_bias());
  }
  Json document = begin_document("train");
  document["inputs"] = describe_files(inputs);
  document["settings"] = describe_settings(options.run, setup, inputs);
  TextReport text;
  add_inputs(text, inputs);
  add_objective(text, setup);
  return finish(options, answer, evaluations, inputs, session, document, text);
}

/// M: the cost of a three-layer branch is its sum over leaves, so it counts as one path.
Index paths_of(const ArchitectureDescription& description) {
  Index paths = 1;
  for (const Index fan_in : description.fan_in) paths *= fan_in;
  return paths;
}

/// A network on the coordinates as one on X: each leaf's weights times basis^T.
BranchNetwork lift(const LowRankData& data, BranchNetwork network) {
  const Matrix first = network.layers[0];  // (branches x leaves kappa)
  const Index leaves = first.cols() / data.basis.cols();
  network.layers[0].resize(first.rows(), leaves * data.basis.rows());
  for (Index k = 0; k < first.rows(); ++k) {
    const Vector branch = first.row(k).transpose();
    const Matrix lifted = data.basis * branch.reshaped(data.basis.cols(), leaves);
    network.layers[0].row(k) = lifted.reshaped().transpose();
  }
  return network;
}

BranchProblem problem_in_coordinates(const BranchSetup& setup, const LowRankData& data) {
  const TrainingProblem& affine = setup.problem.affine();
  const std::shared_ptr<const Architecture> architecture =
      make_architecture(setup.description, data.basis.cols());
  return {architecture,  data.coordinates, affine.y(),
          affine.beta(), affine.loss(),    affine.output_bias()};
}

ExitCode train_branches_of(const TrainOptions& options,
                           const ArchitectureDescription& description) {
  if (description.kind != ArchitectureKind::kThreeLayer &&
      description.kind != ArchitectureKind::kPath) {
    refuse("--rank does not go with the architecture " + std::string(to_string(description.kind)));
  }
  Session session(options.run);
  Inputs inputs;
  const BranchSetup setup = load_branch_setup(options.problem, description, inputs);
  const std::optional<Samples> test =
      load_branch_test(options.test, options.problem, inputs, setup);
  const LowRankData data = truncate(setup.problem.X(), *options.rank);
  const BranchTrainingResult truncated =
      train_branches(problem_in_coordinates(setup, data), settings_for_truncated(options, session));
  const BranchNetwork network = lift(data, truncated.network);
  const double bias = truncated.output_bias;
  LowRankAnswer answer =
      answer_about_full_data(setup.problem.affine(), data, paths_of(description),
                             value_of(truncated), setup.problem.objective(network, bias));
  if (!options.no_full) {
    answer.full = value_of(train_branches(
        setup.problem, training_settings(options.run, options.requested_gap(), session.control()),
        network));
  }
  const Evaluations evaluations = evaluate(options.problem, setup, network, bias, test);
  if (!options.out.empty()) write_branches(options.out, setup, network, bias);
  Json document = begin_document("train");
  document["inputs"] = describe_files(inputs);
  document["settings"] = describe_settings(options.run, setup, inputs);
  document["architecture"] = describe_architecture(setup.problem.architecture());
  TextReport text;
  add_inputs(text, inputs);
  add_objective(text, setup);
  return finish(options, answer, evaluations, inputs, session, document, text);
}

}  // namespace

ExitCode train_low_rank(const TrainOptions& options) {
  refuse_options(options);
  const auto described = asked_architecture(options.problem);
  return described ? train_branches_of(options, *described) : train_two_layers(options);
}

}  // namespace thalweg::commands
