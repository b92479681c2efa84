#include "thalweg/model/transform.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "thalweg/model/independent_masses.hpp"

namespace thalweg {
namespace {

/// The network restricted to the listed neurons.
TwoLayerNetwork select(const TwoLayerNetwork& network, const std::vector<Index>& kept) {
  TwoLayerNetwork result = network;
  const auto count = static_cast<Index>(kept.size());
  result.W.resize(count, network.W.cols());
  result.alpha.resize(count, network.alpha.cols());
  for (Index j = 0; j < count; ++j) {
    result.W.row(j) = network.W.row(kept[static_cast<std::size_t>(j)]);
    result.alpha.row(j) = network.alpha.row(kept[static_cast<std::size_t>(j)]);
  }
  return result;
}

/// Whether two vectors point the same way within `angle`; both nonzero. Uses |a/|a| - b/|b||,
/// accurate for small angles.
bool same_direction(const Vector& a, const Vector& b, double angle) {
  return (a / a.norm() - b / b.norm()).norm() <= angle;
}

}  // namespace

double balance_defect(const TwoLayerNetwork& network) {
  if (network.width() == 0) return 0;
  return (network.W.rowwise().norm() - network.alpha.rowwise().norm()).cwiseAbs().maxCoeff();
}

TwoLayerNetwork balance(const TwoLayerNetwork& network) {
  TwoLayerNetwork balanced = network;
  for (Index j = 0; j < network.width(); ++j) {
    const double norm = network.W.row(j).norm();
    const double output = std::abs(network.alpha(j, 0));
    if (norm == 0 || output == 0) {
      balanced.W.row(j).setZero();
      balanced.alpha(j, 0) = 0;
      continue;
    }
    const double scale = std::sqrt(output) / std::sqrt(norm);
    balanced.W.row(j) *= scale;
    balanced.alpha(j, 0) /= scale;
  }
  return balanced;
}

TwoLayerNetwork merge(const TwoLayerNetwork& network, double angle) {
  std::vector<Vector> mass;
  std::vector<double> sign;
  for (Index j = 0; j < network.width(); ++j) {
    const double output = network.alpha(j, 0);
    const Vector w = std::abs(output) * network.W.row(j).transpose();
    if (w.norm() == 0) continue;
    const double s = output > 0 ? 1.0 : -1.0;
    bool merged = false;
    for (std::size_t k = 0; k < mass.size() && !merged; ++k) {
      if (sign[k] == s && same_direction(mass[k], w, angle)) {
        mass[k] += w;
        merged = true;
      }
    }
    if (!merged) {
      mass.push_back(w);
      sign.push_back(s);
    }
  }
  TwoLayerNetwork result = network;
  const auto count = static_cast<Index>(mass.size());
  result.W.resize(count, network.W.cols());
  result.alpha.resize(count, 1);
  for (Index j = 0; j < count; ++j) {
    const Vector& w = mass[static_cast<std::size_t>(j)];
    const double root = std::sqrt(w.norm());
    result.W.row(j) = w.transpose() / root;
    result.alpha(j, 0) = sign[static_cast<std::size_t>(j)] * root;
  }
  return result;
}

TwoLayerNetwork drop_dead(const Matrix& X, const TwoLayerNetwork& network) {
  const Matrix hidden = activations(X, network);
  std::vector<Index> kept;
  for (Index j = 0; j < network.width(); ++j) {
    if (network.alpha(j, 0) != 0 && hidden.col(j).maxCoeff() > 0) kept.push_back(j);
  }
  return select(network, kept);
}

TwoLayerNetwork prune(const Matrix& X, const TwoLayerNetwork& network, double tolerance) {
  TwoLayerNetwork current = drop_dead(X, balance(network));
  // z_j multiplies neuron j's mass: its atom here is alpha_j (X w_j)_+ and its penalty |w_j|
  // |alpha_j|, so the unit mass of theory 2.5 is |w_j| |alpha_j| z_j.
  const Vector masses = independent_masses(
      activations(X, current) * current.alpha.col(0).asDiagonal(),
      current.W.rowwise().norm().cwiseProduct(current.alpha.col(0).cwiseAbs()), tolerance);
  std::vector<Index> kept;
  for (Index j = 0; j < current.width(); ++j) {
    if (!(masses[j] > 0)) continue;
    current.W.row(j) *= std::sqrt(masses[j]);
    current.alpha(j, 0) *= std::sqrt(masses[j]);
    kept.push_back(j);
  }
  return select(current, kept);
}

TwoLayerNetwork append_neuron(const TwoLayerNetwork& network, const Vector& w, double alpha) {
  TwoLayerNetwork result = network;
  const Index m = network.width();
  result.W.conservativeResize(m + 1, w.size());
  result.W.row(m) = w.transpose();
  result.alpha.conservativeResize(m + 1, 1);
  result.alpha(m, 0) = alpha;
  return result;
}

}  // namespace thalweg
