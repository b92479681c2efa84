#pragma once

#include "thalweg/convex/block_coordinate.hpp"

namespace thalweg::detail {

/// The minimiser over w of -g^T (w - w0) + 1/2 (w - w0)^T Q diag(lambda) Q^T (w - w0) + kappa |w|:
/// one equation in |w|, by Newton's method. O(p^2).
[[nodiscard]] Vector minimise_block(const BlockMemory::Spectrum& spectrum, const Vector& g,
                                    const Vector& w0, double kappa);

}  // namespace thalweg::detail
