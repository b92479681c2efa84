#include "convex/newton_direction.hpp"

#include <algorithm>
#include <cmath>

namespace thalweg::detail {
namespace {

constexpr Index kDenseLimit = 1200;  ///< beyond this many coordinates: conjugate gradients
constexpr Index kChunk = 1024;       ///< rows of X at a time: the panel stays in cache
constexpr int kConjugateSteps = 150;
/// A diagonal entry below this share of the mean is rounding: columns 1e12 apart have entries 1e24
/// apart.
constexpr double kFlat = 1e-26;

}  // namespace

/// The Hessian of the smooth piece in null-space coordinates.
class ReducedHessian {
 public:
  explicit ReducedHessian(const NeuronModel& model)
      : model_(model),
        curvature_(model.problem().loss().curvature(model.fit, model.problem().y())) {
    Index offset = 0;
    for (const GatedNeuron& neuron : model.neurons) {
      offset_.push_back(offset);
      offset += neuron.basis.cols();
    }
    affine_at_ = offset;
    size_ = offset + model.affine_basis().cols();
  }

  [[nodiscard]] Index size() const { return size_; }

  [[nodiscard]] Vector reduce(const std::vector<Vector>& full, const Vector& affine_part) const {
    Vector z(size_);
    for (std::size_t j = 0; j < offset_.size(); ++j) {
      const Matrix& basis = model_.neurons[j].basis;
      z.segment(offset_[j], basis.cols()) = basis.transpose() * full[j];
    }
    z.tail(size_ - affine_at_) = affine_part;
    return z;
  }

  [[nodiscard]] Direction expand(const Vector& z) const {
    Direction direction;
    for (std::size_t j = 0; j < offset_.size(); ++j) {
      const Matrix& basis = model_.neurons[j].basis;
      direction.dw.emplace_back(basis * z.segment(offset_[j], basis.cols()));
    }
    direction.daffine = model_.affine_basis() * z.tail(size_ - affine_at_);
    return direction;
  }

  [[nodiscard]] Matrix dense() const {
    Matrix H = Matrix::Zero(size_, size_);
    const Matrix& X = model_.problem().X();
    Matrix panel;
    for (Index first = 0; first < X.rows(); first += kChunk) {
      const Index rows = std::min(kChunk, X.rows() - first);
      panel.resize(rows, size_);
      const Vector root = curvature_.segment(first, rows).cwiseSqrt();
      for (std::size_t j = 0; j < offset_.size(); ++j) {
        const GatedNeuron& neuron = model_.neurons[j];
        const Vector scale = neuron.s * neuron.gate.segment(first, rows).cwiseProduct(root);
        panel.middleCols(offset_[j], neuron.basis.cols()).noalias() =
            X.middleRows(first, rows) * neuron.basis;
        panel.middleCols(offset_[j], neuron.basis.cols()).array().colwise() *= scale.array();
      }
      panel.rightCols(size_ - affine_at_) =
          root.asDiagonal() * model_.affine_columns().middleRows(first, rows);
      H.selfadjointView<Eigen::Lower>().rankUpdate(panel.transpose());
    }
    H = Matrix(H.selfadjointView<Eigen::Lower>());
    for (std::size_t j = 0; j < offset_.size(); ++j) {
      const GatedNeuron& neuron = model_.neurons[j];
      const Index k = neuron.basis.cols();
      const double norm = neuron.w.norm();
      const Vector along = neuron.basis.transpose() * neuron.w / norm;
      H.block(offset_[j], offset_[j], k, k) +=
          model_.problem().beta() / norm * (Matrix::Identity(k, k) - along * along.transpose());
    }
    const Matrix& basis = model_.affine_basis();
    H.bottomRightCorner(basis.cols(), basis.cols()) +=
        basis.transpose() * model_.affine_penalties().asDiagonal() * basis;
    return H;
  }

