#include "training/vector_neuron.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace thalweg::detail {
namespace {

constexpr double kSameDirection = 1e-7;
constexpr double kNegligible = 1e-13;

double mass(const VectorNeuron& neuron) { return neuron.w.norm() * neuron.v.norm(); }

/// |w| = |v| = sqrt(mass).
void set_mass(VectorNeuron& neuron, double mass) {
  neuron.w *= std::sqrt(mass) / neuron.w.norm();
  neuron.v *= std::sqrt(mass) / neuron.v.norm();
}

bool same_direction(const VectorNeuron& a, const VectorNeuron& b) {
  return (a.w.normalized() - b.w.normalized()).norm() <= kSameDirection &&
         (a.v.normalized() - b.v.normalized()).norm() <= kSameDirection;
}

}  // namespace

TwoLayerNetwork to_network(const std::vector<VectorNeuron>& neurons, const Vector& bias,
                           Index dimension) {
  const auto m = static_cast<Index>(neurons.size());
  TwoLayerNetwork network = TwoLayerNetwork::empty(dimension, bias.size());
  network.W.resize(m, dimension);
  network.alpha.resize(m, bias.size());
  for (Index j = 0; j < m; ++j) {
    VectorNeuron neuron = neurons[static_cast<std::size_t>(j)];
    set_mass(neuron, mass(neuron));
    network.W.row(j) = neuron.w.transpose();
    network.alpha.row(j) = neuron.v.transpose();
  }
  network.output_bias = bias;
  return network;
}

std::vector<VectorNeuron> to_vector_neurons(const TwoLayerNetwork& network, OutputModel model) {
  std::vector<VectorNeuron> neurons;
  for (Index j = 0; j < network.width(); ++j) {
    VectorNeuron neuron;
    neuron.w = network.W.row(j).transpose();
    neuron.v = network.alpha.row(j).transpose();
    if (!(mass(neuron) > 0)) continue;
    if (model == OutputModel::kIndependent) neuron.v.cwiseAbs().maxCoeff(&neuron.output);
    set_mass(neuron, mass(neuron));
    neurons.push_back(std::move(neuron));
  }
  std::stable_sort(neurons.begin(), neurons.end(),
                   [](const VectorNeuron& a, const VectorNeuron& b) { return mass(a) > mass(b); });
  return neurons;
}

std::vector<VectorNeuron> tidy(std::vector<VectorNeuron> neurons) {
  std::erase_if(neurons, [](const VectorNeuron& neuron) { return !(mass(neuron) > 0); });
  std::stable_sort(neurons.begin(), neurons.end(),
                   [](const VectorNeuron& a, const VectorNeuron& b) { return mass(a) > mass(b); });
  std::vector<VectorNeuron> kept;
  for (VectorNeuron& neuron : neurons) {
    const double own = mass(neuron);
    if (own < kNegligible * mass(neurons.front()) && !kept.empty()) break;
    const auto same = std::find_if(kept.begin(), kept.end(), [&](const VectorNeuron& other) {
      return same_direction(other, neuron);
    });
    if (same != kept.end()) {
      set_mass(*same, mass(*same) + own);
    } else {
      set_mass(neuron, own);
      kept.push_back(neuron);
    }
  }
  return kept;
}

}  // namespace thalweg::detail
