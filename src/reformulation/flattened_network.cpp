#include "thalweg/reformulation/flattened_network.hpp"

#include <cmath>
#include <string>
#include <utility>

#include "reformulation/block_check.hpp"
#include "reformulation/filter_layers.hpp"
#include "reformulation/tied_filters.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg {

// Signs of a form have plus at patch 0: -f_s(Z) = f_{-s}(-Z), so the block's sign gives the others.

FlattenedNetwork::FlattenedNetwork(PatchGeometry patches) : patches_(std::move(patches)) {
  if (patches_.patches() > kMaxTiedPatches) {
    throw InvalidArgument("patches: expected at most " + std::to_string(kMaxTiedPatches) +
                          ", got " + std::to_string(patches_.patches()));
  }
}

std::string FlattenedNetwork::describe() const {
  return "sum_j sum_k (X_k u_j)_+ w_jk, beta/2 sum_j (|u_j|^2 + |w_j|^2)";
}

std::vector<BranchLayer> FlattenedNetwork::layers() const {
  std::vector<BranchLayer> layers = filter_layers(patches_);
  layers.push_back({"W", {patches_.patches()}});
  return layers;
}

std::vector<BranchForm> FlattenedNetwork::forms(const Matrix& X) const {
  const Index K = patches_.patches();
  std::vector<BranchForm> forms;
  for (Index form = 0; form < Index{1} << (K - 1); ++form) {
    forms.push_back(tied_form(patches_, X, tied_signs(2 * form, K), TiedOutput::kSum));
  }
  return forms;
}

Vector FlattenedNetwork::random_block(Index form, Random& random) const {
  return random_tied_block(patches_.size(), tied_signs(2 * form, patches_.patches()), random);
}

std::optional<std::vector<Vector>> FlattenedNetwork::decode(const ActiveBlock& block) const {
  const Index K = patches_.patches();
  check_block(block, Index{1} << (K - 1), K * patches_.size());
  const std::optional<TiedFactors> factors =
      factor_tied(block.w, tied_signs(2 * block.form, patches_.patches()));
  if (!factors) return std::nullopt;
  const double root = std::sqrt(factors->sigma);
  std::vector<Vector> branch = split_filter(patches_, root * factors->right);
  branch.emplace_back(to_double(block.sign) * root * factors->left);
  return branch;
}

ActiveBlock FlattenedNetwork::nearest_branch(const ActiveBlock& block) const {
  const Index K = patches_.patches();
  check_block(block, Index{1} << (K - 1), K * patches_.size());
  const TiedFactors factors = nearest_factors(block.w, tied_signs(2 * block.form, K));
  return {block.form, block.sign, factors.sigma * tied_block(factors.left, factors.right)};
}

std::vector<ActiveBlock> FlattenedNetwork::lift(const BranchNetwork& network) const {
  check_network(*this, network);
  std::vector<ActiveBlock> blocks;
  for (Index j = 0; j < network.branches(); ++j) {
    Vector a = network.layers.back().row(j).transpose();
    const Sign sign = sign_of(a[0]);
    a *= to_double(sign);
    const Vector w = tied_block(a, join_filter(patches_, network, j));
    if (!w.isZero(0)) blocks.push_back({tied_number(a) / 2, sign, w});
  }
  return blocks;
}

Vector FlattenedNetwork::predict(const Matrix& X, const BranchNetwork& network) const {
  check_network(*this, network);
  Vector result = Vector::Zero(X.rows());
  for (Index j = 0; j < network.branches(); ++j) {
    result +=
        filter_activations(patches_, X, network, j) * network.layers.back().row(j).transpose();
  }
  return result;
}

double FlattenedNetwork::penalty(const BranchNetwork& network) const {
  check_network(*this, network);
  double sum = 0;
  for (const Matrix& layer : network.layers) sum += layer.squaredNorm();
  return sum / 2;
}

}  // namespace thalweg
