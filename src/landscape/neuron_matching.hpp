#pragma once

#include <vector>

#include "thalweg/core/types.hpp"

namespace thalweg::landscape {

/// The order that lines up two lists of vectors: sum_j |A_j - B_(order[j])|^2 is least over all
/// orders (linear assignment; the inner products are rounded to 40 bits first).
///
/// A, B (n x m), a column a vector. Returns (m). Throws InvalidArgument when shapes differ or an
/// entry is not finite. O(m^3) by Boost.Graph's maximum weighted matching.
[[nodiscard]] std::vector<Index> best_matching(const Matrix& A, const Matrix& B);

}  // namespace thalweg::landscape
