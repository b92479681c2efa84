#include "certificate/exact_value.hpp"

#include <algorithm>
#include <vector>

#include "certificate/exact_number.hpp"

namespace thalweg::certificate {
namespace {

/// integer * 2^-exponent as a rational.
mpq_class rational(const mpz_class& integer, long exponent) {
  return to_rational(to_dyad(integer, exponent));
}

mpz_class rescaled(const mpz_class& value, long from, long to) {
  return value << static_cast<mp_bitcnt_t>(to - from);
}

/// Integers with one exponent.
struct ExactVector {
  std::vector<mpz_class> values;
  long exponent = 0;
};

/// sum_j (X w_j)_+ alpha_j + b.
ExactVector exact_fit(const TrainingProblem& problem, const TwoLayerNetwork& network) {
  const ScaledIntegers X = scaled_integers(problem.X());
  const ScaledIntegers W = scaled_integers(network.W);
  const ScaledIntegers alpha = scaled_integers(network.alpha);
  const ScaledIntegers bias = scaled_integers(network.output_bias);
  ExactVector fit;
  const long exponent = X.exponent + W.exponent + alpha.exponent;
  fit.exponent = std::max(exponent, bias.exponent);
  fit.values.resize(static_cast<std::size_t>(problem.samples()));
  mpz_class activation;
  for (Index i = 0; i < problem.samples(); ++i) {
    mpz_class& sum = fit.values[static_cast<std::size_t>(i)];
    for (Index j = 0; j < network.width(); ++j) {
      activation = 0;
      for (Index k = 0; k < problem.dimension(); ++k) activation += X(i, k) * W(j, k);
      if (activation > 0) sum += activation * alpha(j, 0);
    }
    sum = rescaled(sum, exponent, fit.exponent);
    if (!bias.values.empty()) sum += rescaled(bias(0, 0), bias.exponent, fit.exponent);
  }
  return fit;
}

/// 2 phi(f, y) times 4^exponent, all arguments scaled by 2^exponent; `unit` and `delta` are 1 and
/// the Huber threshold in that scale.
mpz_class twice_sample_loss(LossKind kind, const mpz_class& f, const mpz_class& y,
                            const mpz_class& unit, const mpz_class& delta) {
  mpz_class residual = f - y;
  if (kind == LossKind::kHuber) {
    residual = abs(residual);
    if (residual > delta) return delta * (2 * residual - delta);
  } else if (kind == LossKind::kSquaredHinge) {
    residual = y > 0 ? mpz_class(unit - f) : mpz_class(unit + f);
    if (residual < 0) residual = 0;
  }
  return residual * residual;
}

mpq_class exact_loss(const TrainingProblem& problem, ExactVector fit) {
  const bool huber = problem.loss().kind() == LossKind::kHuber;
  const Dyad delta = huber ? to_dyad(problem.loss().delta()) : Dyad{};
  const long exponent = std::max({fit.exponent, common_exponent(problem.y()), delta.exponent, 0L});
  const mpz_class unit = rescaled(1, 0, exponent);
  const mpz_class threshold = rescaled(delta.mantissa, delta.exponent, exponent);
  mpz_class sum;
  for (Index i = 0; i < problem.samples(); ++i) {
    const mpz_class f = rescaled(fit.values[static_cast<std::size_t>(i)], fit.exponent, exponent);
    sum += twice_sample_loss(problem.loss().kind(), f, scaled_integer(problem.y()[i], exponent),
                             unit, threshold);
  }
  mpq_class loss = rational(sum, 2 * exponent + 1);
  if (problem.loss().scale() == LossScale::kMean) loss /= problem.samples();
  return loss;
}

mpq_class sum_of_squares(const Eigen::Ref<const Matrix>& values) {
  const ScaledIntegers integers = scaled_integers(values);
  mpz_class sum;
  for (const mpz_class& value : integers.values) sum += value * value;
  return rational(sum, 2 * integers.exponent);
}

}  // namespace

mpq_class exact_objective(const TrainingProblem& problem, const TwoLayerNetwork& network) {
  mpq_class squares = sum_of_squares(network.W) + sum_of_squares(network.alpha);
  if (problem.output_bias() == OutputBias::kPenalised) {
    squares += sum_of_squares(network.output_bias);
  }
  return exact_loss(problem, exact_fit(problem, network)) +
         to_rational(to_dyad(problem.beta())) * squares / 2;
}

mpq_class exact_dual_value(const TrainingProblem& problem, const GridDual& dual) {
  const bool mean = problem.loss().scale() == LossScale::kMean;
  const mpz_class factor = mean ? static_cast<long>(problem.samples()) : 1L;
  const long y_exponent = common_exponent(problem.y());
  mpz_class linear;
  mpz_class squares;
  mpz_class sum;
  for (Index i = 0; i < problem.samples(); ++i) {
    const mpz_class entry = static_cast<long>(dual.entries[static_cast<std::size_t>(i)]);
    linear += entry * scaled_integer(problem.y()[i], y_exponent);
    squares += entry * entry;
    sum += entry;
  }
  // With q = nu / c: c (q y - q^2 / 2) = nu y - nu^2 / (2 c).
  mpq_class value = rational(linear, dual.exponent + y_exponent) -
                    factor * rational(squares, 2 * dual.exponent + 1);
  if (problem.output_bias() == OutputBias::kPenalised) {
    value -= rational(sum * sum, 2 * dual.exponent + 1) / to_rational(to_dyad(problem.beta()));
  }
  return value;
}

}  // namespace thalweg::certificate
