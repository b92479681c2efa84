#include "thalweg/model/parameter_vector.hpp"

#include <string>

#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

Vector joined(const Matrix& W, const Matrix& alpha, const Vector& affine) {
  Vector parameters(W.size() + alpha.size() + affine.size());
  parameters << W.reshaped(), alpha.reshaped(), affine;
  return parameters;
}

}  // namespace

Vector parameters_of(const TrainingProblem& problem, const TwoLayerNetwork& network) {
  problem.check(network);
  return joined(network.W, network.alpha, problem.stack(problem.affine_part(network)));
}

Vector parameters_of(const TrainingProblem& problem, const NetworkGradient& gradient) {
  return joined(gradient.W, gradient.alpha, problem.stack({gradient.output_bias, gradient.skip}));
}

TwoLayerNetwork network_from(const TrainingProblem& problem, Index width,
                             const Vector& parameters) {
  const Index d = problem.dimension();
  const Index expected = width * (d + 1) + problem.affine_size();
  if (parameters.size() != expected) {
    throw InvalidArgument("parameters: expected " + std::to_string(expected) + " numbers, got " +
                          std::to_string(parameters.size()));
  }
  TwoLayerNetwork network = TwoLayerNetwork::empty(d);
  network.W = parameters.head(width * d).reshaped(width, d);
  network.alpha = parameters.segment(width * d, width);
  const AffinePart affine = problem.unstack(parameters.tail(problem.affine_size()));
  network.output_bias[0] = affine.bias;
  if (affine.skip.size() > 0) network.skip = affine.skip;
  return network;
}

}  // namespace thalweg
