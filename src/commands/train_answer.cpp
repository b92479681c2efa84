#include "commands/train_answer.hpp"

#include <algorithm>
#include <cmath>

namespace thalweg::commands {
namespace {

constexpr double kProofSeconds = 5;

/// What is left for the steps after one: at most `share` of the remaining time.
RunControl share_of_time(const RunControl& control, double share) {
  RunControl part = control;
  const double remaining = control.deadline.remaining();
  if (std::isfinite(remaining)) part.deadline = Deadline::after(share * remaining);
  return part;
}

Bounds between(double objective, double lower_bound) {
  // Every loss here is nonnegative: zero is a bound that needs no proof.
  Bounds bounds{objective, std::max(0.0, lower_bound)};
  bounds.gap = std::max(0.0, objective - bounds.lower_bound);
  bounds.relative_gap = objective > 0 ? std::min(1.0, bounds.gap / objective) : 0.0;
  return bounds;
}

Bounds proved_bounds(const verify::Statement& statement) {
  Bounds bounds = between(number(statement.objective_upper),
                          statement.lower_bound ? number(statement.lower_bound) : 0.0);
  if (statement.gap) {
    bounds.gap = std::min(number(statement.gap), bounds.objective);
    bounds.relative_gap = std::min(1.0, number(statement.relative_gap));
  }
  return bounds;
}

/// Whether the bound that training found is one that no certificate holds: it comes from cells of
/// sign vectors, the proof from cones.
bool beyond_certificates(const TrainingResult& trained) {
  return trained.dual_norm_source == DualNormSource::kSignTree;
}

/// The proved numbers, unless they miss the gap only because the bound that closes it cannot be
/// written down.
void adopt(TrainAnswer& answer) {
  const TrainingResult& trained = answer.trained;
  answer.estimate =
      between(answer.width_limited ? answer.width_limited->objective : trained.objective,
              trained.lower_bound);
  answer.bounds = answer.estimate;
  if (answer.proof.level == Level::kEstimate) return;
  answer.proved = proved_bounds(answer.proof.statement);
  const bool proof_suffices = answer.proved->relative_gap <= answer.requested_gap ||
                              answer.proved->relative_gap <= answer.estimate.relative_gap;
  if (beyond_certificates(trained) && !proof_suffices) return;
  answer.bounds = *answer.proved;
  answer.level = answer.proof.level;
}

/// What the final gap says: training may have reached its estimate and the proof may not.
TrainingStatus final_status(const TrainAnswer& answer) {
  const TrainingStatus searched = answer.trained.status;
  if (searched == TrainingStatus::kUnsolved) return searched;
  if (answer.bounds.relative_gap <= answer.requested_gap) return TrainingStatus::kSolved;
  const bool cut = searched == TrainingStatus::kLimit ||
                   (answer.level != Level::kEstimate && answer.proof.stopped_at_limit) ||
                   (answer.width_limited && answer.width_limited->stopped);
  return cut ? TrainingStatus::kLimit : TrainingStatus::kReducedAccuracy;
}

/// A proof by cones of what cells of sign vectors showed may take for ever: without a time limit it
/// gets as long as training took, or a few seconds.
RunControl proof_control(const TrainingResult& trained, const RunControl& control) {
  RunControl part = control;
  if (beyond_certificates(trained) && !std::isfinite(control.deadline.remaining())) {
    part.deadline = Deadline::after(std::max(kProofSeconds, trained.seconds));
  }
  return part;
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
  request.control = proof_control(answer.trained, control);
  return prove_gap(request);
}

/// One sentence for people: the final status, and whether training or the proof fell short.
std::string status_sentence(const TrainOptions& options, const TrainAnswer& answer) {
  if (answer.limited_by_width()) {
    const std::string neurons = std::to_string(answer.trained.network.width()) + " neurons";
    const bool reached = answer.trained.status == TrainingStatus::kSolved;
    return "The best network found with at most " + std::to_string(*options.width) +
           " neurons. The bound is over all widths, where " +
           (reached ? neurons + " reach it; "
                    : "the best network found has " + neurons + " and does not reach it either; ") +
           "whether a better network of the width asked for exists is open.";
  }
  if (answer.proved && answer.level == Level::kEstimate) {
    return "Training: " + std::string(describe(answer.status)) +
           ". The bound is rigorous floating point over cells of sign vectors, for which there is "
           "no certificate; proved is the wider gap below" +
           (answer.proof.stopped_at_limit ? ", as far as the time for a proof went (--time-limit)."
                                          : ".");
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

Json describe_bounds(const Bounds& bounds) {
  return {{"objective", bounds.objective},
          {"lower_bound", bounds.lower_bound},
          {"gap", bounds.gap},
          {"relative_gap", bounds.relative_gap}};
}

std::string gap_in_words(const Bounds& bounds) {
  return rounded_up(bounds.gap) + " (relative " + rounded_up(bounds.relative_gap) + ")";
}

/// Whether the proof misses the gap by more than its rounding while floating point is better.
bool loses_much(const TrainAnswer& answer) {
  return answer.proved->relative_gap >
         std::max(answer.requested_gap, 1.01 * answer.estimate.relative_gap);
}

/// Whether the network is the best of the width that was asked for; null without --width.
Json width_answer(const TrainOptions& options, const TrainAnswer& answer) {
  if (!options.width) return nullptr;
  const bool solved = answer.status == TrainingStatus::kSolved;
  return {{"answer", solved ? "yes" : "unknown"},
          {"objective", answer.bounds.objective},
          {"width", answer.network.width()},
          {"lower_bound", answer.bounds.lower_bound},
          {"gap", answer.bounds.gap},
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
  document.update(describe_bounds(answer.bounds));
  document["width"] = answer.network.width();
  const bool open_by_width =
      answer.width_limited && answer.status == TrainingStatus::kReducedAccuracy;
  document["status"] = open_by_width ? "width_limited" : status_word(answer.status);
  document["level"] = to_string(answer.level);
  document["estimate"] = describe_bounds(answer.estimate);
  document["proved"] = answer.proved ? describe_bounds(*answer.proved) : Json(nullptr);
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
  text.add("objective", exact_digits(answer.bounds.objective));
  text.add("lower bound",
           exact_digits(answer.bounds.lower_bound) + ": no network of any width is below");
  text.add("gap", gap_in_words(answer.bounds));
  text.add("width", std::to_string(answer.network.width()));
  if (answer.limited_by_width()) {
    text.add("over all widths", exact_digits(answer.trained.objective) + " with " +
                                    std::to_string(answer.trained.network.width()) + " neurons");
  }
  text.add("level", level_in_words(answer.level));
  if (answer.proved && answer.level == Level::kEstimate) {
    text.add("proved", "lower bound " + exact_digits(answer.proved->lower_bound) + ", gap " +
                           gap_in_words(*answer.proved) + ": " +
                           level_in_words(answer.proof.level));
  } else if (answer.proved && loses_much(answer)) {
    text.add("floating point", "lower bound " + exact_digits(answer.estimate.lower_bound) +
                                   ", gap " + gap_in_words(answer.estimate));
  }
  add_evaluations(text, answer.evaluations);
  if (!options.out.empty()) text.add("network", options.out);
  if (!options.certificate.empty() && answer.proof.bytes > 0) {
    text.add("certificate", options.certificate + " (" + std::to_string(answer.proof.bytes) +
                                " bytes); check it with: thalweg-check " + options.certificate);
  }
}

}  // namespace thalweg::commands