  [[nodiscard]] Vector apply(const Vector& z) const {
    const Direction direction = expand(z);
    const Matrix& X = model_.problem().X();
    Vector move = model_.affine_columns() * z.tail(size_ - affine_at_);
    for (std::size_t j = 0; j < offset_.size(); ++j) {
      const GatedNeuron& neuron = model_.neurons[j];
      move += neuron.s * neuron.gate.cwiseProduct(X * direction.dw[j]);
    }
    move = move.cwiseProduct(curvature_);
    std::vector<Vector> full;
    for (std::size_t j = 0; j < offset_.size(); ++j) {
      const GatedNeuron& neuron = model_.neurons[j];
      const double norm = neuron.w.norm();
      const Vector along = neuron.w / norm;
      full.emplace_back(neuron.s * (X.transpose() * neuron.gate.cwiseProduct(move)) +
                        model_.problem().beta() / norm *
                            (direction.dw[j] - along.dot(direction.dw[j]) * along));
    }
    const Vector penalty = model_.affine_penalties().cwiseProduct(direction.daffine);
    return reduce(full, model_.affine_columns().transpose() * move +
                            model_.affine_basis().transpose() * penalty);
  }

  /// The size of a diagonal entry, cheaply: the mean of the gated data's squared column norms, or
  /// where the loss is flat the curvature beta / |w| with which a unit step takes away a neuron.
  [[nodiscard]] double typical_diagonal() const {
    double sum = curvature_.dot(model_.affine_columns().rowwise().squaredNorm());
    const Vector weight = curvature_.cwiseProduct(model_.row_norms().cwiseAbs2());
    double longest = 0;
    for (const GatedNeuron& neuron : model_.neurons) {
      sum += neuron.gate.dot(weight);
      longest = std::max(longest, neuron.w.norm());
    }
    if (sum > 0) return sum / static_cast<double>(size_);
    return longest > 0 ? model_.problem().beta() / longest : 1.0;
  }

 private:
  const NeuronModel& model_;
  Vector curvature_;
  std::vector<Index> offset_;
  Index affine_at_ = 0;
  Index size_ = 0;
};

namespace {

Vector conjugate_gradients(const ReducedHessian& hessian, const Vector& rhs, double shift) {
  Vector z = Vector::Zero(rhs.size());
  Vector r = rhs;
  Vector p = r;
  double rr = r.squaredNorm();
  const double target = 1e-20 * rr;
  for (int step = 0; step < kConjugateSteps && rr > target; ++step) {
    const Vector Hp = hessian.apply(p) + shift * p;
    const double curvature = p.dot(Hp);
    if (!(curvature > 0)) break;
    const double alpha = rr / curvature;
    z += alpha * p;
    r -= alpha * Hp;
    const double next = r.squaredNorm();
    p = r + next / rr * p;
    rr = next;
  }
  return z;
}

}  // namespace

NewtonSystem::NewtonSystem(const NeuronModel& model, double damping)
    : hessian_(std::make_unique<ReducedHessian>(model)) {
  if (hessian_->size() > kDenseLimit) {
    shift_ = damping * hessian_->typical_diagonal();
    return;
  }
  Matrix H = hessian_->dense();
  const double mean = H.trace() / static_cast<double>(std::max<Index>(hessian_->size(), 1));
  const double typical = mean > 0 ? mean : hessian_->typical_diagonal();
  // Inputs of unlike units: the shift is relative to each coordinate's own curvature.
  unit_ = H.diagonal().cwiseMax(kFlat * typical).cwiseSqrt().cwiseInverse();
  H = unit_.asDiagonal() * H * unit_.asDiagonal();
  H.diagonal().array() += damping;
  factor_.compute(H);
}

NewtonSystem::~NewtonSystem() = default;

Direction NewtonSystem::solve(const std::vector<Vector>& gradients,
                              const Vector& affine_gradient) const {
  const Vector rhs = -hessian_->reduce(gradients, affine_gradient);
  return hessian_->expand(
      hessian_->size() > kDenseLimit
          ? conjugate_gradients(*hessian_, rhs, shift_)
          : Vector(unit_.cwiseProduct(factor_.solve(Vector(unit_.cwiseProduct(rhs))))));
}

Direction scaled_descent(const NeuronModel& model, const std::vector<Vector>& r) {
  const ReducedHessian hessian(model);
  const Vector z = -hessian.reduce(r, model.affine_gradient());
  const double curvature = z.dot(hessian.apply(z));
  const double square = z.squaredNorm();
  const double scale = curvature > 1e-12 * square * hessian.typical_diagonal()
                           ? square / curvature
                           : 1 / hessian.typical_diagonal();
  return hessian.expand(scale * z);
}

}  // namespace thalweg::detail
