#include "training/vector_entering.hpp"

#include <algorithm>
#include <cmath>

#include "training/slope_zero.hpp"

namespace thalweg::detail {
namespace {

/// Minimiser over t in [0, 1] of the convex l(fit + t move) + t cost.
double line_minimum(const MultiOutputProblem& problem, const Matrix& fit, const Matrix& move,
                    double cost) {
  const auto slope = [&](double t) {
    return cost - move.cwiseProduct(problem.dual_point(fit + t * move)).sum();
  };
  return slope_zero(slope);
}

}  // namespace

std::vector<VectorNeuron> entering_vector_neurons(const MultiOutputProblem& problem,
                                                  OutputModel model, const Matrix& fit,
                                                  const Matrix& N,
                                                  const std::vector<VectorDirection>& directions) {
  const double weight = problem.loss().weight(problem.samples());
  std::vector<VectorNeuron> neurons;
  Matrix move = Matrix::Zero(problem.samples(), problem.outputs());
  double mass = 0;
  for (const VectorDirection& direction : directions) {
    const Vector hidden = (problem.X() * direction.u).cwiseMax(0.0);
    const Matrix atom = hidden * direction.a.transpose();
    const double excess = atom.cwiseProduct(N).sum() - problem.beta();
    if (!(excess > 0)) continue;
    // Flat pieces of a loss have no curvature; a small share of its largest keeps the step finite.
    const Matrix bent = problem.loss().curvature_product(fit, problem.Y(), atom);
    const double bend =
        std::max(bent.cwiseProduct(atom).sum(), 1e-3 * weight * hidden.squaredNorm());
    const double step = excess / bend;
    VectorNeuron neuron;
    neuron.w = std::sqrt(step) * direction.u;
    neuron.v = std::sqrt(step) * direction.a;
    neuron.kinks = direction.kinks;
    if (model == OutputModel::kIndependent) direction.a.cwiseAbs().maxCoeff(&neuron.output);
    mass += step;
    move += step * atom;
    neurons.push_back(std::move(neuron));
  }
  const double scale = line_minimum(problem, fit, move, problem.beta() * mass);
  if (scale == 0) neurons.clear();
  for (VectorNeuron& neuron : neurons) {
    neuron.w *= std::sqrt(scale);
    neuron.v *= std::sqrt(scale);
  }
  return neurons;
}

}  // namespace thalweg::detail
