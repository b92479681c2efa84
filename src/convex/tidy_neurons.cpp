#include "convex/tidy_neurons.hpp"

#include <algorithm>

namespace thalweg::detail {
namespace {

constexpr double kSmallMass = 1e-2;    ///< neurons below this share of the largest may be dropped
constexpr double kNegligible = 1e-13;  ///< below this share they always are
constexpr double kSimilarCosine = 0.95;

double loss_at(const NeuronModel& model, const Vector& fit) {
  return model.problem().loss().value(fit, model.problem().y());
}

}  // namespace

bool drop_neurons(NeuronModel& model) {
  double largest = 0;
  for (const GatedNeuron& neuron : model.neurons) largest = std::max(largest, neuron.w.norm());
  bool dropped = false;
  for (std::size_t j = 0; j < model.neurons.size();) {
    const double mass = model.neurons[j].w.norm();
    bool remove = mass <= kNegligible * largest;
    if (!remove && mass < kSmallMass * largest) {
      const Vector without = model.fit - NeuronModel::contribution(model.neurons[j]);
      remove = loss_at(model, without) - loss_at(model, model.fit) <= model.problem().beta() * mass;
    }
    if (!remove) {
      ++j;
      continue;
    }
    model.neurons.erase(model.neurons.begin() + static_cast<std::ptrdiff_t>(j));
    model.refresh();
    dropped = true;
  }
  return dropped;
}

bool merge_neurons(NeuronModel& model) {
  bool merged = false;
  for (std::size_t i = 0; i < model.neurons.size(); ++i) {
    for (std::size_t k = i + 1; k < model.neurons.size();) {
      GatedNeuron& first = model.neurons[i];
      const GatedNeuron& second = model.neurons[k];
      const double norms = first.w.norm() * second.w.norm();
      if (first.s != second.s || first.w.dot(second.w) < kSimilarCosine * norms) {
        ++k;
        continue;
      }
      GatedNeuron sum = first;
      sum.w += second.w;
      sum.t += second.t;
      std::vector<Index> shared;
      std::set_intersection(first.kinks.begin(), first.kinks.end(), second.kinks.begin(),
                            second.kinks.end(), std::back_inserter(shared));
      sum.gate = (sum.t.array() > 0).cast<double>().matrix();
      const Vector fit = model.fit - NeuronModel::contribution(first) -
                         NeuronModel::contribution(second) + NeuronModel::contribution(sum);
      const double saved =
          model.problem().beta() * (first.w.norm() + second.w.norm() - sum.w.norm());
      if (loss_at(model, fit) - loss_at(model, model.fit) > saved) {
        ++k;
        continue;
      }
      first = std::move(sum);
      model.set_kinks(first, shared);
      model.neurons.erase(model.neurons.begin() + static_cast<std::ptrdiff_t>(k));
      model.refresh();
      merged = true;
    }
  }
  return merged;
}

}  // namespace thalweg::detail
