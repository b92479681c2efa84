#include "commands/train_low_rank_answer.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <utility>

#include "commands/train_answer.hpp"

namespace thalweg::commands {
namespace {

/// upper / lower, 1 where both are 0.
double ratio(double upper, double lower) { return upper == lower ? 1 : upper / lower; }

Json describe_value(const TrainedValue& value) {
  return {{"objective", value.objective},
          {"lower_bound", value.lower_bound},
          {"relative_gap", value.objective > 0 ? 1 - value.lower_bound / value.objective : 0},
          {"status", status_word(value.status)},
          {"width", value.width}};
}

std::string in_words(const TrainedValue& value) {
  return "objective " + exact_digits(value.objective) + ", lower bound " +
         exact_digits(value.lower_bound) + ", width " + std::to_string(value.width) + ": " +
         std::string(describe(value.status));
}

std::string short_digits(double value, int digits) {
  char text[32];
  std::snprintf(text, sizeof text, "%.*g", digits, value);
  return text;
}

/// "1 + 0.186", rounded up.
std::string factor_in_words(double factor) {
  return std::isfinite(factor) ? "1 + " + rounded_up(factor - 1) : "unknown";
}

}  // namespace

double LowRankAnswer::lower_bound() const {
  return std::min(objective, std::max(factor_lower_bound, dual_lower_bound));
}

double LowRankAnswer::relative_gap() const {
  return objective > 0 ? 1 - lower_bound() / objective : 0;
}

double LowRankAnswer::measured_ratio() const {
  return std::max(1.0, ratio(objective, full->objective));
}

double LowRankAnswer::largest_ratio() const {
  return std::max(1.0, ratio(objective, std::max(lower_bound(), full->lower_bound)));
}

LowRankAnswer answer_about_full_data(const TrainingProblem& affine, const LowRankData& data,
                                     Index paths, TrainedValue truncated, double objective) {
  LowRankAnswer answer;
  answer.rank = data.basis.cols();
  answer.full_rank = data.singular_values.size();
  answer.sigma_next = data.next_singular_value();
  const LowRankGuarantee guarantee = LowRankGuarantee::of(affine, answer.sigma_next, paths);
  answer.epsilon = guarantee.relative_error();
  // worst_value(p) / p rises with p, so an upper bound of p_k gives one of the factor.
  answer.factor = std::isfinite(answer.epsilon)
                      ? 1 + answer.epsilon
                      : ratio(truncated.objective, guarantee.lower_bound(truncated.objective));
  answer.factor_lower_bound = guarantee.lower_bound(truncated.lower_bound);
  answer.dual_lower_bound =
      low_rank_dual_bound(affine, truncated.dual, truncated.dual_norm, answer.sigma_next, paths);
  answer.objective = objective;
  answer.truncated = std::move(truncated);
  return answer;
}

void add_answer(Json& document, const TrainOptions& options, const LowRankAnswer& answer) {
  document["settings"]["gap"] = options.requested_gap();
  document["rank"] = answer.rank;
  document["sigma_next"] = answer.sigma_next;
  document["epsilon"] = answer.epsilon;
  document["factor"] = answer.factor;
  document["objective"] = answer.objective;
  document["lower_bound"] = answer.lower_bound();
  document["gap"] = answer.objective - answer.lower_bound();
  document["relative_gap"] = answer.relative_gap();
  document["factor_lower_bound"] = answer.factor_lower_bound;
  document["dual_lower_bound"] = answer.dual_lower_bound;
  document["width"] = answer.truncated.width;
  document["status"] = status_word(answer.truncated.status);
  document["level"] = to_string(Level::kEstimate);
  document["truncated"] = describe_value(answer.truncated);
  document["full"] = nullptr;
  if (answer.full) {
    Json full = describe_value(*answer.full);
    full["ratio"] = answer.measured_ratio();
    full["ratio_at_most"] = answer.largest_ratio();
    document["full"] = std::move(full);
  }
}

void add_answer(TextReport& text, const LowRankAnswer& answer) {
  const TrainedValue& truncated = answer.truncated;
  text.paragraph("Training on the data truncated to rank " + std::to_string(answer.rank) + ": " +
                 std::string(describe(truncated.status)) + ".");
  text.add("truncated data",
           "rank " + std::to_string(answer.rank) + " of " + std::to_string(answer.full_rank) +
               ", first singular value left out " + short_digits(answer.sigma_next, 4) +
               "; optimum between " + exact_digits(truncated.lower_bound) + " and " +
               exact_digits(truncated.objective));
  text.add("objective", exact_digits(answer.objective) + ", of the network on the data as given");
  text.add("lower bound", exact_digits(answer.lower_bound()) +
                              ": no network, however wide, is below on the data as given");
  text.add("gap", "relative " + rounded_up(answer.relative_gap()));
  text.add("width", std::to_string(truncated.width));
  text.add("guaranteed factor", factor_in_words(answer.factor) + "; by the lower bound above " +
                                    factor_in_words(ratio(answer.objective, answer.lower_bound())));
  if (answer.full) {
    text.add("measured ratio", "between " + short_digits(answer.measured_ratio(), 8) + " and " +
                                   short_digits(answer.largest_ratio(), 8));
    text.add("all data", in_words(*answer.full));
  }
  text.add("level", level_in_words(Level::kEstimate));
}

}  // namespace thalweg::commands
