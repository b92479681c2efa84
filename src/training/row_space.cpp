#include "training/row_space.hpp"

#include <Eigen/QR>

namespace thalweg::detail {

RowSpace::RowSpace(const TrainingProblem& problem) : original_(problem) {
  const Index n = problem.samples();
  const Index d = problem.dimension();
  if (n >= d) return;
  const Eigen::HouseholderQR<Matrix> qr(problem.X().transpose());
  basis_ = qr.householderQ() * Matrix::Identity(d, n);
  reduced_.emplace(problem.in_coordinates(basis_));
}

const TrainingProblem& RowSpace::problem() const { return reduced_ ? *reduced_ : original_; }

Vector RowSpace::restrict_to(const Vector& w) const {
  return reduced_ ? Vector(basis_.transpose() * w) : w;
}

AffinePart RowSpace::restrict_to(const AffinePart& affine) const {
  if (affine.skip.size() == 0) return affine;
  return {affine.bias, restrict_to(affine.skip)};
}

AffinePart RowSpace::lift(const AffinePart& affine) const {
  if (!reduced_ || affine.skip.size() == 0) return affine;
  return {affine.bias, Vector(basis_ * affine.skip)};
}

std::vector<Neuron> RowSpace::lift(std::vector<Neuron> neurons) const {
  if (!reduced_) return neurons;
  for (Neuron& neuron : neurons) neuron.w = basis_ * neuron.w;
  return neurons;
}

}  // namespace thalweg::detail
