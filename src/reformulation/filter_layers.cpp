#include "reformulation/filter_layers.hpp"

#include <algorithm>

namespace thalweg {

std::vector<BranchLayer> filter_layers(const PatchGeometry& patches) {
  std::vector<BranchLayer> layers{{"U", patches.filter_shape()}};
  if (patches.has_bias()) layers.push_back({"b", {}});
  return layers;
}

std::vector<Vector> split_filter(const PatchGeometry& patches, const Vector& filter) {
  std::vector<Vector> result{filter.head(patches.weights())};
  if (patches.has_bias()) result.emplace_back(filter.tail(1));
  return result;
}

Vector join_filter(const PatchGeometry& patches, const BranchNetwork& network, Index branch) {
  Vector filter(patches.size());
  filter.head(patches.weights()) = network.layers[0].row(branch).transpose();
  if (patches.has_bias()) filter[patches.weights()] = network.layers[1](branch, 0);
  return filter;
}

Matrix filter_activations(const PatchGeometry& patches, const Matrix& X,
                          const BranchNetwork& network, Index branch) {
  Matrix result(X.rows(), patches.patches());
  const Matrix& U = network.layers[0];
  const double bias = patches.has_bias() ? network.layers[1](branch, 0) : 0;
  for (Index i = 0; i < X.rows(); ++i) {
    for (Index k = 0; k < patches.patches(); ++k) {
      const std::vector<Index>& positions = patches.positions(k);
      double sum = bias;
      for (std::size_t e = 0; e < positions.size(); ++e) {
        if (positions[e] >= 0) sum += X(i, positions[e]) * U(branch, static_cast<Index>(e));
      }
      result(i, k) = std::max(sum, 0.0);
    }
  }
  return result;
}

}  // namespace thalweg
