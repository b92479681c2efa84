#include "thalweg/reformulation/convolutional_three_layer.hpp"

#include <cmath>
#include <string>
#include <utility>

#include "reformulation/block_check.hpp"
#include "reformulation/filter_layers.hpp"
#include "reformulation/tied_filters.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg {

ConvolutionalThreeLayer::ConvolutionalThreeLayer(PatchGeometry patches)
    : patches_(std::move(patches)) {
  if (patches_.patches() > kMaxTiedPatches) {
    throw InvalidArgument("patches: expected at most " + std::to_string(kMaxTiedPatches) +
                          ", got " + std::to_string(patches_.patches()));
  }
}

std::string ConvolutionalThreeLayer::describe() const {
  return "sum_j (sum_k (X_k u_j)_+ w_1jk)_+ w_2j, beta sum_j |u_j| |w_1j| |w_2j|";
}

std::vector<BranchLayer> ConvolutionalThreeLayer::layers() const {
  std::vector<BranchLayer> layers = filter_layers(patches_);
  layers.push_back({"W1", {patches_.patches()}});
  layers.push_back({"w2", {}});
  return layers;
}

std::vector<BranchForm> ConvolutionalThreeLayer::forms(const Matrix& X) const {
  const Index K = patches_.patches();
  std::vector<BranchForm> forms;
  for (Index form = 0; form + 1 < Index{1} << K; ++form) {
    // Without a minus sign the second ReLU is the identity.
    forms.push_back(tied_form(patches_, X, tied_signs(form, K),
                              form == 0 ? TiedOutput::kSum : TiedOutput::kRelu));
  }
  return forms;
}

Vector ConvolutionalThreeLayer::random_block(Index form, Random& random) const {
  return random_tied_block(patches_.size(), tied_signs(form, patches_.patches()), random);
}

std::optional<std::vector<Vector>> ConvolutionalThreeLayer::decode(const ActiveBlock& block) const {
  const Index K = patches_.patches();
  check_block(block, (Index{1} << K) - 1, K * patches_.size());
  const std::optional<TiedFactors> factors =
      factor_tied(block.w, tied_signs(block.form, patches_.patches()));
  if (!factors) return std::nullopt;
  const double root = std::cbrt(factors->sigma);
  std::vector<Vector> branch = split_filter(patches_, root * factors->right);
  branch.emplace_back(root * factors->left);
  branch.push_back(Vector::Constant(1, to_double(block.sign) * root));
  return branch;
}

ActiveBlock ConvolutionalThreeLayer::nearest_branch(const ActiveBlock& block) const {
  const Index K = patches_.patches();
  check_block(block, (Index{1} << K) - 1, K * patches_.size());
  const TiedFactors factors = nearest_factors(block.w, tied_signs(block.form, K));
  return {block.form, block.sign, factors.sigma * tied_block(factors.left, factors.right)};
}

std::vector<ActiveBlock> ConvolutionalThreeLayer::lift(const BranchNetwork& network) const {
  check_network(*this, network);
  const std::size_t last = network.layers.size() - 1;
  std::vector<ActiveBlock> blocks;
  for (Index j = 0; j < network.branches(); ++j) {
    const double output = network.layers[last](j, 0);
    const Vector a = std::abs(output) * network.layers[last - 1].row(j).transpose();
    const Vector w = tied_block(a, join_filter(patches_, network, j));
    if (!w.isZero(0) && a.maxCoeff() > 0) {
      blocks.push_back({tied_number(a), sign_of(output), w});
    }
  }
  return blocks;
}

Vector ConvolutionalThreeLayer::predict(const Matrix& X, const BranchNetwork& network) const {
  check_network(*this, network);
  const std::size_t last = network.layers.size() - 1;
  Vector result = Vector::Zero(X.rows());
  for (Index j = 0; j < network.branches(); ++j) {
    const Vector inner =
        filter_activations(patches_, X, network, j) * network.layers[last - 1].row(j).transpose();
    result += network.layers[last](j, 0) * inner.cwiseMax(0);
  }
  return result;
}

double ConvolutionalThreeLayer::penalty(const BranchNetwork& network) const {
  check_network(*this, network);
  const std::size_t last = network.layers.size() - 1;
  double sum = 0;
  for (Index j = 0; j < network.branches(); ++j) {
    sum += join_filter(patches_, network, j).stableNorm() *
           network.layers[last - 1].row(j).stableNorm() * std::abs(network.layers[last](j, 0));
  }
  return sum;
}

}  // namespace thalweg
