#pragma once

#include <string>

#include "thalweg/core/loss.hpp"
#include "thalweg/core/types.hpp"
#include "thalweg/model/network.hpp"

namespace thalweg {

/// How the output bias b enters: absent, penalised with beta/2 b^2 (PyTorch's weight decay), or
/// free.
enum class OutputBias { kNone, kPenalised, kFree };

/// Gradient of the objective: one-sided at ties x_i^T w_j = 0 (the derivative of (t)_+ at 0 is
/// taken as 0).
struct NetworkGradient {
  Matrix W;      ///< (m x d)
  Vector alpha;  ///< (m)
  double output_bias = 0;
};

/// The training problem of scalar-output two-layer ReLU networks with weight decay,
///   L(W, alpha, b) = l(sum_j (X w_j)_+ alpha_j + b, y) + beta/2 sum_j (|w_j|^2 + alpha_j^2) +
///   gamma/2 b^2,
/// gamma = beta (penalised) or 0 (free). Its dual over all widths is
///   max D(nu),  D(nu) = -l*(-nu) - (1^T nu)^2 / (2 gamma)   s.t.  |nu^T (X u)_+| <= beta for every
///   |u| <= 1,
/// with 1^T nu = 0 instead of the quadratic term for a free bias. Source: theory section 1
/// (docs/theory/two_layer.md).
class TrainingProblem {
 public:
  /// X (n x d), a column of ones included for a hidden bias; y (n). Throws InvalidArgument naming
  /// the argument when a shape does not fit, a value is not finite, beta is not positive and
  /// finite, or labels are not in {-1, 1}.
  TrainingProblem(Matrix X, Vector y, double beta, Loss loss,
                  OutputBias output_bias = OutputBias::kNone);

  /// The same problem with another penalty. Throws InvalidArgument when beta is not positive and
  /// finite.
  [[nodiscard]] TrainingProblem with_beta(double beta) const;

  [[nodiscard]] const Matrix& X() const { return X_; }
  [[nodiscard]] const Vector& y() const { return y_; }
  [[nodiscard]] double beta() const { return beta_; }
  [[nodiscard]] const Loss& loss() const { return loss_; }
  [[nodiscard]] OutputBias output_bias() const { return output_bias_; }
  [[nodiscard]] Index samples() const { return X_.rows(); }
  [[nodiscard]] Index dimension() const { return X_.cols(); }

  /// Throws InvalidArgument unless the network has d inputs, one output, finite weights and no
  /// output bias that the problem lacks.
  void check(const TwoLayerNetwork& network) const;
  /// Outputs on the training samples, (n). O(n d m).
  [[nodiscard]] Vector fit(const TwoLayerNetwork& network) const;
  /// L of a network. O(n d m).
  [[nodiscard]] double objective(const TwoLayerNetwork& network) const;
  /// The penalty part of L.
  [[nodiscard]] double penalty(const TwoLayerNetwork& network) const;
  /// nu = -grad l(fit), (n).
  [[nodiscard]] Vector dual_point(const Vector& fit) const;
  /// One-sided gradient of L. O(n d m).
  [[nodiscard]] NetworkGradient gradient(const TwoLayerNetwork& network) const;

  /// D(nu), minus infinity outside the domain; a free bias demands |1^T nu| <= 1e-12 |nu|_1. nu
  /// (n).
  [[nodiscard]] double dual_objective(const Vector& nu) const;
  /// The tau in [0, limit] that maximises D(tau nu); 0 when no positive scale is in the domain. nu
  /// (n).
  [[nodiscard]] double best_dual_scale(const Vector& nu, double limit) const;
  /// nu made a legal dual direction: into the loss's domain, and 1^T nu = 0 (to rounding) when the
  /// bias is free. (n)
  [[nodiscard]] Vector project_to_dual_domain(const Vector& nu) const;
  /// The optimal output bias of the network without neurons (0 when there is none): where beta_max
  /// is taken.
  [[nodiscard]] double bias_of_zero_network() const;
  /// The objective in words, with beta in this project's and in PyTorch's convention.
  [[nodiscard]] std::string describe() const;

 private:
  Matrix X_;
  Vector y_;
  double beta_;
  Loss loss_;
  OutputBias output_bias_;
};

}  // namespace thalweg
