#include "training/neuron_reduction.hpp"

#include <algorithm>
#include <cstddef>

namespace thalweg::detail {
namespace {

constexpr std::size_t kMostForPairs = 64;

Vector atom(const Matrix& X, const Neuron& neuron, const Vector& w) {
  return to_double(neuron.sign) * Vector((X * w).cwiseMax(0.0));
}

}  // namespace

std::vector<Reduction> cheapest_reductions(const TrainingProblem& problem,
                                           const std::vector<Neuron>& neurons,
                                           const AffinePart& affine, Index count) {
  const Matrix& X = problem.X();
  const Index size = static_cast<Index>(neurons.size());
  Matrix atoms(X.rows(), size);
  double mass = 0;
  for (Index j = 0; j < size; ++j) {
    const Neuron& neuron = neurons[static_cast<std::size_t>(j)];
    atoms.col(j) = atom(X, neuron, neuron.w);
    mass += neuron.w.norm();
  }
  const Vector fit = atoms.rowwise().sum() + problem.affine_fit(affine);
  const double rest = 0.5 * bias_penalty(problem) * affine.bias * affine.bias;
  const auto value = [&](const Vector& outputs, double total) {
    return problem.loss().value(outputs, problem.y()) + problem.beta() * total + rest;
  };
  std::vector<Reduction> reductions;
  for (Index j = 0; j < size; ++j) {
    const Neuron& gone = neurons[static_cast<std::size_t>(j)];
    const Vector without = fit - atoms.col(j);
    reductions.push_back({j, -1, value(without, mass - gone.w.norm())});
    if (neurons.size() > kMostForPairs) continue;
    for (Index k = 0; k < j; ++k) {
      const Neuron& into = neurons[static_cast<std::size_t>(k)];
      if (into.sign != gone.sign) continue;
      const Vector sum = into.w + gone.w;
      const Vector joined = without - atoms.col(k) + atom(X, into, sum);
      reductions.push_back(
          {j, k, value(joined, mass - gone.w.norm() - into.w.norm() + sum.norm())});
    }
  }
  const auto kept = std::min(reductions.size(), static_cast<std::size_t>(count));
  std::partial_sort(
      reductions.begin(), reductions.begin() + static_cast<std::ptrdiff_t>(kept), reductions.end(),
      [](const Reduction& a, const Reduction& b) { return a.objective < b.objective; });
  reductions.resize(kept);
  return reductions;
}

std::vector<Neuron> reduce(std::vector<Neuron> neurons, const Reduction& reduction) {
  if (reduction.into >= 0) {
    Neuron& into = neurons[static_cast<std::size_t>(reduction.into)];
    into.w += neurons[static_cast<std::size_t>(reduction.gone)].w;
    into.kinks.clear();
  }
  neurons.erase(neurons.begin() + reduction.gone);
  std::erase_if(neurons, [](const Neuron& neuron) { return neuron.w.isZero(0); });
  return neurons;
}

}  // namespace thalweg::detail
