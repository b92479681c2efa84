#include "training/small_penalty.hpp"

#include <algorithm>
#include <cmath>

namespace thalweg::detail {
namespace {

constexpr double kSmall = 1e-5;  ///< share of beta_max below which the way down pays
constexpr double kFirst = 3e-2;  ///< no stage above this share
constexpr double kRatio = 0.2;

/// A lower bound of max |nu^T (X u)_+| from three directions, usually within a factor of two.
double least_dual_norm(const Matrix& X, const Vector& nu) {
  double best = 0;
  for (const Vector& weights : {Vector(nu), Vector(nu.cwiseMax(0)), Vector(nu.cwiseMin(0))}) {
    const Vector u = X.transpose() * weights;
    const double length = u.norm();
    if (!(length > 0)) continue;
    const Vector margins = X * (u / length);
    best = std::max(
        {best, std::abs(nu.dot(margins.cwiseMax(0))), std::abs(nu.dot(margins.cwiseMin(0)))});
  }
  return best;
}

}  // namespace

std::vector<double> larger_penalties(const TrainingProblem& problem) {
  const Vector fit = problem.affine_fit(problem.best_affine_part());
  const Vector nu = problem.project_to_dual_domain(problem.dual_point(fit));
  const double beta_max = least_dual_norm(problem.X(), nu);
  std::vector<double> penalties;
  if (problem.beta() >= kSmall * beta_max) return penalties;
  for (double beta = problem.beta() / kRatio; beta < kFirst * beta_max; beta /= kRatio) {
    penalties.push_back(beta);
  }
  std::ranges::reverse(penalties);
  return penalties;
}

}  // namespace thalweg::detail
