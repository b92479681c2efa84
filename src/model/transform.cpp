#include "thalweg/model/transform.hpp"

#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

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

/// A null vector of the atoms' columns when they are dependent up to `tolerance`, else an empty
/// vector.
Vector null_vector(const Matrix& atoms, double tolerance) {
  Matrix scaled = atoms;
  for (Index j = 0; j < atoms.cols(); ++j) scaled.col(j) /= atoms.col(j).norm();
  Eigen::ColPivHouseholderQR<Matrix> qr(scaled);
  qr.setThreshold(tolerance);
  const Index rank = qr.rank();
  if (rank == atoms.cols()) return {};
  // Columns past the rank are combinations of the first ones: R11 x = R12 e.
  Vector permuted = Vector::Zero(atoms.cols());
  permuted[rank] = 1;
  if (rank > 0) {
    permuted.head(rank) = -qr.matrixR()
                               .topLeftCorner(rank, rank)
                               .template triangularView<Eigen::Upper>()
                               .solve(qr.matrixR().col(rank).head(rank));
  }
  Vector g = qr.colsPermutation() * permuted;
  for (Index j = 0; j < atoms.cols(); ++j) g[j] /= atoms.col(j).norm();
  return g;
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
  while (current.width() > 1) {
    const Matrix atoms = activations(X, current) * current.alpha.col(0).asDiagonal();
    Vector g = null_vector(atoms, tolerance);
    if (g.size() == 0) break;
    const Vector penalty = current.W.rowwise().norm().cwiseProduct(current.alpha.col(0).cwiseAbs());
    if (g.dot(penalty) < 0) g = -g;
    Index leaving = 0;
    g.maxCoeff(&leaving);
    if (!(g[leaving] > 0)) break;
    const double step = 1 / g[leaving];
    std::vector<Index> kept;
    for (Index j = 0; j < current.width(); ++j) {
      const double mass = 1 - step * g[j];
      if (j == leaving || !(mass > 0)) continue;
      current.W.row(j) *= std::sqrt(mass);
      current.alpha(j, 0) *= std::sqrt(mass);
      kept.push_back(j);
    }
    current = select(current, kept);
  }
  return current;
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
