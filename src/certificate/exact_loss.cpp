#include "certificate/exact_loss.hpp"

#include <algorithm>

#include "certificate/exact_number.hpp"

namespace thalweg::certificate {
namespace {

mpz_class rescaled(const mpz_class& value, long from, long to) {
  return value << static_cast<mp_bitcnt_t>(to - from);
}

/// The samples of a fit, all numbers at one scale: a fit f / K against y is f against K y, and the
/// losses, quadratic in all together, are K^2 times as large.
class Samples {
 public:
  Samples(const TrainingProblem& problem, const ExactVector& fit)
      : problem_(problem), fit_(fit), kind_(problem.loss().kind()) {
    const Dyad delta = kind_ == LossKind::kHuber ? to_dyad(problem.loss().delta()) : Dyad{};
    exponent_ = std::max({fit.exponent, common_exponent(problem.y()), delta.exponent, 0L});
    delta_ = fit.divisor * rescaled(delta.mantissa, delta.exponent, exponent_);
    const Vector& weights = problem.loss().sample_weights();
    weight_exponent_ = common_exponent(weights);
    for (const double weight : weights) {
      weights_.push_back(scaled_integer(weight, weight_exponent_));
    }
  }

  [[nodiscard]] long exponent() const { return exponent_; }

  /// sum_i omega_i term_i, the terms being integers at this exponent, times 1/n for the mean.
  template <class Term>
  [[nodiscard]] mpq_class sum(long exponent, const Term& term) const {
    mpz_class total;
    for (Index i = 0; i < problem_.samples(); ++i) {
      const auto at = static_cast<std::size_t>(i);
      total += weights_.empty() ? term(i) : mpz_class(weights_[at] * term(i));
    }
    mpq_class value = rational(total, exponent + weight_exponent_);
    if (problem_.loss().scale() == LossScale::kMean) value /= problem_.samples();
    return value;
  }

  /// 2 phi(f_i, y_i) at twice the exponent.
  [[nodiscard]] mpz_class twice_loss(Index i) const {
    if (kind_ == LossKind::kHuber) {
      const mpz_class size = abs(residual(i));
      if (size > delta_) return delta_ * (2 * size - delta_);
    }
    const mpz_class slope = derivative(i);
    return slope * slope;
  }

  /// The derivative of phi in f.
  [[nodiscard]] mpz_class derivative(Index i) const {
    mpz_class slope = residual(i);
    if (kind_ == LossKind::kHuber) {
      if (slope > delta_) return delta_;
      if (slope < -delta_) return -delta_;
    } else if (kind_ == LossKind::kSquaredHinge) {
      // f - y has the sign of y where the margin y f is above 1.
      if (slope * sgn(problem_.y()[i]) > 0) return 0;
    }
    return slope;
  }

 private:
  static int sgn(double value) { return value > 0 ? 1 : -1; }

  [[nodiscard]] mpz_class residual(Index i) const {
    return rescaled(fit_.values[static_cast<std::size_t>(i)], fit_.exponent, exponent_) -
           fit_.divisor * scaled_integer(problem_.y()[i], exponent_);
  }

  const TrainingProblem& problem_;
  const ExactVector& fit_;
  LossKind kind_;
  long exponent_ = 0;
  mpz_class delta_;
  std::vector<mpz_class> weights_;
  long weight_exponent_ = 0;
};

}  // namespace

mpq_class rational(const mpz_class& integer, long exponent) {
  return to_rational(to_dyad(integer, exponent));
}

mpq_class exact_loss(const TrainingProblem& problem, const ExactVector& fit) {
  const Samples samples(problem, fit);
  const mpq_class scaled =
      samples.sum(2 * samples.exponent() + 1, [&](Index i) { return samples.twice_loss(i); });
  return scaled / (mpz_class(fit.divisor) * fit.divisor);
}

mpq_class exact_loss_slope(const TrainingProblem& problem, const ExactVector& fit,
                           const ExactVector& change) {
  const Samples samples(problem, fit);
  return samples.sum(samples.exponent() + change.exponent, [&](Index i) -> mpz_class {
    return samples.derivative(i) * change.values[static_cast<std::size_t>(i)];
  });
}

}  // namespace thalweg::certificate
