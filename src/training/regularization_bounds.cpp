#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "thalweg/core/error.hpp"
#include "thalweg/training/regularization_path.hpp"
#include "training/regularization_point.hpp"

namespace thalweg {
namespace {

constexpr int kGoldenSteps = 40;

/// The best bound at `here` of combinations of two points' duals: for a share t the combined
/// direction has a norm of at most (1 - t) norm_a + t norm_b, and the best bound along each
/// direction is quasi-concave in t, because D is concave on the triangle of combinations.
double combined_bound(const TrainingProblem& here, const PathPoint& a, const PathPoint& b) {
  const auto bound = [&](double t) {
    const double norm = (1 - t) * a.dual_norm + t * b.dual_norm;
    // The sum of two norms' bounds is rounded; 4 ulps more keep it one.
    const double safe = norm * (1 + 4 * std::numeric_limits<double>::epsilon());
    return detail::scaled_bound(here, (1 - t) * a.dual + t * b.dual, safe);
  };
  const double golden = 0.5 * (std::sqrt(5.0) - 1);
  double low = 0;
  double high = 1;
  double best = std::max(bound(0), bound(1));
  double left = high - golden * (high - low);
  double right = low + golden * (high - low);
  double at_left = bound(left);
  double at_right = bound(right);
  for (int step = 0; step < kGoldenSteps; ++step) {
    best = std::max({best, at_left, at_right});
    if (at_left < at_right) {
      low = left;
      left = right;
      at_left = at_right;
      right = low + golden * (high - low);
      at_right = bound(right);
    } else {
      high = right;
      right = left;
      at_right = at_left;
      left = high - golden * (high - low);
      at_left = bound(left);
    }
  }
  return best;
}

}  // namespace

double path_lower_bound(const TrainingProblem& problem, const RegularizationPath& path,
                        double beta) {
  const TrainingProblem here = problem.with_beta(beta);
  if (path.points.empty()) return 0;
  // The points around beta; beyond the ends the two last ones.
  const auto below = std::find_if(path.points.begin(), path.points.end(),
                                  [&](const PathPoint& point) { return point.beta <= beta; });
  auto second = below == path.points.end() ? below - 1 : below;
  if (second == path.points.begin() && path.points.size() > 1) ++second;
  double bound = std::max(0.0, detail::scaled_bound(here, second->dual, second->dual_norm));
  if (second == path.points.begin()) return bound;
  return std::max(bound, combined_bound(here, *(second - 1), *second));
}

PathDefects path_defects(const TrainingProblem& problem, const RegularizationPath& path) {
  PathDefects defects;
  if (path.points.empty()) return defects;
  const double scale = path.points.front().objective;
  if (!(scale > 0)) return defects;
  const auto raise = [&](double& defect, double value) {
    defect = std::max(defect, value / scale);
  };
  for (std::size_t k = 0; k < path.points.size(); ++k) {
    const PathPoint& a = path.points[k];
    const TrainingProblem here = problem.with_beta(a.beta);
    for (const PathPoint& b : path.points) {
      raise(defects.concavity, b.objective - a.objective - a.mass * (b.beta - a.beta));
      raise(defects.weak_duality, detail::scaled_bound(here, b.dual, b.dual_norm) - a.objective);
    }
    if (k == 0) continue;
    const PathPoint& before = path.points[k - 1];
    raise(defects.monotonicity, a.objective - before.objective);
    raise(defects.mass, (before.mass - a.mass) * path.beta_max);
  }
  return defects;
}

std::vector<NetworkGap> scan_network(const TrainingProblem& problem, const TwoLayerNetwork& network,
                                     const RegularizationPath& path,
                                     const std::vector<double>& betas,
                                     const PathSettings& settings) {
  problem.check(network);
  const Vector nu = problem.project_to_dual_domain(problem.dual_point(problem.fit(network)));
  const double norm = detail::bound_of(DualOracle(problem.X()), nu, settings);
  const double scale = problem.loss().value(Vector::Zero(problem.samples()), problem.y());
  std::vector<NetworkGap> gaps;
  for (const double beta : betas) {
    const TrainingProblem here = problem.with_beta(beta);
    NetworkGap gap;
    gap.beta = beta;
    gap.objective = here.objective(network);
    gap.lower_bound = std::max(
        {0.0, detail::scaled_bound(here, nu, norm), path_lower_bound(problem, path, beta)});
    gap.relative_gap = detail::relative_gap(gap.objective, gap.lower_bound, scale);
    gaps.push_back(gap);
  }
  return gaps;
}

}  // namespace thalweg
