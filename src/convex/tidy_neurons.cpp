#include "convex/tidy_neurons.hpp"

#include <Eigen/QR>
#include <algorithm>
#include <cmath>

namespace thalweg::detail {
namespace {

constexpr double kNegligible = 1e-13;  ///< neurons below this share of the largest always go
constexpr double kSimilarCosine = 0.95;
constexpr double kDependent = 1e-10;  ///< relative pivot below which atoms count as dependent

/// A null vector of the columns (sum >= 0), or an empty vector when they are independent.
Vector null_vector(const Matrix& atoms) {
  Eigen::ColPivHouseholderQR<Matrix> qr(atoms);
  qr.setThreshold(kDependent);
  const Index rank = qr.rank();
  if (rank == atoms.cols()) return {};
  const Matrix R = qr.matrixR().topLeftCorner(rank, rank).triangularView<Eigen::Upper>();
  Vector g = Vector::Zero(atoms.cols());
  g.head(rank) = -R.triangularView<Eigen::Upper>().solve(qr.matrixR().col(rank).head(rank));
  g[rank] = 1;
  g = qr.colsPermutation() * g;
  return g.sum() < 0 ? Vector(-g) : g;
}

/// Takes the span of the unpenalised columns out of the atoms; returns the coefficients (affine
/// size x m) of what was taken.
Matrix split_off(const NeuronModel& model, Matrix& atoms) {
  const FreeSpan& span = model.problem().free_span();
  Matrix taken = Matrix::Zero(span.Q.cols(), atoms.cols());
  for (int pass = 0; pass < 2; ++pass) {  // twice is enough for orthogonality to rounding
    const Matrix part = span.Q.transpose() * atoms;
    atoms -= span.Q * part;
    taken += part;
  }
  Matrix coefficients = Matrix::Zero(model.affine.size(), atoms.cols());
  coefficients.bottomRows(span.T.rows()) = span.T * taken;
  return coefficients;
}

double loss_at(const NeuronModel& model, const Vector& fit) {
  return model.problem().loss().value(fit, model.problem().y());
}

}  // namespace

bool drop_neurons(NeuronModel& model) {
  double largest = 0;
  for (const GatedNeuron& neuron : model.neurons) largest = std::max(largest, neuron.w.norm());
  bool dropped = false;
  for (std::size_t j = 0; j < model.neurons.size();) {
    const double mass = model.neurons[j].w.norm();
    bool remove = mass <= kNegligible * largest;
    if (!remove) {
      const Vector without = model.fit - NeuronModel::contribution(model.neurons[j]);
      remove = loss_at(model, without) - loss_at(model, model.fit) <= model.problem().beta() * mass;
    }
    if (!remove) {
      ++j;
      continue;
    }
    model.neurons.erase(model.neurons.begin() + static_cast<std::ptrdiff_t>(j));
    model.refresh();
    dropped = true;
  }
  return dropped;
}

bool merge_neurons(NeuronModel& model) {
  bool merged = false;
  for (std::size_t i = 0; i < model.neurons.size(); ++i) {
    for (std::size_t k = i + 1; k < model.neurons.size();) {
      GatedNeuron& first = model.neurons[i];
      const GatedNeuron& second = model.neurons[k];
      const double norms = first.w.norm() * second.w.norm();
      if (first.s != second.s || first.w.dot(second.w) < kSimilarCosine * norms) {
        ++k;
        continue;
      }
      GatedNeuron sum = first;
      sum.w += second.w;
      sum.t += second.t;
      std::vector<Index> shared;
      std::set_intersection(first.kinks.begin(), first.kinks.end(), second.kinks.begin(),
                            second.kinks.end(), std::back_inserter(shared));
      sum.gate = (sum.t.array() > 0).cast<double>().matrix();
      const Vector fit = model.fit - NeuronModel::contribution(first) -
                         NeuronModel::contribution(second) + NeuronModel::contribution(sum);
      const double saved =
          model.problem().beta() * (first.w.norm() + second.w.norm() - sum.w.norm());
      if (loss_at(model, fit) - loss_at(model, model.fit) > saved) {
        ++k;
        continue;
      }
      first = std::move(sum);
      model.set_kinks(first, shared);
      model.neurons.erase(model.neurons.begin() + static_cast<std::ptrdiff_t>(k));
      model.refresh();
      merged = true;
    }
  }
  return merged;
}

bool drop_dependent(NeuronModel& model) {
  bool dropped = false;
  while (model.neurons.size() > 1) {
    const Index m = static_cast<Index>(model.neurons.size());
    Matrix atoms(model.problem().samples(), m);
    Vector mass(m);
    Vector scale(m);
    for (Index j = 0; j < m; ++j) {
      const GatedNeuron& neuron = model.neurons[static_cast<std::size_t>(j)];
      mass[j] = neuron.w.norm();
      atoms.col(j) = NeuronModel::contribution(neuron) / mass[j];
      scale[j] = atoms.col(j).norm();
      if (scale[j] > 0) atoms.col(j) /= scale[j];
    }
    const Matrix inside = split_off(model, atoms);
    Vector g = null_vector(atoms);
    if (g.size() == 0) return dropped;
    Vector move = inside * g;
    for (Index j = 0; j < m; ++j) g[j] = scale[j] > 0 ? g[j] / scale[j] : g[j];
    if (g.sum() < 0) {
      g = -g;
      move = -move;
    }
    Index leaving = -1;
    for (Index j = 0; j < m; ++j) {
      if (g[j] > 0 && (leaving < 0 || mass[j] * g[leaving] < mass[leaving] * g[j])) leaving = j;
    }
    if (leaving < 0) return dropped;  // g is not a number: the data overflow
    const double step = mass[leaving] / g[leaving];
    model.affine += step * move;
    for (Index j = 0; j < m; ++j) {
      model.neurons[static_cast<std::size_t>(j)].w *= std::max(0.0, 1 - step * g[j] / mass[j]);
    }
    model.neurons.erase(model.neurons.begin() + leaving);
    std::erase_if(model.neurons, [](const GatedNeuron& neuron) { return neuron.w.norm() == 0; });
    model.refresh();
    dropped = true;
  }
  return dropped;
}

}  // namespace thalweg::detail
