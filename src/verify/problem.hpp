#pragma once

#include <cstddef>
#include <vector>

#include "verify/reader.hpp"

namespace thalweg::verify {

// In the order of the grammar's words.
enum class LossKind { kSquared, kHuber, kSquaredHinge };
enum class OutputBias { kNone, kPenalised, kFree };

/// The training problem of a certificate, exactly. Networks are sum_j pool (x_r.w_j)_+ alpha_j + b
/// over the rows r of each target: the samples themselves, or their patches.
struct Problem {
  LossKind loss = LossKind::kSquared;
  Rational huber_delta;
  Int divisor = 1;  ///< 1 for the sum of the losses, the number of targets for their mean
  OutputBias output_bias = OutputBias::kNone;
  Rational beta;
  std::size_t n = 0;        ///< rows
  std::size_t d = 0;        ///< entries of a row
  ScaledVector x;           ///< n x d, row-major
  std::vector<Rational> y;  ///< targets, n / rows_per_target
  std::size_t rows_per_target = 1;
  bool is_convolution = false;
  Int average = 1;    ///< what sums over a target's rows are divided by
  Rational row_beta;  ///< average * beta: the bound on |sum_r nu_r (x_r.u)_+|, |u| <= 1
};

/// Reads the lines from `problem` to the last data row.
[[nodiscard]] Problem read_problem(Reader& reader);

/// A network of a certificate and what it costs.
struct Network {
  ScaledVector w;      ///< width x d, row-major
  ScaledVector alpha;  ///< width
  Rational bias;
  Rational weights;    ///< beta/2 sum (|w_j|^2 + alpha_j^2)
  Rational objective;  ///< L(network)
};

/// Reads the rest of a network section.
[[nodiscard]] Network read_network(Reader& reader, const Problem& problem);

/// phi(f, y).
[[nodiscard]] Rational loss_value(const Problem& problem, const Rational& fit,
                                  const Rational& target);
/// The derivative of phi(f, y) in f.
[[nodiscard]] Rational loss_slope(const Problem& problem, const Rational& fit,
                                  const Rational& target);
/// beta/2 b^2 for a penalised output bias, else 0.
[[nodiscard]] Rational bias_penalty(const Problem& problem, const Rational& bias);

/// Brings dyadic numbers to the finest scale among them, or to 1 if that is finer.
[[nodiscard]] ScaledVector to_one_scale(Reader& reader, const std::vector<Rational>& numbers);

/// D(nu); Failure (kNotVerified) outside the domain of the conjugate.
[[nodiscard]] Rational dual_value(const Problem& problem, const ScaledVector& nu);

}  // namespace thalweg::verify
