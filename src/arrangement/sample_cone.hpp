#pragma once

#include <optional>

#include "thalweg/core/types.hpp"

namespace thalweg {

/// Whether some w > 0 has A w > 0, for the exact matrix behind A (k x n): its signs are those of A,
/// its entries within `error`. None when a few steps in floating point do not tell.
///
/// *No* is certain when a row has no positive entry. *Yes* is certain when w is found with
/// A_i w > (1 + 2^-20) error |w|_1 + gamma |A_i| |w|.
[[nodiscard]] std::optional<bool> positive_cone_meets(const Matrix& A, double error);

}  // namespace thalweg
