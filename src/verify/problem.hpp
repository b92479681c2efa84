#pragma once

#include <cstddef>
#include <vector>

#include "verify/number.hpp"
#include "verify/reader.hpp"

namespace thalweg::verify {

enum class LossKind { kSquared, kHuber, kSquaredHinge };
enum class OutputBias { kNone, kPenalised, kFree };

/// The training problem of a certificate, exactly.
struct Problem {
  LossKind loss = LossKind::kSquared;
  Dyad huber_delta;
  bool mean = false;
  OutputBias output_bias = OutputBias::kNone;
  Dyad beta;
  std::size_t n = 0;
  std::size_t d = 0;
  ScaledVector x;       ///< n x d, row-major
  std::vector<Dyad> y;  ///< n
};

/// Reads the lines from `problem` to the last data row.
[[nodiscard]] Problem read_problem(Reader& reader);

/// Reads the rest of a network section, whose first word is already taken, and returns its
/// objective L = c sum_i phi(f_i, y_i) + beta/2 (sum_j |w_j|^2 + alpha_j^2) [+ beta/2 b^2].
[[nodiscard]] Rational read_network_objective(Reader& reader, const Problem& problem);

/// Reads the line `nu`, whose word is already taken: n integers at one scale.
[[nodiscard]] ScaledVector read_dual(Reader& reader, std::size_t n);

/// D(nu); Failure (kNotVerified) outside the domain of the conjugate.
[[nodiscard]] Rational dual_value(const Reader& reader, const Problem& problem,
                                  const ScaledVector& nu);

}  // namespace thalweg::verify
