#include "thalweg/landscape/width_answer.hpp"

#include <vector>

#include "landscape/exact_check.hpp"
#include "thalweg/training/width_limited.hpp"

namespace thalweg {
namespace {

/// Restarts from nothing: fewer than in training, where the answer is the whole purpose.
constexpr int kRestarts = 4;

/// The lowest network of at most the width that is known or can be found.
TwoLayerNetwork lowest_of_width(const TrainingProblem& problem, const TwoLayerNetwork& network,
                                const CertifyResult& certified, const WidthAnswerSettings& settings,
                                bool& stopped) {
  const Index width = network.width();
  const bool lower_seen = certified.optimum_upper_bound < certified.objective;
  if (lower_seen && certified.best_network.width() <= width) return certified.best_network;
  std::vector<TwoLayerNetwork> starts = {network, certified.best_network};
  if (certified.improvement) starts.push_back(certified.improvement->network);
  WidthLimitedSettings search;
  search.restarts = kRestarts;
  search.threads = settings.threads;
  search.seed = settings.seed;
  search.control = settings.control;
  WidthLimitedResult found = train_width_limited(problem, width, starts, search);
  stopped = found.stopped;
  return std::move(found.network);
}

}  // namespace

std::string_view to_string(BestOfWidth answer) {
  switch (answer) {
    case BestOfWidth::kUnknown:
      return "unknown";
    case BestOfWidth::kYes:
      return "yes";
    case BestOfWidth::kNo:
      return "no";
  }
  return "unknown";
}

Expected<WidthAnswer> best_of_width(const TrainingProblem& problem, const TwoLayerNetwork& network,
                                    const CertifyResult& certified,
                                    const WidthAnswerSettings& settings) {
  WidthAnswer answer;
  answer.network = network;
  answer.objective = certified.objective;
  answer.verified = certified.level != Level::kEstimate;
  if (certified.verdict == Verdict::kGlobalMinimum) {
    answer.answer = BestOfWidth::kYes;
    return answer;
  }
  TwoLayerNetwork lowest = lowest_of_width(problem, network, certified, settings, answer.stopped);
  const double least = settings.tolerance * certified.objective;
  Comparison comparison;
  comparison.objective_after = problem.objective(lowest);
  comparison.decrease = problem.objective(network) - comparison.objective_after;
  if (comparison.decrease > least && settings.verify) {
    const auto compared = compare(problem, network, lowest);
    if (!compared) return tl::unexpected<Error>(compared.error());
    comparison = *compared;
  }
  if (!(comparison.decrease > least)) return answer;
  answer.answer = BestOfWidth::kNo;
  answer.network = std::move(lowest);
  answer.objective = comparison.objective_after;
  answer.decrease = comparison.decrease;
  answer.verified = comparison.verified;
  return answer;
}

}  // namespace thalweg
