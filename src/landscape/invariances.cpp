#include "thalweg/landscape/invariances.hpp"

#include <Eigen/SVD>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

/// Atoms that carry mass somewhere on the listed polytope.
std::vector<Index> carriers(const OptimalSet& set) {
  std::vector<Index> atoms;
  for (Index q = 0; q < set.centre.size(); ++q) {
    if (set.centre[q] > 0) atoms.push_back(q);
  }
  return atoms;
}

void expect_slot(const char* what, Index slot, Index width) {
  if (slot >= 0 && slot < width) return;
  throw InvalidArgument(std::string(what) + ": expected a slot from 0 to " +
                        std::to_string(width - 1) + ", got " + std::to_string(slot));
}

}  // namespace

TwoLayerNetwork permuted(const TwoLayerNetwork& network, const std::vector<Index>& order) {
  std::vector<Index> sorted = order;
  std::sort(sorted.begin(), sorted.end());
  std::vector<Index> all(static_cast<std::size_t>(network.width()));
  std::iota(all.begin(), all.end(), Index{0});
  if (sorted != all) {
    throw InvalidArgument("order: expected each of the " + std::to_string(network.width()) +
                          " slots once");
  }
  TwoLayerNetwork result = network;
  result.W = network.W(order, Eigen::all);
  result.alpha = network.alpha(order, Eigen::all);
  return result;
}

TwoLayerNetwork split(const TwoLayerNetwork& network, Index slot, Index into, double share) {
  expect_slot("slot", slot, network.width());
  expect_slot("into", into, network.width());
  if (slot == into || !network.W.row(into).isZero(0) || !network.alpha.row(into).isZero(0)) {
    throw InvalidArgument("into: expected an empty slot (w = 0, alpha = 0) other than slot " +
                          std::to_string(slot) + ", got slot " + std::to_string(into));
  }
  if (!(share >= 0 && share <= 1)) {
    throw InvalidArgument("share: expected a number in [0, 1], got " + std::to_string(share));
  }
  TwoLayerNetwork result = network;
  result.W.row(into) = std::sqrt(share) * network.W.row(slot);
  result.alpha.row(into) = std::sqrt(share) * network.alpha.row(slot);
  result.W.row(slot) *= std::sqrt(1 - share);
  result.alpha.row(slot) *= std::sqrt(1 - share);
  return result;
}

Vector moved(const Vector& masses, const Vector& g, double step) {
  double limit = step;
  for (Index q = 0; q < masses.size(); ++q) {
    if (step * g[q] < 0) {
      const double most = masses[q] / std::abs(g[q]);
      limit = std::copysign(std::min(std::abs(limit), most), step);
    }
  }
  return (masses + limit * g).cwiseMax(0);
}

Matrix polytope_moves(const OptimalSet& set) {
  const std::vector<Index> atoms = carriers(set);
  Matrix moves = Matrix::Zero(set.centre.size(), set.dimension);
  if (set.dimension == 0) return moves;
  const Matrix A = set.activations(Eigen::all, atoms);
  const Eigen::JacobiSVD<Matrix> svd(A, Eigen::ComputeFullV);
  const Matrix kernel = svd.matrixV().rightCols(set.dimension);
  moves(atoms, Eigen::all) = kernel;
  return moves;
}

TwoLayerNetwork rescaled(const TwoLayerNetwork& network, double gamma) {
  if (!(gamma > 0) || !std::isfinite(gamma)) {
    throw InvalidArgument("gamma: expected a positive number, got " + std::to_string(gamma));
  }
  TwoLayerNetwork result = network;
  result.W *= gamma;
  result.alpha /= gamma;
  return result;
}

std::vector<std::string> describe_invariances(const OptimalSet& set) {
  std::vector<std::string> words;
  words.push_back("permutation: the slots of the hidden layer in any order");
  if (set.M_star_upper > 0) {
    words.push_back(
        "splitting and merging: a neuron may share its mass with empty slots, weights times "
        "sqrt(share), and neurons of one direction may join");
    words.push_back("empty slots: any optimal direction may take one up, starting from mass 0");
  }
  if (set.located() && set.dimension > 0) {
    std::string move = "moves along the optimal polytope, of dimension " +
                       std::to_string(set.dimension) +
                       ": masses change along null vectors of the activations";
    if (set.proof == PolytopeProof::kAntipodal) {
      move +=
          "; neurons of opposite directions and equal sign trade mass, and the linear parts "
          "that this leaves behind cancel";
    }
    words.push_back(std::move(move));
  }
  words.push_back(
      "not an invariance of the loss: (gamma w, alpha / gamma) leaves the network's function but "
      "raises the penalty unless |w| = |alpha| stays");
  return words;
}

}  // namespace thalweg
