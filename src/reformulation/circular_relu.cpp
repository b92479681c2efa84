#include "thalweg/reformulation/circular_relu.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "reformulation/input_checks.hpp"
#include "reformulation/random_vector.hpp"
#include "thalweg/core/error.hpp"
#include "thalweg/reformulation/circular_linear.hpp"

namespace thalweg {
namespace {

/// How far above 1 rounding may take |u|.
constexpr double kConstraintRounding = 1e-9;

/// U w_1 of a branch, with the circulant written out.
Vector convolved(const BranchNetwork& network, Index branch) {
  return circulant(network.layers[0].row(branch).transpose()) *
         network.layers[1].row(branch).transpose();
}

}  // namespace

CircularReluNetwork::CircularReluNetwork(Index features) : features_(features) {
  if (features < 1) {
    throw InvalidArgument("features: expected at least one, got " + std::to_string(features));
  }
}

std::string CircularReluNetwork::describe() const {
  return "sum_j (X U_j w_1j)_+ w_2j with circulants U_j of |u_j| <= 1, "
         "beta/2 sum_j (|w_1j|^2 + w_2j^2)";
}

std::vector<BranchLayer> CircularReluNetwork::layers() const {
  return {{"u", {features_}}, {"w1", {features_}}, {"w2", {}}};
}

std::vector<BranchForm> CircularReluNetwork::forms(const Matrix& X) const {
  check_columns(X, features_);
  const Matrix rows = X * real_fourier_basis(features_);
  BranchForm form(X.rows(), spectral_l1_norm(features_));
  for (Index i = 0; i < X.rows(); ++i) form.add_relu(i, rows.row(i).transpose(), 1);
  return {std::move(form)};
}

Vector CircularReluNetwork::random_block(Index /*form*/, Random& random) const {
  return random_vector(features_, random);
}

std::optional<std::vector<Vector>> CircularReluNetwork::decode(const ActiveBlock& block) const {
  check_block(block, 1, features_);
  CircularNeuron neuron = circular_neuron(real_fourier_basis(features_) * block.w);
  const double length = neuron.u.stableNorm();
  if (length > 0) neuron.u /= length;
  // |u| = |w| = length before: moving the filter's length to the output keeps |w_1| = |w_2|.
  return std::vector<Vector>{neuron.u, neuron.w,
                             Vector::Constant(1, to_double(block.sign) * length)};
}

std::vector<ActiveBlock> CircularReluNetwork::lift(const BranchNetwork& network) const {
  check_network(*this, network);
  const Matrix basis = real_fourier_basis(features_);
  std::vector<ActiveBlock> blocks;
  for (Index j = 0; j < network.branches(); ++j) {
    const double last = network.layers[2](j, 0);
    const Vector c = basis.transpose() * convolved(network, j) * std::abs(last);
    if (!c.isZero(0)) blocks.push_back({0, sign_of(last), c});
  }
  return blocks;
}

Vector CircularReluNetwork::predict(const Matrix& X, const BranchNetwork& network) const {
  check_network(*this, network);
  check_columns(X, features_);
  Vector result = Vector::Zero(X.rows());
  for (Index j = 0; j < network.branches(); ++j) {
    result += network.layers[2](j, 0) * (X * convolved(network, j)).cwiseMax(0);
  }
  return result;
}

double CircularReluNetwork::penalty(const BranchNetwork& network) const {
  check_network(*this, network);
  if (network.branches() > 0 &&
      network.layers[0].rowwise().stableNorm().maxCoeff() > 1 + kConstraintRounding) {
    return std::numeric_limits<double>::infinity();
  }
  return (network.layers[1].squaredNorm() + network.layers[2].squaredNorm()) / 2;
}

}  // namespace thalweg
