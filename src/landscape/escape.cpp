#include "thalweg/landscape/escape.hpp"

#include <algorithm>
#include <utility>

#include "landscape/exact_check.hpp"
#include "thalweg/landscape/simplify.hpp"
#include "thalweg/model/transform.hpp"

namespace thalweg {
namespace {

std::string count_of(Index count, const std::string& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

std::string advice_for(const Escape& escape, const Stationarity& found) {
  if (escape.verdict == Verdict::kGlobalMinimum) {
    return "Nothing to escape from: no network of any width is lower by more than the tolerance.";
  }
  if (escape.verdict == Verdict::kUndecided && !escape.neuron) {
    return "No improvement was found, and none is excluded: the bound leaves a gap.";
  }
  std::string text;
  if (found.clarke.finding == Finding::kNo) {
    text = "The network is not stationary: train on, or follow the descent direction. ";
  }
  if (!escape.neuron) {
    return text +
           "No single neuron improves it: balance, merge or prune (thalweg simplify), or "
           "train anew.";
  }
  text += "A neuron more lowers the objective. ";
  if (escape.zero_slots > 0) {
    return text + "At fixed width it fits into " + count_of(escape.zero_slots, "empty slot") + ".";
  }
  if (escape.freed_slots > 0) {
    return text + "At fixed width, thalweg simplify frees " + count_of(escape.freed_slots, "slot") +
           " first: neurons of equal direction are joined, and those whose activations depend on "
           "others are pruned, at no cost.";
  }
  text += "At this width no slot is free: neither merging nor pruning frees one";
  const bool minimum = found.local_minimum.finding == Finding::kYes && found.local_minimum.proved;
  return text + (minimum ? ", so leaving it takes a wider network, or a rise."
                         : "; a wider network has room for it.");
}

class EscapeSearch {
 public:
  EscapeSearch(const TrainingProblem& problem, const TwoLayerNetwork& network,
               const Stationarity& found)
      : problem_(problem), network_(network), found_(found) {}

  Expected<Escape> run(const EscapeSettings& settings) {
    CertifySettings certifying;
    certifying.tolerance = settings.tolerance;
    certifying.threads = settings.threads;
    certifying.seed = settings.seed;
    certifying.control = settings.control;
    auto certified = certify(problem_, network_, certifying);
    if (!certified) return tl::unexpected<Error>(certified.error());
    escape_.verdict = certified->verdict;
    escape_.relative_gap = certified->relative_gap;
    const std::optional<Improvement>& neuron = certified->improving_neuron;
    const double least = settings.tolerance * certified->objective;
    if (neuron.has_value() && neuron->decrease > least) escape_.neuron = neuron;
    escape_.zero_slots = static_cast<Index>(found_.empty_slots.size());
    if (escape_.verdict == Verdict::kGlobalMinimum) {
      escape_.neuron.reset();
    } else if (auto error = fit_into_width(certified->improvement)) {
      return tl::unexpected<Error>(std::move(*error));
    }
    escape_.advice = advice_for(escape_, found_);
    return std::move(escape_);
  }

 private:
  std::optional<Error> fit_into_width(const std::optional<Improvement>& improvement) {
    auto smaller = simplify(problem_, network_);
    if (!smaller) return smaller.error();
    const Index free = network_.width() - smaller->width_after;
    escape_.freed_slots = std::max<Index>(0, free - escape_.zero_slots);
    if (escape_.neuron && free > 0) {
      Improvement joined = *escape_.neuron;
      joined.network = append_neuron(smaller->network, joined.w, joined.alpha);
      if (auto error = take(std::move(joined))) return error;
    }
    if (!escape_.same_width && improvement && improvement->network.width() <= network_.width()) {
      return take(*improvement);
    }
    return std::nullopt;
  }

  /// Keeps a network of the same width when it is proved lower.
  std::optional<Error> take(Improvement candidate) {
    const auto comparison = compare(problem_, network_, candidate.network);
    if (!comparison) return comparison.error();
    candidate.decrease = comparison->decrease;
    candidate.objective_after = comparison->objective_after;
    candidate.verified = comparison->verified;
    if (candidate.decrease > 0) escape_.same_width = std::move(candidate);
    return std::nullopt;
  }

  const TrainingProblem& problem_;
  const TwoLayerNetwork& network_;
  const Stationarity& found_;
  Escape escape_;
};

}  // namespace

Expected<Escape> find_escape(const TrainingProblem& problem, const TwoLayerNetwork& network,
                             const Stationarity& found, const EscapeSettings& settings) {
  problem.check(network);
  return EscapeSearch(problem, network, found).run(settings);
}

}  // namespace thalweg
