#pragma once

#include <Eigen/Cholesky>
#include <memory>
#include <vector>

#include "convex/neuron_model.hpp"

namespace thalweg::detail {

/// A joint move of all neurons and of the affine part.
struct Direction {
  std::vector<Vector> dw;  ///< (d) each, within the neuron's kink constraints
  Vector daffine;          ///< of the stacked coefficients
};

class ReducedHessian;

/// The Newton system of the current linear pieces in null-space coordinates of all neurons and the
/// affine part, factorised once: H + damping * diag(H), so that the units of the inputs do not
/// matter; beyond the dense limit H + damping * (typical diagonal of H) * I by conjugate gradients.
/// The model must not change meanwhile.
class NewtonSystem {
 public:
  NewtonSystem(const NeuronModel& model, double damping);
  ~NewtonSystem();

  /// The z with (H + shift) z = -g, as a direction; gradients (d) each, the affine part's in its
  /// reduced coordinates.
  [[nodiscard]] Direction solve(const std::vector<Vector>& gradients,
                                const Vector& affine_gradient) const;

 private:
  std::unique_ptr<ReducedHessian> hessian_;
  Eigen::LDLT<Matrix> factor_;  ///< unused beyond the dense limit
  Vector unit_;                 ///< 1 / sqrt of the diagonal, for the dense system
  double shift_ = 0;
};

/// Steepest descent -r_j for the given vectors, scaled so that the quadratic model is minimal at
/// step 1.
[[nodiscard]] Direction scaled_descent(const NeuronModel& model, const std::vector<Vector>& r);

}  // namespace thalweg::detail
