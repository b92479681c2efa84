#pragma once

#include <memory>
#include <string>
#include <utility>

#include "thalweg/core/loss.hpp"
#include "thalweg/core/types.hpp"
#include "thalweg/model/free_span.hpp"
#include "thalweg/model/network.hpp"

namespace thalweg {

/// How the output bias b enters: absent, penalised with beta/2 b^2 (PyTorch's weight decay), or
/// free.
enum class OutputBias { kNone, kPenalised, kFree };

/// Whether the inputs also reach the output linearly, x^T v with v (d) not penalised. With a hidden
/// bias the column of ones is an input like the others.
enum class SkipConnection { kNone, kFree };

/// The part x -> b + x^T v of a network that no ReLU acts on. A number stands for its bias.
struct AffinePart {
  AffinePart(double b = 0, Vector v = {}) : bias(b), skip(std::move(v)) {}

  double bias = 0;
  Vector skip;  ///< v (d); empty stands for 0
};

/// Gradient of the objective: one-sided at ties x_i^T w_j = 0 (the derivative of (t)_+ at 0 is
/// taken as 0).
struct NetworkGradient {
  Matrix W;      ///< (m x d)
  Vector alpha;  ///< (m)
  double output_bias = 0;
  Vector skip;  ///< (d); empty when the problem has no skip connection
};

/// The training problem of scalar-output two-layer ReLU networks with weight decay,
///   L(W, alpha, b, v) = l(sum_j (X w_j)_+ alpha_j + b + X v, y)
///                       + beta/2 sum_j (|w_j|^2 + alpha_j^2) + gamma/2 b^2,
/// gamma = beta (penalised) or 0 (free); v only with a skip connection. Its dual over all widths is
///   max D(nu),  D(nu) = -l*(-nu) - (1^T nu)^2 / (2 gamma)   s.t.  |nu^T (X u)_+| <= beta for every
///   |u| <= 1,
/// with U^T nu = 0 for the unpenalised columns U: 1^T nu = 0 instead of the quadratic term for a
/// free bias, X^T nu = 0 for a skip connection. Source: theory section 1
/// (docs/theory/two_layer.md).
class TrainingProblem {
 public:
  /// X (n x d), a column of ones included for a hidden bias; y (n). Throws InvalidArgument naming
  /// the argument when a shape does not fit, a value is not finite, beta is not positive and
  /// finite, labels are not in {-1, 1}, or the loss has sample weights but not n of them.
  TrainingProblem(Matrix X, Vector y, double beta, Loss loss,
                  OutputBias output_bias = OutputBias::kNone,
                  SkipConnection skip = SkipConnection::kNone);

  /// The same problem with another penalty. Throws InvalidArgument when beta is not positive and
  /// finite.
  [[nodiscard]] TrainingProblem with_beta(double beta) const;
  /// The problem in the coordinates u of w = basis u and v = basis u, its data X basis; basis (d x
  /// k) with orthonormal columns whose span holds the rows of X. The unpenalised columns span what
  /// they did, whatever rounding makes of columns of X basis that should be 0.
  [[nodiscard]] TrainingProblem in_coordinates(const Matrix& basis) const;

  [[nodiscard]] const Matrix& X() const { return X_; }
  [[nodiscard]] const Vector& y() const { return y_; }
  [[nodiscard]] double beta() const { return beta_; }
  [[nodiscard]] const Loss& loss() const { return loss_; }
  [[nodiscard]] OutputBias output_bias() const { return output_bias_; }
  [[nodiscard]] SkipConnection skip() const { return skip_; }
  [[nodiscard]] Index samples() const { return X_.rows(); }
  [[nodiscard]] Index dimension() const { return X_.cols(); }
  /// Whether the certificate's grammar can state this problem: the conjugate is rational and there
  /// are neither sample weights nor a skip connection. Otherwise claims are estimates.
  [[nodiscard]] bool has_exact_certificate() const;

  /// Throws InvalidArgument unless the network has d inputs, one output, finite weights, and no
  /// output bias or skip connection that the problem lacks.
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

  /// U (n x q): the columns whose coefficients are not penalised, the ones of a free output bias
  /// first, then X of a skip connection. They may be dependent. q may be 0.
  [[nodiscard]] Matrix free_columns() const;
  /// An orthonormal basis of their span; computed once for a problem and its copies.
  [[nodiscard]] const FreeSpan& free_span() const { return *span_; }

  /// Coefficients of the affine part in one vector: b where there is an output bias, then v.
  [[nodiscard]] Index affine_size() const;
  [[nodiscard]] Vector stack(const AffinePart& affine) const;
  /// The inverse of stack; skip is empty without a skip connection.
  [[nodiscard]] AffinePart unstack(const Vector& coefficients) const;
  /// (affine_size()): the gamma in gamma/2 c^2 of each coefficient c.
  [[nodiscard]] Vector affine_penalties() const;
  /// b + X v on the training samples, (n).
  [[nodiscard]] Vector affine_fit(const AffinePart& affine) const;
  /// (1^T nu, X^T nu), (affine_size()): minus the loss's gradient in the stacked coefficients.
  [[nodiscard]] Vector affine_pull(const Vector& nu) const;
  /// The affine part of a network; its skip is zeros where the problem has one that the network
  /// lacks.
  [[nodiscard]] AffinePart affine_part(const TwoLayerNetwork& network) const;

  /// D(nu), minus infinity outside the domain. A free bias demands |1^T nu| <= 1e-12 |nu|_1 and a
  /// skip connection |x_k^T nu| <= 1e-12 |x_k| |nu| for every column of X. nu (n).
  [[nodiscard]] double dual_objective(const Vector& nu) const;
  /// The tau in [0, limit] that maximises D(tau nu); 0 when no positive scale is in the domain. nu
  /// (n).
  [[nodiscard]] double best_dual_scale(const Vector& nu, double limit) const;
  /// nu moved into the domain of D, linear equalities included: the nearest point of it, or 0 where
  /// rounding finds no other. (n)
  [[nodiscard]] Vector project_to_dual_domain(const Vector& nu) const;
  /// The best network without neurons: where beta_max is taken.
  [[nodiscard]] AffinePart best_affine_part() const;
  /// The output bias of best_affine_part(), 0 when there is none.
  [[nodiscard]] double bias_of_zero_network() const;
  /// The objective in words, with beta in this project's and in PyTorch's convention.
  [[nodiscard]] std::string describe() const;

 private:
  void check_skip(const TwoLayerNetwork& network) const;
  /// Whether U^T nu = 0 but for rounding.
  [[nodiscard]] bool is_free_of_columns(const Vector& nu) const;

  Matrix X_;
  Vector y_;
  double beta_;
  Loss loss_;
  OutputBias output_bias_;
  SkipConnection skip_;
  std::shared_ptr<const FreeSpan> span_;
};

}  // namespace thalweg
