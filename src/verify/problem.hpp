#pragma once

#include <cstddef>
#include <vector>

#include "verify/reader.hpp"

namespace thalweg::verify {

// In the order of the grammar's words.
enum class LossKind { kSquared, kHuber, kSquaredHinge };
enum class OutputBias { kNone, kPenalised, kFree };

/// The training problem of a certificate, exactly.
struct Problem {
  LossKind loss = LossKind::kSquared;
  Rational huber_delta;
  Int divisor = 1;  ///< 1 for the sum of the losses, n for their mean
  OutputBias output_bias = OutputBias::kNone;
  Rational beta;
  std::size_t n = 0;
  std::size_t d = 0;
  ScaledVector x;           ///< n x d, row-major
  std::vector<Rational> y;  ///< n
};

/// Reads the lines from `problem` to the last data row.
[[nodiscard]] Problem read_problem(Reader& reader);

/// Reads the rest of a network section and returns the network's objective.
[[nodiscard]] Rational read_objective(Reader& reader, const Problem& problem);

/// D(nu); Failure (kNotVerified) outside the domain of the conjugate.
[[nodiscard]] Rational dual_value(const Problem& problem, const ScaledVector& nu);

}  // namespace thalweg::verify
