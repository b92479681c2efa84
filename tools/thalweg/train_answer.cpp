#include "train_answer.hpp"

#include <algorithm>
#include <cmath>

namespace thalweg::cli {
namespace {

/// What is left for the steps after one: at most `share` of the remaining time.
RunControl share_of_time(const RunControl& control, double share) {
  RunControl part = control;
  const double remaining = control.deadline.remaining();
  if (std::isfinite(remaining)) part.deadline = Deadline::after(share * remaining);
  return part;
}

void adopt(TrainAnswer& answer) {
  const TrainingResult& trained = answer.trained;
  answer.objective = answer.width_limited ? answer.width_limited->objective : trained.objective;
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
  const bool cut = searched == TrainingStatus::kLimit || answer.proof.stopped_at_limit ||
                   (answer.width_limited && answer.width_limited->stopped);
  return cut ? TrainingStatus::kLimit : TrainingStatus::kReducedAccuracy;
}

Proof prove(const TrainOptions& options, const ProblemSetup& setup, const Inputs& inputs,
            const TrainAnswer& answer, const RunControl& control) {
  ProofRequest request;
  request.problem = &setup.problem;
  request.network = &answer.network;
  request.dual = &answer.trained.dual;
  request.relative_gap = answer.requested_gap;
  request.path = options.certificate;
  request.dataset_sha256 = inputs.sha256("dataset");
  request.threads = thread_count(options.run);
  request.control = control;
  return prove_gap(request);
}

/// One sentence for people: the final status, and whether training or the proof fell short.
std::string status_sentence(const TrainOptions& options, const TrainAnswer& answer) {
  if (answer.limited_by_width()) {
    return "The best network found with at most " + std::to_string(*options.width) +
           " neurons. The bound is over all widths, where " +
           std::to_string(answer.trained.network.width()) +
           " neurons reach it; whether a better network of the width asked for exists is open.";
  }
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

/// Whether the network is the best of the width that was asked for; null without --width.
Json width_answer(const TrainOptions& options, const TrainAnswer& answer) {
  if (!options.width) return nullptr;
  const bool solved = answer.status == TrainingStatus::kSolved;
  return {{"answer", solved ? "yes" : "unknown"},
          {"objective", answer.objective},
          {"width", answer.network.width()},
          {"lower_bound", answer.lower_bound},
          {"gap", answer.gap},
          {"candidates", answer.width_limited ? answer.width_limited->candidates : 0}};
}

}  // namespace

TrainAnswer train_over_all_patterns(const TrainOptions& options, const ProblemSetup& setup,
                                    const Inputs& inputs, const RunControl& control) {
  TrainAnswer answer;
  answer.requested_gap = options.requested_gap();
  TrainingSettings settings;
  // Half of the gap is left for rounding the dual and the proof to short exact numbers.
  settings.relative_gap = options.no_verify ? answer.requested_gap : 0.5 * answer.requested_gap;
  settings.threads = thread_count(options.run);
  settings.seed = options.run.seed;
  settings.control = share_of_time(control, options.width ? 0.5 : 0.75);
  std::optional<TwoLayerNetwork> start;
  if (inputs.network) start = inputs.network->network;
  answer.trained = train(setup.problem, settings, start);
  answer.network = answer.trained.network;

  if (options.width && answer.network.width() > *options.width) {
    std::vector<TwoLayerNetwork> starts = {answer.trained.network};
    if (start) starts.push_back(*start);
    WidthLimitedSettings search;
    search.threads = settings.threads;
    search.seed = settings.seed;
    search.control = share_of_time(control, 0.7);
    answer.width_limited = train_width_limited(setup.problem, *options.width, starts, search);
    answer.network = answer.width_limited->network;
  }
  if (!options.no_verify && answer.trained.status != TrainingStatus::kUnsolved) {
    answer.proof = prove(options, setup, inputs, answer, control);
  }
  adopt(answer);
  answer.status = final_status(answer);
  return answer;
}

std::string status_word(TrainingStatus status) {
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

void add_answer(Json& document, const TrainOptions& options, const TrainAnswer& answer) {
  document["settings"]["gap"] = answer.requested_gap;
  document["settings"]["width"] = options.width ? Json(*options.width) : Json(nullptr);
  document["settings"]["patterns"] = "all";
  document["objective"] = answer.objective;
  document["lower_bound"] = answer.lower_bound;
  document["gap"] = answer.gap;
  document["relative_gap"] = answer.relative_gap;
  document["width"] = answer.network.width();
  const bool open_by_width =
      answer.width_limited && answer.status == TrainingStatus::kReducedAccuracy;
  document["status"] = open_by_width ? "width_limited" : status_word(answer.status);
  document["level"] = to_string(answer.proof.level);
  document["dual_norm"] = answer.trained.dual_norm;
  document["rounds"] = answer.trained.rounds;
  document["newton_steps"] = answer.trained.newton_steps;
  document["width_answer"] = width_answer(options, answer);
  document["over_all_widths"] = {{"objective", answer.trained.objective},
                                 {"width", answer.trained.network.width()}};
  add_evaluations(document, answer.evaluations);
  document["out"] = options.out.empty() ? Json(nullptr) : Json(options.out);
  document["certificate"] =
      describe_certificate(options.certificate, answer.proof.bytes, answer.proof.leaves);
}

void add_answer(TextReport& text, const TrainOptions& options, const TrainAnswer& answer) {
  text.paragraph(status_sentence(options, answer));
  text.add("objective", exact_digits(answer.objective));
  text.add("lower bound", exact_digits(answer.lower_bound) + ": no network of any width is below");
  text.add("gap", rounded_up(answer.gap) + " (relative " + rounded_up(answer.relative_gap) + ")");
  text.add("width", std::to_string(answer.network.width()));
  if (answer.limited_by_width()) {
    text.add("over all widths", exact_digits(answer.trained.objective) + " with " +
                                    std::to_string(answer.trained.network.width()) + " neurons");
  }
  text.add("level", level_in_words(answer.proof.level));
  add_evaluations(text, answer.evaluations);
  if (!options.out.empty()) text.add("network", options.out);
  if (!options.certificate.empty() && answer.proof.bytes > 0) {
    text.add("certificate", options.certificate + " (" + std::to_string(answer.proof.bytes) +
                                " bytes); check it with: thalweg-check " + options.certificate);
  }
}

}  // namespace thalweg::cli
