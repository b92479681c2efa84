#pragma once

#include "thalweg/model/training_problem.hpp"

namespace thalweg {

/// Data of rank kappa nearest to X in Frobenius and spectral norm: the truncated singular value
/// decomposition X_k = coordinates basis^T, with coordinates = X basis.
struct LowRankData {
  Matrix coordinates;      ///< (n x kappa)
  Matrix basis;            ///< (d x kappa), orthonormal: the leading right singular vectors
  Vector singular_values;  ///< of X, all min(n, d), descending

  /// X_k, (n x d).
  [[nodiscard]] Matrix data() const { return coordinates * basis.transpose(); }
  /// sigma_{kappa+1} = |X - X_k|_2, 0 when kappa is min(n, d).
  [[nodiscard]] double next_singular_value() const;
};

/// X (n x d); kappa from 1 to min(n, d), else InvalidArgument. O(n d min(n, d)).
[[nodiscard]] LowRankData low_rank_data(const Matrix& X, Index kappa);

/// The training problem on X_k in its kappa coordinates: same targets, loss, beta and bias. Its
/// arrangement has at most 2 sum_{k < kappa} C(n - 1, k) cells, polynomially many in n for fixed
/// kappa. Throws InvalidArgument for a skip connection (its weights are free, so no bound holds).
[[nodiscard]] TrainingProblem low_rank_problem(const TrainingProblem& problem,
                                               const LowRankData& data);

/// First-layer weights W (m x kappa) of a network on the coordinates as weights on X, (m x d): W
/// basis^T. They lie in the row space of X_k, so the network has the same outputs on X as on X_k,
/// and the same penalty: its objective on X is that on X_k.
[[nodiscard]] Matrix lift_weights(const LowRankData& data, const Matrix& W);

/// A Lipschitz constant of the loss in the Euclidean norm of the outputs: the length |c|_2 of the
/// vector of sample weights c_i for logistic loss, delta |c|_2 for Huber; infinity for the squared
/// loss and the squared hinge. *Proof.* The gradient's entries are -c_i y_i / (1 + exp(y_i f_i)),
/// at most c_i in size, and c_i times f_i - y_i clipped to [-delta, delta]. QED
[[nodiscard]] double lipschitz_constant(const Loss& loss, Index samples);

/// What the optimum p_k on X_k says about the optimum p on X, for two-layer networks and for
/// path-regularised parallel networks with M paths a branch (M = 1 for two layers), cost beta
/// r(theta) with r the path norm.
///
/// *Lemma.* p <= p_k, and p_k is at most
///   (1 + e) p,  e = sqrt(M) R sigma / beta,                          for an R-Lipschitz loss >= 0,
///   p + (2/3)^(3/2) a p^(3/2) + a^2 p^2 / 2,  a = sqrt(c M) sigma / beta,   for c/2 |f - y|^2,
/// sigma = sigma_{kappa+1}(X); the squared hinge too, and c the largest sample weight when they
/// differ. *Proof.* First inequality: the best network on X_k may be taken with first-layer weights
/// in the row space of X_k (projection keeps its outputs there and lowers r), where X w = X_k w: it
/// is a network on X of the same objective. Second: ReLU is 1-Lipschitz, so for any network |f(X) -
/// f(X_k)| <= sum over paths of the product of |weights| |(X - X_k) w| <= sigma sum_paths |prod| <=
/// sigma sqrt(M) r. At the optimum on X, with beta r <= p, the loss on X_k is larger by at most R
/// sigma sqrt(M) r <= e p. Squared loss: with D = sqrt(c) |f(X) - y| and p >= D^2/2 + beta r, it is
/// at most (D + sqrt(c) sigma sqrt(M) r)^2 / 2, and D r <= (2p/3)^(1/2) (2p/3) / beta, its maximum
/// on D^2/2 + beta r = p; r <= p / beta. The hinge's max(0, 1 - y f) is 1-Lipschitz in f as well.
/// QED
///
/// So one solution on X_k is a network on X (an upper bound) and, by lower_bound(), a lower bound
/// of p for nothing. A bias on the outputs changes nothing. Source: Ergen and Pilanci 2023 ("Path
/// regularization") for the algorithm; the single factor and the squared loss derived
/// (theory/architectures.md section 6.1). All bounds are estimates: floating point, and sigma is.
class LowRankGuarantee {
 public:
  /// Of a problem's loss and beta. Throws InvalidArgument for a skip connection and for paths < 1.
  [[nodiscard]] static LowRankGuarantee of(const TrainingProblem& problem,
                                           double next_singular_value, Index paths = 1);
  /// Of any nonnegative loss with Lipschitz constant R. Throws InvalidArgument unless R and
  /// next_singular_value are finite and nonnegative, beta positive and finite, paths >= 1.
  [[nodiscard]] static LowRankGuarantee lipschitz(double R, double beta, double next_singular_value,
                                                  Index paths = 1);

  /// e for a Lipschitz loss; NaN for the others, whose factor depends on p.
  [[nodiscard]] double relative_error() const;
  /// The largest p_k that an optimum p >= 0 allows.
  [[nodiscard]] double worst_value(double p) const;
  /// The least p that an optimum p_k >= value allows, value >= 0: worst_value() inverted. A lower
  /// bound of p_k will do for `value`.
  [[nodiscard]] double lower_bound(double value) const;

 private:
  enum class Kind { kLipschitz, kQuadratic };
  LowRankGuarantee(Kind kind, double ratio) : kind_(kind), ratio_(ratio) {}

  Kind kind_;
  double ratio_;  ///< e or a
};

/// A lower bound of the optimum p on X, at least 0, from a dual point for X_k of a network class as
/// above: D(tau nu) for the best tau <= beta / (s + sqrt(M) sigma |nu|), where s (dual_norm) is an
/// upper bound of |nu^T f(X_k)| over branches f of cost 1 and nu (n) is in the domain of D. The
/// problem gives loss, targets, beta and output bias; its X is not read.
///
/// *Lemma.* Each of these D(tau nu) is at most p. For nu optimal on X_k, s = beta and an
/// R-Lipschitz loss >= 0 with D(0) = 0 the bound is at least p_k / (1 + e). *Proof.* |f(X) -
/// f(X_k)| <= sqrt(M) sigma for branches of cost 1 (LowRankGuarantee), so |nu^T f(X)| <= s +
/// sqrt(M) sigma |nu|, and weak duality. For the last: |nu| <= R in the domain of D, so tau = 1 /
/// (1 + e) is allowed, where the concave D is at least tau D(nu) = tau p_k. QED
///
/// Throws InvalidArgument for a skip connection, paths < 1, a next_singular_value that is not
/// finite and nonnegative, or a dual_norm that is not >= 0. O(n) for each step of a search for tau.
/// Derived (theory/architectures.md section 6.1). An estimate: floating point.
[[nodiscard]] double low_rank_dual_bound(const TrainingProblem& problem, const Vector& nu,
                                         double dual_norm, double next_singular_value,
                                         Index paths = 1);

}  // namespace thalweg
