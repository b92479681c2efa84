#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "verify/reader.hpp"

namespace thalweg::verify {

// In the order of the grammar's words.
enum class LossKind { kSquared, kHuber, kSquaredHinge };
enum class OutputBias { kNone, kPenalised, kFree };

/// Parallel networks whose branches are trees.
struct Parallel {
  bool path = false;                 ///< the path norm; else |W_1|_F <= 1
  std::vector<std::size_t> fan_ins;  ///< m_1 .. m_(L-2), at least one
};

/// The training problem of a certificate, exactly. Networks are sum_j pool (x_r.w_j)_+ alpha_j + b
/// over the rows r of each target: the samples themselves, or their patches; or parallel ones.
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
  bool is_maximum = false;  ///< the pooling
  std::optional<Parallel> parallel;
  Int average = 1;    ///< what sums over a target's rows are divided by
  Rational row_beta;  ///< average * beta: the bound on |sum_r nu_r (x_r.u)_+|, |u| <= 1
};

/// Reads the lines from `problem` to the last data row.
[[nodiscard]] Problem read_problem(Reader& reader);

/// A network of a certificate and what it costs.
struct Network {
  ScaledVector w;      ///< width x d, row-major; not of parallel networks
  ScaledVector alpha;  ///< width; not of parallel networks
  Rational bias;
  Rational weights;          ///< the penalty of the weights, from above
  Rational objective;        ///< L(network), from above
  Rational objective_below;  ///< and from below: they differ for the path norm only
};

/// Reads the rest of a network section.
[[nodiscard]] Network read_network(Reader& reader, const Problem& problem);

/// The line `bias` of a network where the problem has one, else 0.
[[nodiscard]] Rational read_bias(Reader& reader, const Problem& problem);

/// Reads `rows` lines of d + more dyads: a matrix and, line by line, what follows.
[[nodiscard]] ScaledVector read_rows(Reader& reader, std::size_t rows, std::size_t d,
                                     std::size_t more, std::vector<Rational>& rest);

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
