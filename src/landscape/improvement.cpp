#include "landscape/improvement.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "thalweg/model/transform.hpp"

namespace thalweg {
namespace {

/// The mass t > 0 that minimises l(fit + t atom) + beta t, by bracketing and bisecting its
/// increasing slope.
double best_mass(const TrainingProblem& problem, const Vector& fit, const Vector& atom) {
  const auto slope = [&](double t) {
    return problem.loss().gradient(fit + t * atom, problem.y()).dot(atom) + problem.beta();
  };
  if (slope(0) >= 0) return 0;
  double high = 1 / std::max(atom.norm(), 1e-300);
  for (int step = 0; step < 2000 && slope(high) < 0; ++step) high *= 2;
  double low = 0;
  for (int step = 0; step < 120; ++step) {
    const double middle = 0.5 * (low + high);
    (slope(middle) < 0 ? low : high) = middle;
  }
  return low;
}

Improvement candidate(const TrainingProblem& problem, ImprovementKind kind, double objective_before,
                      TwoLayerNetwork network) {
  Improvement improvement;
  improvement.kind = kind;
  improvement.network = std::move(network);
  improvement.objective_after = problem.objective(improvement.network);
  improvement.decrease = objective_before - improvement.objective_after;
  return improvement;
}

}  // namespace

std::vector<Improvement> simplifications(const TrainingProblem& problem,
                                         const TwoLayerNetwork& network) {
  const double before = problem.objective(network);
  const TwoLayerNetwork balanced = balance(network);
  const TwoLayerNetwork merged = merge(balanced);
  const TwoLayerNetwork pruned = prune(problem.X(), merged);
  return {candidate(problem, ImprovementKind::kBalance, before, balanced),
          candidate(problem, ImprovementKind::kMerge, before, merged),
          candidate(problem, ImprovementKind::kPrune, before, pruned)};
}

std::optional<Improvement> best_neuron(const TrainingProblem& problem,
                                       const TwoLayerNetwork& network,
                                       const std::vector<DualDirection>& directions) {
  const double before = problem.objective(network);
  const Vector fit = problem.fit(network);
  std::optional<Improvement> best;
  for (const DualDirection& direction : directions) {
    const Vector atom = to_double(direction.sign) * (problem.X() * direction.u).cwiseMax(0.0);
    const double mass = best_mass(problem, fit, atom);
    if (!(mass > 0)) continue;
    const double root = std::sqrt(mass);
    const Vector w = root * direction.u;
    const double alpha = to_double(direction.sign) * root;
    Improvement improvement =
        candidate(problem, ImprovementKind::kNeuron, before, append_neuron(network, w, alpha));
    if (!(improvement.decrease > 0)) continue;
    if (best && best->decrease >= improvement.decrease) continue;
    improvement.w = w;
    improvement.alpha = alpha;
    best = std::move(improvement);
  }
  return best;
}

std::optional<Improvement> recommend(const std::vector<Improvement>& candidates, double least) {
  double largest = 0;
  for (const Improvement& improvement : candidates) {
    largest = std::max(largest, improvement.decrease);
  }
  if (!(largest > least)) return std::nullopt;
  for (const Improvement& improvement : candidates) {
    if (improvement.decrease > least && improvement.decrease >= 0.99 * largest) return improvement;
  }
  return std::nullopt;
}

}  // namespace thalweg
