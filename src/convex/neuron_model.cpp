#include "convex/neuron_model.hpp"

#include <Eigen/QR>
#include <algorithm>
#include <cmath>

namespace thalweg::detail {
namespace {

constexpr double kTie = 1e-12;   ///< |x^T w| <= kTie |x| |w| counts as lying on the wall
constexpr double kSpan = 1e-11;  ///< a row this close to the span of the kinks is one of them

}  // namespace

NeuronModel::NeuronModel(const TrainingProblem& problem, const std::vector<Neuron>& start,
                         const AffinePart& start_affine)
    : affine(problem.stack(start_affine)),
      problem_(problem),
      row_norms_(problem.X().rowwise().norm()),
      frobenius_(problem.X().norm()),
      affine_penalties_(problem.affine_penalties()) {
  set_affine_basis();
  for (const Neuron& given : start) {
    GatedNeuron neuron;
    neuron.w = given.w;
    neuron.s = to_double(given.sign);
    neuron.t = problem.X() * given.w;
    neuron.gate = (neuron.t.array() > 0).cast<double>().matrix();
    set_kinks(neuron, given.kinks);
    if (neuron.w.norm() > 0) neurons.push_back(std::move(neuron));
  }
  refresh();
}

void NeuronModel::set_affine_basis() {
  const FreeSpan& span = problem_.free_span();
  const Index ones = problem_.output_bias() == OutputBias::kPenalised ? 1 : 0;
  const Index r = span.Q.cols();
  // Every column as long as X, so that gradients and curvature compare with those of the neurons
  // whatever the unit of X.
  const double length = frobenius_ > 0 ? frobenius_ : 1.0;
  const double bias_unit = length / std::sqrt(static_cast<double>(problem_.samples()));
  affine_basis_ = Matrix::Zero(problem_.affine_size(), ones + r);
  affine_basis_.topLeftCorner(ones, ones).setConstant(bias_unit);
  affine_basis_.bottomRightCorner(span.T.rows(), r) = length * span.T;
  affine_columns_.resize(problem_.samples(), ones + r);
  affine_columns_.leftCols(ones).setConstant(bias_unit);
  affine_columns_.rightCols(r) = length * span.Q;
}

void NeuronModel::refresh() {
  fit = problem_.affine_fit(problem_.unstack(affine));
  for (GatedNeuron& neuron : neurons) {
    neuron.t.noalias() = problem_.X() * neuron.w;
    const double tie = kTie * neuron.w.norm();
    for (Index i = 0; i < neuron.t.size(); ++i) {
      if (std::abs(neuron.t[i]) > tie * row_norms_[i]) neuron.gate[i] = neuron.t[i] > 0 ? 1 : 0;
    }
    for (const Index i : neuron.kinks) {
      neuron.gate[i] = 0;
      neuron.t[i] = 0;
    }
    fit += contribution(neuron);
  }
  nu = problem_.dual_point(fit);
}

double NeuronModel::objective() const {
  double mass = 0;
  for (const GatedNeuron& neuron : neurons) mass += neuron.w.norm();
  return problem_.loss().value(fit, problem_.y()) + problem_.beta() * mass +
         0.5 * affine_penalties_.dot(affine.cwiseAbs2());
}

Vector NeuronModel::gradient(const GatedNeuron& neuron) const {
  return -neuron.s * (problem_.X().transpose() * neuron.gate.cwiseProduct(nu)) +
         problem_.beta() * neuron.w / neuron.w.norm();
}

Vector NeuronModel::affine_gradient() const {
  return affine_basis_.transpose() * affine_penalties_.cwiseProduct(affine) -
         affine_columns_.transpose() * nu;
}

void NeuronModel::set_kinks(GatedNeuron& neuron, std::vector<Index> rows) const {
  const Index d = problem_.dimension();
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  neuron.kinks.clear();
  neuron.basis = Matrix::Identity(d, d);
  if (rows.empty() || d == 1) return;
  Matrix walls(d, static_cast<Index>(rows.size()));
  for (std::size_t k = 0; k < rows.size(); ++k) {
    const double norm = row_norms_[rows[k]];
    walls.col(static_cast<Index>(k)) =
        norm > 0 ? Vector(problem_.X().row(rows[k]).transpose() / norm) : Vector(Vector::Zero(d));
  }
  Eigen::ColPivHouseholderQR<Matrix> qr(walls);
  qr.setThreshold(1e-10);
  // A neuron is nonzero, so its walls leave at least one direction: excess rank is rounding.
  const Index rank = std::min(qr.rank(), d - 1);
  const Matrix q = qr.householderQ();
  neuron.basis = q.rightCols(d - rank);
  neuron.w = neuron.basis * (neuron.basis.transpose() * neuron.w);
  const double tie = 1e-8 * neuron.w.norm();
  for (Index i = 0; i < neuron.t.size(); ++i) {
    if (row_norms_[i] == 0 || std::abs(neuron.t[i]) > tie * row_norms_[i]) continue;
    const double outside = (problem_.X().row(i) * neuron.basis).norm();
    if (outside <= kSpan * row_norms_[i]) neuron.kinks.push_back(i);
  }
  for (const Index i : neuron.kinks) {
    neuron.t[i] = 0;
    neuron.gate[i] = 0;
  }
}

std::vector<Index> NeuronModel::ties(const GatedNeuron& neuron) const {
  std::vector<Index> rows;
  const double tie = kTie * neuron.w.norm();
  for (Index i = 0; i < neuron.t.size(); ++i) {
    if (std::abs(neuron.t[i]) <= tie * row_norms_[i] && row_norms_[i] > 0) rows.push_back(i);
  }
  return rows;
}

Vector NeuronModel::contribution(const GatedNeuron& neuron) {
  return neuron.s * neuron.gate.cwiseProduct(neuron.t);
}

std::vector<Neuron> NeuronModel::neurons_out() const {
  std::vector<Neuron> result;
  for (const GatedNeuron& neuron : neurons) {
    result.push_back({neuron.w, sign_of(neuron.s), neuron.kinks, -1});
  }
  return result;
}

double NeuronModel::noise_floor() const {
  const double scale = 2 * frobenius_;
  double error = 2e-16 * scale * nu.norm();
  if (problem_.loss().kind() != LossKind::kLogistic) {
    const Vector weights = problem_.loss().all_sample_weights(problem_.samples());
    error += 2e-16 * scale * weights.cwiseProduct(problem_.y()).norm();
  }
  return error / problem_.beta();
}

}  // namespace thalweg::detail
