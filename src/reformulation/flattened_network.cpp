#include "thalweg/reformulation/flattened_network.hpp"

#include <cmath>
#include <utility>

#include "reformulation/filter_layers.hpp"
#include "reformulation/tied_filters.hpp"

namespace thalweg {

FlattenedNetwork::FlattenedNetwork(PatchGeometry patches) : TiedFilterNetwork(std::move(patches)) {}

Index FlattenedNetwork::form_count() const { return Index{1} << (patches().patches() - 1); }

/// Plus at patch 0: -f_s(Z) = f_{-s}(-Z), so the block's sign gives the others.
std::vector<Sign> FlattenedNetwork::signs(Index form) const {
  return tied_signs(2 * form, patches().patches());
}

std::string FlattenedNetwork::describe() const {
  return "sum_j sum_k (X_k u_j)_+ w_jk, beta/2 sum_j (|u_j|^2 + |w_j|^2)";
}

std::vector<BranchLayer> FlattenedNetwork::layers() const {
  std::vector<BranchLayer> layers = filter_layers(patches());
  layers.push_back({"W", {patches().patches()}});
  return layers;
}

std::vector<BranchForm> FlattenedNetwork::forms(const Matrix& X) const {
  std::vector<BranchForm> forms;
  for (Index form = 0; form < form_count(); ++form) {
    forms.push_back(tied_form(patches(), X, signs(form), TiedOutput::kSum));
  }
  return forms;
}

std::vector<Vector> FlattenedNetwork::split_factors(Sign output, double sigma, const Vector& left,
                                                    const Vector& right) const {
  const double root = std::sqrt(sigma);
  std::vector<Vector> branch = split_filter(patches(), root * right);
  branch.emplace_back(to_double(output) * root * left);
  return branch;
}

std::vector<ActiveBlock> FlattenedNetwork::lift(const BranchNetwork& network) const {
  check_network(*this, network);
  std::vector<ActiveBlock> blocks;
  for (Index j = 0; j < network.branches(); ++j) {
    Vector a = network.layers.back().row(j).transpose();
    const Sign sign = sign_of(a[0]);
    a *= to_double(sign);
    const Vector w = tied_block(a, join_filter(patches(), network, j));
    if (!w.isZero(0)) blocks.push_back({tied_number(a) / 2, sign, w});
  }
  return blocks;
}

Vector FlattenedNetwork::predict(const Matrix& X, const BranchNetwork& network) const {
  check_network(*this, network);
  Vector result = Vector::Zero(X.rows());
  for (Index j = 0; j < network.branches(); ++j) {
    result +=
        filter_activations(patches(), X, network, j) * network.layers.back().row(j).transpose();
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
