#include "training/regularization_point.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

namespace thalweg::detail {

double scaled_bound(const TrainingProblem& problem, const Vector& nu, double norm) {
  if (!(norm >= 0) || nu.size() == 0) return -std::numeric_limits<double>::infinity();
  const double limit = norm > 0 ? problem.beta() / norm : 1.0;
  return problem.dual_objective(Vector(problem.best_dual_scale(nu, limit) * nu));
}

double relative_gap(double objective, double lower_bound, double scale) {
  const double gap = objective - std::max(0.0, lower_bound);
  if (!(gap > 1e-30 * scale)) return 0;
  return objective > 0 ? std::min(1.0, gap / objective) : 1.0;
}

void complete_point(const TrainingProblem& problem, PathPoint& point) {
  const TrainingProblem here = problem.with_beta(point.beta);
  const Vector zero = Vector::Zero(problem.samples());
  point.mass = here.penalty(point.network) / point.beta;
  point.objective = here.objective(point.network);
  point.loss = problem.loss().value(here.fit(point.network), problem.y());
  point.lower_bound = std::max(0.0, scaled_bound(here, point.dual, point.dual_norm));
  point.relative_gap =
      relative_gap(point.objective, point.lower_bound, problem.loss().value(zero, problem.y()));
}

double bound_of(const DualOracle& oracle, const Vector& nu, const PathSettings& settings) {
  DualNormSettings closing;
  closing.relative_gap = std::max(1e-13, 0.1 * settings.relative_gap);
  closing.threads = settings.threads;
  closing.seed = settings.seed;
  closing.control = settings.control;
  return oracle.maximise(nu, closing).upper;
}

PathStatus settled_status(const RegularizationPath& path, const PathSettings& settings,
                          bool unfinished) {
  if (unfinished) return PathStatus::kLimit;
  const bool all = std::all_of(path.points.begin(), path.points.end(), [&](const PathPoint& point) {
    return point.relative_gap <= settings.relative_gap;
  });
  return all ? PathStatus::kSolved : PathStatus::kReducedAccuracy;
}

std::vector<Index> match_neurons(const TwoLayerNetwork& earlier,
                                 const std::vector<Index>& earlier_ids,
                                 const TwoLayerNetwork& network, Index& next) {
  constexpr double kClose = 0.995;  // cosine
  std::vector<std::tuple<double, Index, Index>> pairs;
  for (Index j = 0; j < network.width(); ++j) {
    for (Index k = 0; k < earlier.width(); ++k) {
      if (network.alpha(j, 0) * earlier.alpha(k, 0) <= 0) continue;
      const double cosine = network.W.row(j).normalized().dot(earlier.W.row(k).normalized());
      if (cosine >= kClose) pairs.emplace_back(-cosine, j, k);
    }
  }
  std::sort(pairs.begin(), pairs.end());
  std::vector<Index> ids(static_cast<std::size_t>(network.width()), -1);
  std::vector<bool> used(earlier_ids.size(), false);
  for (const auto& [cosine, j, k] : pairs) {
    Index& id = ids[static_cast<std::size_t>(j)];
    if (id >= 0 || used[static_cast<std::size_t>(k)]) continue;
    id = earlier_ids[static_cast<std::size_t>(k)];
    used[static_cast<std::size_t>(k)] = true;
  }
  for (Index& id : ids) {
    if (id < 0) id = next++;
  }
  return ids;
}

}  // namespace thalweg::detail
