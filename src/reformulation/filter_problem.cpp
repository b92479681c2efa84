#include "thalweg/reformulation/filter_problem.hpp"

#include "reformulation/filter_layers.hpp"

namespace thalweg {

PatchColumns patch_columns(const PatchGeometry& patches) {
  PatchColumns result{patches.patches(), patches.size(), {}};
  for (Index k = 0; k < patches.patches(); ++k) {
    for (const Index column : patches.positions(k)) {
      result.columns.push_back(column < 0 ? PatchColumns::kPadding : column);
    }
    if (patches.has_bias()) result.columns.push_back(PatchColumns::kOne);
  }
  return result;
}

ConvolutionProblem filter_problem(const ConvolutionalNetwork& architecture, const Matrix& X,
                                  const TrainingProblem& outputs) {
  return {X,
          outputs.y(),
          patch_columns(architecture.patches()),
          architecture.pooling(),
          outputs.beta(),
          outputs.loss(),
          outputs.output_bias()};
}

TwoLayerNetwork filter_network(const ConvolutionalNetwork& architecture,
                               const BranchNetwork& network, double output_bias) {
  check_network(architecture, network);
  const PatchGeometry& patches = architecture.patches();
  TwoLayerNetwork result = TwoLayerNetwork::empty(patches.size());
  result.W.resize(network.branches(), patches.size());
  for (Index j = 0; j < network.branches(); ++j) {
    result.W.row(j) = join_filter(patches, network, j).transpose();
  }
  result.alpha = network.layers.back();
  result.output_bias[0] = output_bias;
  return result;
}

}  // namespace thalweg
