#include "thalweg/training/regularization_path.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "thalweg/convex/neuron.hpp"
#include "thalweg/core/error.hpp"
#include "thalweg/training/beta_max.hpp"
#include "thalweg/training/train.hpp"
#include "training/regularization_follower.hpp"
#include "training/regularization_point.hpp"

namespace thalweg {
namespace {

constexpr double kBetaMaxGap = 1e-12;
constexpr double kBetaMaxShare = 0.25;  ///< of the time, for beta_max
constexpr double kGridSeconds = 10;     ///< for the beta_max of a grid with a given end

void check_settings(const PathSettings& settings) {
  const auto demand = [](bool holds, const std::string& message) {
    if (!holds) throw InvalidArgument(message);
  };
  demand(settings.beta_min >= 0 && std::isfinite(settings.beta_min),
         "beta_min: expected a number >= 0, got " + std::to_string(settings.beta_min));
  demand(
      settings.beta_ratio > 0 && settings.beta_ratio < 1,
      "beta_ratio: expected a number between 0 and 1, got " + std::to_string(settings.beta_ratio));
  demand(settings.points >= 2,
         "points: expected at least 2, got " + std::to_string(settings.points));
  demand(settings.relative_gap > 0,
         "relative_gap: expected a positive number, got " + std::to_string(settings.relative_gap));
  demand(settings.threads >= 1,
         "threads: expected at least 1, got " + std::to_string(settings.threads));
}

/// What may be spent on beta_max.
RunControl control_of_search(const PathSettings& settings) {
  RunControl control = settings.control;
  double seconds = kBetaMaxShare * control.deadline.remaining();
  if (settings.method == PathMethod::kGrid && settings.beta_min > 0) {
    seconds = std::min(seconds, kGridSeconds);
  }
  if (std::isfinite(seconds)) control.deadline = Deadline::after(seconds);
  return control;
}

/// Bounds of the beta from which on no neuron is needed, tight to about kBetaMaxGap where time
/// allows.
BetaMax largest_beta(const TrainingProblem& problem, const PathSettings& settings) {
  DualNormSettings closing;
  closing.relative_gap = kBetaMaxGap;
  closing.threads = settings.threads;
  closing.seed = settings.seed;
  closing.control = control_of_search(settings);
  if (problem.output_bias() != OutputBias::kPenalised) return beta_max(problem, closing);
  // A penalised bias b(beta) moves nu_0(beta): search sigma(nu_0(beta)) = beta from above.
  BetaMax found;
  const auto norm = [&](double beta) {
    const BetaMax here = beta_max(problem.with_beta(beta), closing);
    // A neuron helps here, so none is needed only from a larger beta on.
    if (here.lower > beta) found.lower = std::max(found.lower, beta);
    return here.upper;
  };
  const auto at_most = [&](double beta) {
    found.upper = beta;
    return found;
  };
  const Vector zero = Vector::Zero(problem.samples());
  double high = DualOracle(problem.X()).maximise(problem.dual_point(zero), closing).upper;
  if (!(high > 0)) return at_most(high);
  while (norm(high) > high) high *= 2;
  double low = norm(high);
  while (low > 0 && norm(low) < low) {
    high = low;
    low = norm(low);
    if (high - low <= kBetaMaxGap * high) return at_most(high);
  }
  for (int step = 0; step < 60 && high - low > kBetaMaxGap * high; ++step) {
    const double middle = 0.5 * (low + high);
    (norm(middle) > middle ? low : high) = middle;
  }
  return at_most(high);
}

std::vector<double> log_spaced(double high, double low, Index points) {
  std::vector<double> betas;
  for (Index k = 0; k < points; ++k) {
    const double t = static_cast<double>(k) / static_cast<double>(points - 1);
    betas.push_back(high * std::pow(low / high, t));
  }
  betas.back() = low;
  return betas;
}

RegularizationPath trained_grid(const TrainingProblem& problem, const PathSettings& settings,
                                const std::vector<double>& betas) {
  const Stopwatch watch;
  RegularizationPath path;
  path.method = PathMethod::kGrid;
  path.beta_max = betas.front();
  TrainingSettings training;
  training.relative_gap = settings.relative_gap;
  training.threads = settings.threads;
  training.seed = settings.seed;
  training.control = settings.control;
  Index next_id = 0;
  for (const double beta : betas) {
    if (settings.control.should_stop()) break;
    const TrainingProblem here = problem.with_beta(beta);
    std::optional<TwoLayerNetwork> start;
    if (!path.points.empty()) start = path.points.back().network;
    const TrainingResult trained = train(here, training, start);
    path.newton_steps += trained.newton_steps;
    PathPoint point;
    point.beta = beta;
    point.network = trained.network;
    point.dual = trained.dual;
    point.dual_norm = trained.dual_norm;
    detail::complete_point(problem, point);
    const TwoLayerNetwork none = TwoLayerNetwork::empty(problem.dimension());
    point.neurons = path.points.empty()
                        ? detail::match_neurons(none, {}, point.network, next_id)
                        : detail::match_neurons(path.points.back().network,
                                                path.points.back().neurons, point.network, next_id);
    path.points.push_back(std::move(point));
  }
  path.status = detail::settled_status(path, settings, path.points.size() < betas.size());
  path.seconds = watch.seconds();
  return path;
}

/// Where the zero network is optimal for every beta > 0: that network alone.
RegularizationPath trivial_path(const TrainingProblem& problem, const PathSettings& settings) {
  RegularizationPath path;
  path.method = settings.method;
  path.beta_max = path.beta_max_lower = 0;
  path.status = PathStatus::kSolved;
  if (settings.beta_min == 0) return path;
  PathPoint point;
  point.beta = settings.beta_min;
  point.network = TwoLayerNetwork::empty(problem.dimension());
  const TrainingProblem here = problem.with_beta(point.beta);
  point.network = to_network({}, problem.dimension(), here.best_affine_part());
  point.dual = here.project_to_dual_domain(here.dual_point(here.fit(point.network)));
  detail::complete_point(problem, point);
  path.points.push_back(std::move(point));
  return path;
}

}  // namespace

std::string_view describe(PathStatus status) {
  switch (status) {
    case PathStatus::kUnsolved:
      return "nothing was computed";
    case PathStatus::kSolved:
      return "every point reaches the requested gap";
    case PathStatus::kReducedAccuracy:
      return "some points have a larger gap than requested; all bounds are valid";
    case PathStatus::kLimit:
      return "stopped at the limit; the points reached are valid";
  }
  return "unknown";
}

std::string_view to_word(PathEventKind kind) {
  switch (kind) {
    case PathEventKind::kEntry:
      return "entry";
    case PathEventKind::kExit:
      return "exit";
    case PathEventKind::kReachWall:
      return "reach_wall";
    case PathEventKind::kCrossWall:
      return "cross_wall";
    case PathEventKind::kLeaveWall:
      return "leave_wall";
    case PathEventKind::kRearranged:
      return "rearranged";
  }
  return "rearranged";
}

RegularizationPath regularization_path(const TrainingProblem& problem,
                                       const PathSettings& settings) {
  check_settings(settings);
  const BetaMax largest = largest_beta(problem, settings);
  const double high = largest.upper;
  if (high == 0) return trivial_path(problem, settings);
  if (!std::isfinite(high)) {
    RegularizationPath none;
    none.method = settings.method;
    none.status = PathStatus::kLimit;
    return none;
  }
  const double low = settings.beta_min > 0 ? settings.beta_min : settings.beta_ratio * high;
  if (!(low < high)) {
    throw InvalidArgument("beta_min: expected less than beta_max = " + std::to_string(high) +
                          ", got " + std::to_string(low));
  }
  const std::vector<double> betas = log_spaced(high, low, settings.points);
  RegularizationPath path = settings.method == PathMethod::kGrid
                                ? trained_grid(problem, settings, betas)
                                : detail::PathFollower(problem, settings, betas).run();
  path.beta_max_lower = largest.lower;
  return path;
}

}  // namespace thalweg
