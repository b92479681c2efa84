#include "certificate/exact_value.hpp"

#include <algorithm>
#include <vector>

#include "certificate/exact_loss.hpp"
#include "certificate/exact_number.hpp"

namespace thalweg::certificate {
namespace {

mpz_class rescaled(const mpz_class& value, long from, long to) {
  return value << static_cast<mp_bitcnt_t>(to - from);
}

/// The outputs of the network.
ExactVector exact_fit(const RowProblem& problem, const TwoLayerNetwork& network) {
  const ScaledIntegers X = scaled_integers(problem.X);
  const ScaledIntegers W = scaled_integers(network.W);
  const ScaledIntegers alpha = scaled_integers(network.alpha);
  const ScaledIntegers bias = scaled_integers(network.output_bias);
  ExactVector fit;
  const long exponent = X.exponent + W.exponent + alpha.exponent;
  fit.exponent = std::max(exponent, bias.exponent);
  fit.divisor = problem.divisor;
  fit.values.resize(static_cast<std::size_t>(problem.outputs.samples()));
  const Index pool = problem.rows_per_output;
  mpz_class activation, pooled;
  for (Index i = 0; i < problem.outputs.samples(); ++i) {
    for (Index j = 0; j < network.width(); ++j) {
      pooled = 0;
      for (Index r = i * pool; r < (i + 1) * pool; ++r) {
        activation = 0;
        for (Index k = 0; k < problem.X.cols(); ++k) activation += X(r, k) * W(j, k);
        if (problem.is_maximum && activation < pooled) continue;
        if (problem.is_maximum) pooled = 0;
        if (activation > 0) pooled += activation;
      }
      fit.values[static_cast<std::size_t>(i)] += pooled * alpha(j, 0);
    }
  }
  for (mpz_class& sum : fit.values) {
    sum = rescaled(sum, exponent, fit.exponent);
    if (bias.values.empty()) continue;
    sum += fit.divisor * rescaled(bias(0, 0), bias.exponent, fit.exponent);
  }
  return fit;
}

mpq_class sum_of_squares(const Eigen::Ref<const Matrix>& values) {
  const ScaledIntegers integers = scaled_integers(values);
  mpz_class sum;
  for (const mpz_class& value : integers.values) sum += value * value;
  return rational(sum, 2 * integers.exponent);
}

}  // namespace

mpq_class exact_objective(const RowProblem& rows, const TwoLayerNetwork& network) {
  const TrainingProblem& problem = rows.outputs;
  mpq_class value =
      exact_loss(problem, exact_fit(rows, network)) + exact_weight_penalty(problem, network);
  if (problem.output_bias() == OutputBias::kPenalised) {
    value += to_rational(to_dyad(problem.beta())) * sum_of_squares(network.output_bias) / 2;
  }
  return value;
}

mpq_class exact_weight_penalty(const TrainingProblem& problem, const TwoLayerNetwork& network) {
  return to_rational(to_dyad(problem.beta())) *
         (sum_of_squares(network.W) + sum_of_squares(network.alpha)) / 2;
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
