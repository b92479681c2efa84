#include "thalweg/reformulation/convolutional_three_layer.hpp"

#include <cmath>
#include <utility>

#include "reformulation/filter_layers.hpp"
#include "reformulation/tied_filters.hpp"

namespace thalweg {

ConvolutionalThreeLayer::ConvolutionalThreeLayer(PatchGeometry patches)
    : TiedFilterNetwork(std::move(patches)) {}

Index ConvolutionalThreeLayer::form_count() const { return (Index{1} << patches().patches()) - 1; }

std::vector<Sign> ConvolutionalThreeLayer::signs(Index form) const {
  return tied_signs(form, patches().patches());
}

std::string ConvolutionalThreeLayer::describe() const {
  return "sum_j (sum_k (X_k u_j)_+ w_1jk)_+ w_2j, beta sum_j |u_j| |w_1j| |w_2j|";
}

std::vector<BranchLayer> ConvolutionalThreeLayer::layers() const {
  std::vector<BranchLayer> layers = filter_layers(patches());
  layers.push_back({"W1", {patches().patches()}});
  layers.push_back({"w2", {}});
  return layers;
}

std::vector<BranchForm> ConvolutionalThreeLayer::forms(const Matrix& X) const {
  std::vector<BranchForm> forms;
  for (Index form = 0; form < form_count(); ++form) {
    // Without a minus sign the second ReLU is the identity.
    const TiedOutput output = form == 0 ? TiedOutput::kSum : TiedOutput::kRelu;
    forms.push_back(tied_form(patches(), X, signs(form), output));
  }
  return forms;
}

std::vector<Vector> ConvolutionalThreeLayer::split_factors(Sign output, double sigma,
                                                           const Vector& left,
                                                           const Vector& right) const {
  const double root = std::cbrt(sigma);
  std::vector<Vector> branch = split_filter(patches(), root * right);
  branch.emplace_back(root * left);
  branch.push_back(Vector::Constant(1, to_double(output) * root));
  return branch;
}

std::vector<ActiveBlock> ConvolutionalThreeLayer::lift(const BranchNetwork& network) const {
  check_network(*this, network);
  const std::size_t last = network.layers.size() - 1;
  std::vector<ActiveBlock> blocks;
  for (Index j = 0; j < network.branches(); ++j) {
    const double output = network.layers[last](j, 0);
    const Vector a = std::abs(output) * network.layers[last - 1].row(j).transpose();
    const Vector w = tied_block(a, join_filter(patches(), network, j));
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
        filter_activations(patches(), X, network, j) * network.layers[last - 1].row(j).transpose();
    result += network.layers[last](j, 0) * inner.cwiseMax(0);
  }
  return result;
}

double ConvolutionalThreeLayer::penalty(const BranchNetwork& network) const {
  check_network(*this, network);
  const std::size_t last = network.layers.size() - 1;
  double sum = 0;
  for (Index j = 0; j < network.branches(); ++j) {
    sum += join_filter(patches(), network, j).stableNorm() *
           network.layers[last - 1].row(j).stableNorm() * std::abs(network.layers[last](j, 0));
  }
  return sum;
}

}  // namespace thalweg
