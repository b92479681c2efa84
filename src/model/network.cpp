#include "thalweg/model/network.hpp"

namespace thalweg {

TwoLayerNetwork TwoLayerNetwork::empty(Index input_dimension, Index outputs) {
  TwoLayerNetwork network;
  network.W = Matrix::Zero(0, input_dimension);
  network.alpha = Matrix::Zero(0, outputs);
  network.output_bias = Vector::Zero(outputs);
  return network;
}

Matrix activations(const Matrix& X, const TwoLayerNetwork& network) {
  return (X * network.W.transpose()).cwiseMax(0.0);
}

Matrix predict(const Matrix& X, const TwoLayerNetwork& network) {
  Matrix outputs = Matrix::Zero(X.rows(), network.outputs());
  if (network.width() > 0) outputs.noalias() = activations(X, network) * network.alpha;
  outputs.rowwise() += network.output_bias.transpose();
  if (network.has_skip()) outputs.noalias() += X * network.skip;
  return outputs;
}

}  // namespace thalweg
