#include "thalweg/landscape/path_answer.hpp"

#include <algorithm>
#include <utility>

#include "thalweg/convex/neuron.hpp"
#include "thalweg/landscape/optimal_path.hpp"
#include "thalweg/training/train.hpp"
#include "thalweg/training/width_limited.hpp"

namespace thalweg {
namespace {

constexpr double kTrainingGap = 1e-10;
/// Shares of the time left that go to the optimum, and then to the best network of the width.
constexpr double kShareOfTraining = 0.4;
constexpr double kShareOfSearch = 0.3;
/// The search has no end of its own that a user would wait for.
constexpr double kSearchSeconds = 10;
/// Rises up to this share of the start's objective are rounding's (the contract of paths).
constexpr double kRounding = 1e-12;

RunControl share(const RunControl& control, double part) {
  RunControl result = control;
  result.deadline =
      Deadline::earlier(control.deadline, Deadline::after(part * control.deadline.remaining()));
  return result;
}

/// What training over all widths found.
struct Optimum {
  TwoLayerNetwork network;
  Vector dual;
};

/// Sets the target and the bounds.
Optimum choose_target(const TrainingProblem& problem, const TwoLayerNetwork& network,
                      const PathSettings& settings, PathAnswer& answer) {
  TrainingSettings training;
  training.relative_gap = std::min(kTrainingGap, 0.01 * settings.tolerance);
  training.threads = settings.check.threads;
  training.seed = settings.seed;
  training.control = share(settings.check.control, kShareOfTraining);
  // A start above the network without neurons would only mislead.
  const TwoLayerNetwork nothing = to_network({}, problem.dimension(), problem.best_affine_part());
  const bool helps = problem.objective(network) < problem.objective(nothing);
  TrainingResult trained = train(problem, training, helps ? std::optional(network) : std::nullopt);
  answer.optimum_upper_bound = trained.objective;
  answer.lower_bound = trained.lower_bound;
  answer.target = trained.network;
  if (answer.target.width() > network.width()) {
    WidthLimitedSettings search;
    search.threads = settings.check.threads;
    search.seed = settings.seed;
    search.control = share(settings.check.control, kShareOfSearch);
    search.control.deadline =
        Deadline::earlier(search.control.deadline, Deadline::after(kSearchSeconds));
    std::vector<TwoLayerNetwork> starts = {answer.target, network};
    if (settings.to) starts.push_back(*settings.to);
    WidthLimitedResult best = train_width_limited(problem, network.width(), starts, search);
    answer.target = std::move(best.network);
  }
  return {std::move(trained.network), std::move(trained.dual)};
}

/// Whether two global minima are proved, or thought, to lie in different components.
void ask_optimal_set(const TrainingProblem& problem, const TwoLayerNetwork& network,
                     const PathSettings& settings, PathAnswer& answer) {
  const auto is_optimal = [&](const TwoLayerNetwork& candidate) {
    const double objective = problem.objective(candidate);
    return objective - answer.lower_bound <= settings.tolerance * objective;
  };
  if (!is_optimal(network) || !is_optimal(*settings.to)) return;
  OptimalSetSettings all;
  all.threads = settings.check.threads;
  all.seed = settings.seed;
  all.control = share(settings.check.control, kShareOfTraining);
  const OptimalSet set = optimal_set(problem, all);
  if (set.stopped_at_limit || set.atoms.empty()) return;
  try {
    const OptimalPath path = connect_optima(problem, set, network, *settings.to);
    if (path.status != OptimalPathStatus::kDisconnected) return;
    answer.status = PathStatus::kDisconnected;
    answer.disconnected = path.level;
    if (set.complete) {
      answer.width_needed = connectivity_staircase(set.polytope).connected_from;
    }
    answer.reason = "both are global minima, and " + path.reason;
  } catch (const InvalidArgument&) {
    // A neuron is off all optimal directions: the network is optimal up to the tolerance only.
  }
}

void descend(const TrainingProblem& problem, const TwoLayerNetwork& network,
             const DescentSettings& settings, PathAnswer& answer) {
  DescentPath descent = descent_path(problem, network, answer.target, settings);
  answer.status = descent.status;
  answer.blocked_at = descent.blocked_at;
  answer.stopped_at_limit = descent.stopped;
  answer.path = std::move(descent.path);
  answer.lowest = static_cast<Index>(answer.path.states.size()) - 1;
}

void connect(const TrainingProblem& problem, const TwoLayerNetwork& network,
             const DescentSettings& settings, const TwoLayerNetwork& to, PathAnswer& answer) {
  ModeConnection connection = connect_modes(problem, network, to, answer.target, settings);
  answer.status = connection.status;
  answer.blocked_at = connection.blocked_at;
  answer.stopped_at_limit = connection.stopped;
  answer.path = std::move(connection.path);
  answer.lowest = connection.lowest;
}

/// The status by the checked numbers: construction only proposes.
void judge(const TrainingProblem& problem, const PathSettings& settings, PathAnswer& answer) {
  const double target = problem.objective(answer.target);
  answer.target_is_optimal = target - answer.lower_bound <= settings.tolerance * target;
  if (answer.stopped_at_limit) return;
  const CheckedPath& checked = answer.checked;
  const double highest_end = std::max(checked.start, checked.end);
  const bool holds = settings.to
                         ? answer.path.end && checked.maximum <= (1 + kRounding) * highest_end
                         : checked.increase <= kRounding * checked.start &&
                               checked.end <= (1 + settings.tolerance) * target;
  answer.status = holds ? PathStatus::kConnected : PathStatus::kBlocked;
}

/// A width at which Theorem P has a way down from here, and from the other end.
Index needed_width(const TrainingProblem& problem, const TwoLayerNetwork& network,
                   const TwoLayerNetwork& optimum, const PathSettings& settings,
                   const PathAnswer& answer) {
  if (answer.status == PathStatus::kConnected) return network.width();
  const Index down = descent_width(problem, network, optimum);
  return settings.to ? std::max(down, descent_width(problem, *settings.to, optimum)) : down;
}

std::string explain(const PathAnswer& answer, bool to_network) {
  if (answer.stopped_at_limit) return "stopped at the limit; the path is valid as far as it goes";
  if (answer.status == PathStatus::kConnected) {
    if (to_network) return "nowhere on the way is the objective above that of its higher end";
    return answer.target_is_optimal
               ? "the objective does not rise on the way to a global minimum"
               : "the objective does not rise on the way to the best network of this width that "
                 "was found";
  }
  if (answer.stuck.status == StrictMinimumStatus::kCertified) {
    return "the way down ends next to a strict local minimum of its width (proved), and every way "
           "on from there rises";
  }
  if (answer.blocked_at < 0 && !to_network) {
    return "rounding stopped the way down above its target";
  }
  return answer.checked.maximum <= answer.checked.start
             ? "no slot is free where it is stuck; the path found rises there, but stays below the "
               "start"
             : "no slot is free where it is stuck; the path found goes over a barrier";
}

}  // namespace

Expected<PathAnswer> find_path(const TrainingProblem& problem, const TwoLayerNetwork& network,
                               const PathSettings& settings) {
  const Stopwatch watch;
  problem.check(network);
  PathAnswer answer;
  const Optimum optimum = choose_target(problem, network, settings, answer);
  DescentSettings descent;
  descent.seed = settings.seed;
  descent.control = settings.check.control;
  if (settings.to) {
    connect(problem, network, descent, *settings.to, answer);
  } else {
    descend(problem, network, descent, answer);
  }
  CheckPathSettings check = settings.check;
  check.dual = &optimum.dual;
  auto checked = check_path(problem, answer.path, check);
  if (!checked) return tl::unexpected<Error>(checked.error());
  answer.checked = *checked;
  // A bound in floating point may pass what it bounds by rounding.
  answer.lower_bound = answer.checked.lower_bound.value_or(
      std::min({answer.lower_bound, answer.checked.end, answer.optimum_upper_bound}));
  judge(problem, settings, answer);
  answer.width_needed = needed_width(problem, network, optimum.network, settings, answer);
  if (answer.status == PathStatus::kBlocked && !answer.stopped_at_limit) {
    answer.barrier = answer.checked.maximum;
    if (settings.to) ask_optimal_set(problem, network, settings, answer);
    if (answer.blocked_at >= 0 && !settings.to && network.width() > 0) {
      const auto at = static_cast<std::size_t>(answer.blocked_at);
      answer.stuck = strict_minimum(problem, network_of(answer.path, answer.path.states[at]));
    }
  }
  if (answer.reason.empty()) answer.reason = explain(answer, settings.to.has_value());
  answer.stopped_at_limit = answer.stopped_at_limit || answer.checked.stopped_at_limit;
  answer.seconds = watch.seconds();
  return answer;
}

}  // namespace thalweg
