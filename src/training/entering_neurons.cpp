#include "training/entering_neurons.hpp"

#include <algorithm>
#include <cmath>

#include "training/slope_zero.hpp"

namespace thalweg::detail {
namespace {

/// Minimiser over t in [0, 1] of the convex l(fit + t move) + t cost.
double line_minimum(const TrainingProblem& problem, const Vector& fit, const Vector& move,
                    double cost) {
  const auto slope = [&](double t) { return cost - move.dot(problem.dual_point(fit + t * move)); };
  return slope_zero(slope);
}

/// With a skip connection the atoms of u and -u differ by X u, which costs nothing: whether the
/// opposite of a direction is among the first `count` ones.
bool has_opposite(const TrainingProblem& problem, const std::vector<DualDirection>& directions,
                  std::size_t count) {
  constexpr double kOpposite = -1 + 1e-6;
  if (problem.skip() == SkipConnection::kNone) return false;
  const DualDirection& last = directions[count];
  return std::any_of(directions.begin(), directions.begin() + static_cast<std::ptrdiff_t>(count),
                     [&](const DualDirection& earlier) {
                       return earlier.sign == last.sign && earlier.u.dot(last.u) < kOpposite;
                     });
}

}  // namespace

std::vector<Neuron> entering_neurons(const TrainingProblem& problem, const Vector& fit,
                                     const Vector& nu,
                                     const std::vector<DualDirection>& directions) {
  const Vector curvature = problem.loss().curvature(fit, problem.y());
  const Vector weights = problem.loss().all_sample_weights(problem.samples());
  std::vector<Neuron> neurons;
  Vector move = Vector::Zero(problem.samples());
  double mass = 0;
  for (std::size_t k = 0; k < directions.size(); ++k) {
    const DualDirection& direction = directions[k];
    if (has_opposite(problem, directions, k)) continue;
    const Vector atom =
        to_double(direction.sign) * Vector((problem.X() * direction.u).cwiseMax(0.0));
    const double excess = atom.dot(nu) - problem.beta();
    if (!(excess > 0)) continue;
    // Flat pieces of a loss have no curvature; a small share of its largest keeps the step finite.
    const double bend =
        std::max(curvature.dot(atom.cwiseAbs2()), 1e-3 * weights.dot(atom.cwiseAbs2()));
    Neuron neuron;
    neuron.sign = direction.sign;
    neuron.kinks = direction.kinks;
    neuron.w = excess / bend * direction.u;
    mass += neuron.w.norm();
    move += excess / bend * atom;
    neurons.push_back(std::move(neuron));
  }
  const double scale = line_minimum(problem, fit, move, problem.beta() * mass);
  if (scale == 0) neurons.clear();
  for (Neuron& neuron : neurons) neuron.w *= scale;
  return neurons;
}

}  // namespace thalweg::detail
