#pragma once

#include <gmpxx.h>

#include <vector>

#include "thalweg/core/types.hpp"

namespace thalweg::exact {

/// The row times a power of two that makes it an integer vector: m 2^e becomes m 2^(e - lowest e),
/// with 53-bit m unless all have trailing zeros in common, which are dropped.
[[nodiscard]] std::vector<mpz_class> integer_row(const Matrix& X, Index row);

}  // namespace thalweg::exact
