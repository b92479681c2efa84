#include "thalweg/convex/neuron.hpp"

#include <cmath>

namespace thalweg {

double bias_penalty(const TrainingProblem& problem) {
  return problem.output_bias() == OutputBias::kPenalised ? problem.beta() : 0.0;
}

TwoLayerNetwork to_network(const std::vector<Neuron>& neurons, Index dimension,
                           const AffinePart& affine) {
  TwoLayerNetwork network = TwoLayerNetwork::empty(dimension);
  const Index width = static_cast<Index>(neurons.size());
  network.W.resize(width, dimension);
  network.alpha.resize(width, 1);
  network.output_bias[0] = affine.bias;
  if (affine.skip.size() > 0) network.skip = affine.skip;
  for (Index j = 0; j < width; ++j) {
    const Neuron& neuron = neurons[static_cast<std::size_t>(j)];
    const double root = std::sqrt(neuron.w.norm());
    network.W.row(j) = neuron.w.transpose() / root;
    network.alpha(j, 0) = to_double(neuron.sign) * root;
  }
  return network;
}

std::vector<Neuron> to_neurons(const TwoLayerNetwork& network) {
  std::vector<Neuron> neurons;
  for (Index j = 0; j < network.width(); ++j) {
    const double alpha = network.alpha(j, 0);
    Neuron neuron;
    neuron.w = std::abs(alpha) * network.W.row(j).transpose();
    neuron.sign = sign_of(alpha);
    if (neuron.w.norm() > 0) neurons.push_back(std::move(neuron));
  }
  return neurons;
}

}  // namespace thalweg
