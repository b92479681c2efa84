#pragma once

#include <optional>
#include <string>

#include "thalweg/core/loss.hpp"
#include "thalweg/core/types.hpp"

namespace thalweg {

/// A convex, differentiable loss of several outputs, l(F) = weight(n) * sum_i phi(F_i, Y_i), with
/// its conjugate; F (n x c) are outputs, Y (n x c) targets.
///
/// Either a scalar loss summed over the outputs, or softmax cross-entropy
///   phi(f, y) = log sum_k exp(f_k) - y^T f,  y a unit vector (the sample's class).
/// The dual point of a fit is N = -grad l(F) (n x c), and D(N) = -l*(-N) = min_F l(F) + <N, F>.
/// Softmax: N_i = weight (y_i - p_i) with p the class probabilities, and
///   D(N) = weight * sum_i H(q_i),  H(q) = -sum_k q_k ln q_k,  q_i = y_i - N_i / weight,
/// where every q_i lies in the simplex. Proof: the conjugate of log-sum-exp is the negative entropy
/// on the simplex, so the one of phi at g is -H(g + y); put g = -N_i / weight. QED
/// All domains are star-shaped at 0, so scaling N by tau in [0, 1] stays inside.
class VectorLoss {
 public:
  /// `loss` in every output, summed. Throws InvalidArgument when it has sample weights.
  [[nodiscard]] static VectorLoss separable(const Loss& loss);
  [[nodiscard]] static VectorLoss softmax(LossScale scale = LossScale::kSum);

  /// The loss of one output; nothing for softmax, which couples the outputs.
  [[nodiscard]] const std::optional<Loss>& scalar() const { return scalar_; }
  [[nodiscard]] bool is_softmax() const { return !scalar_.has_value(); }
  [[nodiscard]] LossScale scale() const { return scale_; }
  /// 1 for kSum, 1/n for kMean (not 1/(n c)).
  [[nodiscard]] double weight(Index samples) const;
  /// The scalar loss's name, or "softmax".
  [[nodiscard]] std::string name() const;

  /// l(F). O(n c), like all that follow.
  [[nodiscard]] double value(const Matrix& fit, const Matrix& targets) const;
  /// Gradient of l at F, (n x c).
  [[nodiscard]] Matrix gradient(const Matrix& fit, const Matrix& targets) const;
  /// The (generalised) Hessian of l at F applied to V, (n x c).
  [[nodiscard]] Matrix curvature_product(const Matrix& fit, const Matrix& targets,
                                         const Matrix& direction) const;
  /// A matrix S (c x c) with S^T S the Hessian of the sample's term at f (c); y (c) its target, n
  /// the number of samples. O(c^2).
  [[nodiscard]] Matrix curvature_root(const Vector& fit, const Vector& target, Index samples) const;

  /// D(N), minus infinity outside the domain. Rows of softmax may sum to zero up to 1e-12 of the
  /// weight; N (n x c).
  [[nodiscard]] double dual_value(const Matrix& dual, const Matrix& targets) const;
  /// Derivative of tau -> D(tau N) at tau; precondition: tau N in the domain.
  [[nodiscard]] double dual_slope(const Matrix& dual, const Matrix& targets, double tau) const;
  /// N moved to the nearest point of the domain of D, (n x c).
  [[nodiscard]] Matrix project_to_dual_domain(const Matrix& dual, const Matrix& targets) const;
  /// The largest tau in [0, 1] with tau N in the domain of D.
  [[nodiscard]] double largest_dual_scale(const Matrix& dual, const Matrix& targets) const;

 private:
  VectorLoss(std::optional<Loss> scalar, LossScale scale) : scalar_(scalar), scale_(scale) {}

  std::optional<Loss> scalar_;
  LossScale scale_;
};

/// The point of {q >= 0, sum q = 1} nearest to v, (c). O(c log c). Source: Held, Wolfe, Crowder
/// 1974.
[[nodiscard]] Vector project_to_simplex(const Vector& v);
/// Class probabilities exp(f_k) / sum_l exp(f_l) without overflow, (c).
[[nodiscard]] Vector softmax_probabilities(const Vector& f);

}  // namespace thalweg
