#pragma once

#include <string>

#include "thalweg/core/types.hpp"

namespace thalweg {

/// The per-sample loss phi(f, y); f is the network's output, y the target.
enum class LossKind {
  kSquared,       ///< 1/2 (f - y)^2
  kLogistic,      ///< log(1 + exp(-y f)), y in {-1, 1}
  kHuber,         ///< 1/2 (f - y)^2 where |f - y| <= delta, else delta |f - y| - delta^2 / 2
  kSquaredHinge,  ///< 1/2 max(0, 1 - y f)^2, y in {-1, 1}
};

/// Whether the loss is the sum over samples or that sum divided by n.
enum class LossScale { kSum, kMean };

/// A convex, differentiable loss l(f) = weight(n) * sum_i omega_i phi(f_i, y_i), with its
/// conjugate; the sample weights omega_i are 1 unless given.
///
/// The dual point of a fit is nu = -grad l(f), and the dual value is D(nu) = -l*(-nu) = min_f l(f)
/// + nu^T f. With c_i = weight(n) omega_i and q_i = nu_i / c_i: squared D = sum c (q y - q^2/2);
/// Huber the same on |q| <= delta; squared hinge the same on q y >= 0; logistic D = sum c H(q y),
/// H(p) = -p ln p - (1-p) ln(1-p), on q y in [0, 1]. All domains are star-shaped at 0. Source:
/// Fenchel conjugates, derived in docs/theory.
///
/// Functions of vectors take as many entries as there are sample weights and throw InvalidArgument
/// otherwise; without sample weights any number will do.
class Loss {
 public:
  [[nodiscard]] static Loss squared(LossScale scale = LossScale::kSum);
  [[nodiscard]] static Loss logistic(LossScale scale = LossScale::kSum);
  /// Throws InvalidArgument unless delta is positive and finite.
  [[nodiscard]] static Loss huber(double delta, LossScale scale = LossScale::kSum);
  [[nodiscard]] static Loss squared_hinge(LossScale scale = LossScale::kSum);
  /// The same loss with phi of sample i counted omega_i times; omega (n), empty for all ones.
  /// kMean still divides by n. Throws InvalidArgument unless every weight is positive and finite.
  [[nodiscard]] Loss with_sample_weights(Vector omega) const;

  [[nodiscard]] LossKind kind() const { return kind_; }
  [[nodiscard]] LossScale scale() const { return scale_; }
  /// The Huber threshold; NaN for other losses.
  [[nodiscard]] double delta() const { return delta_; }
  /// Whether targets must be class labels in {-1, 1}.
  [[nodiscard]] bool needs_labels() const;
  /// Whether the conjugate is rational, so that an exact certificate exists (not for logistic).
  [[nodiscard]] bool has_rational_conjugate() const { return kind_ != LossKind::kLogistic; }
  /// 1 for kSum, 1/n for kMean: the factor in front of the sum over samples.
  [[nodiscard]] double weight(Index samples) const;
  /// The sample weights omega (n); empty when all are 1.
  [[nodiscard]] const Vector& sample_weights() const { return sample_weights_; }
  /// weight(n) omega_i: what phi(f_i, y_i) is multiplied with.
  [[nodiscard]] double sample_weight(Index sample, Index samples) const;
  /// All of them, (n).
  [[nodiscard]] Vector all_sample_weights(Index samples) const;
  /// "squared", "logistic", "huber", "squared-hinge": the word of the command line.
  [[nodiscard]] std::string name() const;

  /// l(f); fit (n), targets (n).
  [[nodiscard]] double value(const Vector& fit, const Vector& targets) const;
  /// Gradient of l at f, (n).
  [[nodiscard]] Vector gradient(const Vector& fit, const Vector& targets) const;
  /// Generalised second derivative of l per sample at f, (n), entries >= 0.
  [[nodiscard]] Vector curvature(const Vector& fit, const Vector& targets) const;
  /// D(nu) = -l*(-nu); nu (n), targets (n). Minus infinity outside the domain.
  [[nodiscard]] double dual_value(const Vector& nu, const Vector& targets) const;
  /// Derivative of tau -> D(tau nu) at tau; precondition: tau nu in the domain.
  [[nodiscard]] double dual_slope(const Vector& nu, const Vector& targets, double tau) const;
  /// nu moved to the nearest point of the domain of D, coordinate by coordinate, (n).
  [[nodiscard]] Vector project_to_dual_domain(const Vector& nu, const Vector& targets) const;
  /// The largest tau in [0, 1] with tau nu in the domain of D.
  [[nodiscard]] double largest_dual_scale(const Vector& nu, const Vector& targets) const;

 private:
  Loss(LossKind kind, LossScale scale, double delta) : kind_(kind), scale_(scale), delta_(delta) {}

  LossKind kind_;
  LossScale scale_;
  double delta_;
  Vector sample_weights_;
};

}  // namespace thalweg
