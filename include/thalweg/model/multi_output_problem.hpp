#pragma once

#include <string>

#include "thalweg/core/types.hpp"
#include "thalweg/core/vector_loss.hpp"
#include "thalweg/model/network.hpp"
#include "thalweg/model/training_problem.hpp"

namespace thalweg {

/// Which networks of several outputs compete.
enum class OutputModel {
  kShared,       ///< every neuron feeds every output: alpha_j in R^c is free
  kIndependent,  ///< every neuron feeds one output: alpha_j has one nonzero entry
};

/// "shared" or "independent": the word of the command line.
[[nodiscard]] std::string name(OutputModel model);

/// One-sided gradient of the objective (the derivative of (t)_+ at 0 is taken as 0).
struct MultiOutputGradient {
  Matrix W;            ///< (m x d)
  Matrix alpha;        ///< (m x c)
  Vector output_bias;  ///< (c), zero when the problem has none
};

/// Unit vectors of classes: row i has its 1 in column labels[i]. labels (n) are the integers 0 to
/// classes - 1; throws InvalidArgument, naming the first offending sample, otherwise. (n x classes)
[[nodiscard]] Matrix class_indicators(const Vector& labels, Index classes);

/// The training problem of two-layer ReLU networks with c outputs and weight decay,
///   L(W, alpha, b) = l(sum_j (X w_j)_+ alpha_j^T + 1 b^T, Y)
///                    + beta/2 sum_j (|w_j|^2 + |alpha_j|^2) + gamma/2 |b|^2,
/// gamma = beta (penalised) or 0 (free). Its dual over all widths is
///   max D(N),  D(N) = -l*(-N) - |N^T 1|^2 / (2 gamma)   s.t.  |N^T (X u)_+| <= beta, |u| <= 1,
/// with N (n x c), the Euclidean norm in R^c for shared neurons and the largest entry for
/// independent outputs; N^T 1 = 0 replaces the quadratic term for a free bias.
///
/// Weak duality. By balancing, beta/2 (|w|^2 + |alpha|^2) >= beta |w| |alpha|. For F the fit
/// without bias, <N, F> = sum_j alpha_j^T N^T (X w_j)_+ <= beta sum_j |w_j| |alpha_j| for feasible
/// N (independent: alpha_j has one entry), and <N, 1 b^T> = b^T N^T 1 <= |N^T 1|^2 / (2 gamma) +
/// gamma/2 |b|^2. So L >= l(F + 1 b^T) + <N, F + 1 b^T> - |N^T 1|^2 / (2 gamma) >= D(N). QED
/// Source: theory section 1 (vector outputs).
class MultiOutputProblem {
 public:
  /// X (n x d), a column of ones included for a hidden bias; Y (n x c). Throws InvalidArgument
  /// naming the argument when a shape does not fit, a value is not finite, beta is not positive and
  /// finite, targets are not labels in {-1, 1} where the loss needs them, rows of Y are not class
  /// indicators for softmax, or a class without sample meets a free output bias (the infimum is
  /// then not attained).
  MultiOutputProblem(Matrix X, Matrix Y, double beta, VectorLoss loss,
                     OutputBias output_bias = OutputBias::kNone);

  [[nodiscard]] const Matrix& X() const { return X_; }
  [[nodiscard]] const Matrix& Y() const { return Y_; }
  [[nodiscard]] double beta() const { return beta_; }
  [[nodiscard]] const VectorLoss& loss() const { return loss_; }
  [[nodiscard]] OutputBias output_bias() const { return output_bias_; }
  [[nodiscard]] Index samples() const { return X_.rows(); }
  [[nodiscard]] Index dimension() const { return X_.cols(); }
  [[nodiscard]] Index outputs() const { return Y_.cols(); }
  /// gamma: beta for a penalised output bias, 0 for a free one and for none.
  [[nodiscard]] double bias_penalty() const;

  /// The scalar problem of one output; precondition: the loss is separable. Copies X.
  [[nodiscard]] TrainingProblem scalar_problem(Index output) const;

  /// Throws InvalidArgument unless the network has d inputs, c outputs, finite weights, no output
  /// bias that the problem lacks, no skip connection and, for independent outputs, at most one
  /// nonzero in each row of alpha.
  void check(const TwoLayerNetwork& network, OutputModel model = OutputModel::kShared) const;
  /// Outputs on the training samples, (n x c). O(n m (d + c)).
  [[nodiscard]] Matrix fit(const TwoLayerNetwork& network) const;
  /// L of a network.
  [[nodiscard]] double objective(const TwoLayerNetwork& network) const;
  /// The penalty part of L.
  [[nodiscard]] double penalty(const TwoLayerNetwork& network) const;
  /// N = -grad l(fit), (n x c).
  [[nodiscard]] Matrix dual_point(const Matrix& fit) const;
  /// One-sided gradient of L.
  [[nodiscard]] MultiOutputGradient gradient(const TwoLayerNetwork& network) const;
  /// Samples whose largest output is that of their class, as a share; softmax only (NaN otherwise).
  [[nodiscard]] double accuracy(const Matrix& fit) const;

  /// D(N), minus infinity outside the domain; a free bias demands |N^T 1| <= 1e-12 |N|_1 in every
  /// entry. N (n x c).
  [[nodiscard]] double dual_objective(const Matrix& dual) const;
  /// The tau in [0, limit] that maximises D(tau N); 0 when no positive scale is in the domain.
  [[nodiscard]] double best_dual_scale(const Matrix& dual, double limit) const;
  /// N made a legal dual direction: into the loss's domain, and N^T 1 = 0 (to rounding) when the
  /// bias is free. The nearest point, but for softmax with a free bias, where the probabilities q
  /// are tilted to q_ik exp(b_k) / sum_l q_il exp(b_l) with the b that makes the columns sum up.
  /// (n x c)
  [[nodiscard]] Matrix project_to_dual_domain(const Matrix& dual) const;
  /// The output bias that is optimal for the network without neurons, (c), zero when there is none.
  [[nodiscard]] Vector bias_of_zero_network() const;
  /// The objective in words, with beta in this project's and in PyTorch's convention.
  [[nodiscard]] std::string describe() const;

 private:
  [[nodiscard]] bool sums_to_zero(const Matrix& dual) const;
  [[nodiscard]] Vector tilt(const Matrix& probabilities) const;

  Matrix X_;
  Matrix Y_;
  double beta_;
  VectorLoss loss_;
  OutputBias output_bias_;
};

}  // namespace thalweg
