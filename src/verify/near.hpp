#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "verify/problem.hpp"

namespace thalweg::verify {

/// What the cone trees are about: X with some rows replaced by multiples of others, and what is
/// left of beta then. Lemma and proof: docs/certificate.md.
struct Near {
  Problem problem;
  std::vector<std::pair<std::size_t, Rational>> moved;  ///< (j, 1-norm of x_j - k x_i)
};

/// Reads the rest of the line `near` and its rows; beta is still whole.
[[nodiscard]] Near read_near(Reader& reader, const Problem& problem);

/// Takes eps = sum |nu_j| |x_j - k x_i|_1 from beta; Failure (kNotVerified) unless eps < beta.
void reduce_beta(Near& near, const ScaledVector& nu);

}  // namespace thalweg::verify
